import { types } from 'node:util';
import type { ShownCookies } from '../../../cookie/cookie-header.js';
import type { GateKeeper } from '../../../response/gate-keeper.js';
import type { ResponseHead } from '../../../response/head.js';
import { signSid, type SidSecret } from '../connect-sid.js';
import type { Backend } from './backend.js';
import { nobodyWaits, promiseOf, type DoneCallback } from './callbacks.js';
import type { Flight } from './connect-flights.js';
import type { Cookie } from './cookie.js';
import type { CookieOptions } from './cookie-options.js';
import { dataText } from './data-text.js';
import type { ResolvedOptions } from './options.js';
import type { SessionRequest } from './request.js';
import { isSecure } from './request-facts.js';
import type { ShownSid } from './request-sid.js';
import { serializeCookie } from './serialize-cookie.js';
import type { SessionBehaviour } from './session-behaviour.js';
import type { SessionData } from './session-data.js';
import { endAll, linesElsewhere } from './several-sessions.js';
import { warnOnce } from './warn-once.js';
import { type SessionWatcher, watchSession } from './watch-session.js';

/** The session ids of a request's cookies. */
export interface CookiesOfRequest {
  readonly shown: ShownCookies<ShownSid>;
  /** The session id that is used. */
  readonly id: string | undefined;
  /** The ids of other live sessions. */
  readonly others: readonly string[];
}

/** One request's handling of its session: when it is saved, and when its cookie is sent. */
export class SessionOfRequest implements GateKeeper, SessionWatcher {
  #originalId: string | undefined;
  #originalText = '';
  /** The stored state, as far as known. */
  #savedText: string | undefined;
  #isTouched = false;
  /** What the end of the request has already done. */
  #committed: string | undefined;
  /** The application's pending save. Saves of one session are done in order. */
  #saving: Promise<void> | undefined;
  #isHeadOut = false;
  #hasFailed = false;
  /** Why the response lacks its cookie, if it should have one. */
  #cookieError: unknown;
  /** The pending end of the browser's other sessions, together with this one. */
  #ending: Promise<void> | undefined;
  #areOthersEnded = false;
  /** Null for a new session, which no other request knows. */
  readonly #flight: Flight | null;

  constructor(
    private readonly req: SessionRequest,
    private readonly next: (error?: unknown) => void,
    private readonly backend: Backend,
    private readonly options: ResolvedOptions,
    private readonly secrets: readonly SidSecret[],
    private readonly cookieOptions: CookieOptions,
    private readonly cookies: CookiesOfRequest,
  ) {
    this.#flight = cookies.id === undefined ? null : backend.board(cookies.id);
  }

  /** Starts a new session. */
  generate(): void {
    this.backend.store.generate?.(this.req);
    this.#remember();
  }

  /** Starts with the stored session. */
  inflate(data: SessionData): void {
    this.backend.store.createSession(this.req, data);
    this.#remember();
    if (!this.options.resave) this.#savedText = this.#originalText;
    if (this.req.session) this.#flight?.loaded(this.req.session);
  }

  /** The response is complete, or its client has disconnected. */
  leave(): void {
    this.#flight?.leave();
  }

  beforeHead(): Promise<void> | undefined {
    return this.backend.savesFirst ? attempt(() => this.#commit()) : undefined;
  }

  /** If the cookie cannot be made, the response is sent without it and completed before the error is reported. */
  writeHead(head: ResponseHead): void {
    this.#isHeadOut = true;
    try {
      const line = this.#cookieLine();
      for (const other of this.#linesElsewhere()) head.addCookie(other);
      if (line !== undefined) head.addCookie(line);
    } catch (error) {
      this.#cookieError = error;
    }
  }

  beforeEnd(isAllOfIt: boolean): Promise<void> | undefined {
    if (this.#hasFailed) return undefined;
    const isSaved = isAllOfIt && this.backend.savesFirst;
    const saving = isSaved ? undefined : attempt(() => this.#commit());
    const error = this.#cookieError;
    if (error === undefined) return saving;
    this.#cookieError = undefined;
    return Promise.resolve(saving).then(() => Promise.reject(asError(error)));
  }

  /** The application's own error handler responds. */
  answerTo(): null {
    return null;
  }

  failed(error: unknown): void {
    this.#hasFailed = true;
    if (this.#isHeadOut) setImmediate(this.next, error);
    else this.next(error);
  }

  report(error: unknown): void {
    warnOnce('overtaken', types.isNativeError(error) ? error.message : String(error));
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  endsAtOnce(): boolean {
    return false;
  }

  #cookieLine(): string | undefined {
    const { req, options, secrets } = this;
    const { session } = req;
    if (!session) return undefined;
    if (this.backend.isGone(session) || !this.#wantsCookie(session)) return undefined;
    if (session.cookie.secure && !isSecure(req, options.proxy)) return undefined;
    this.#touch(session);
    const { data, encode } = session.cookie as Cookie;
    const value = signSid(req.sessionID ?? '', secrets[0] ?? '');
    return serializeCookie(options.name, value, data, encode ?? this.cookieOptions.encode);
  }

  #linesElsewhere(): readonly string[] {
    const { req, options, cookies, cookieOptions } = this;
    return linesElsewhere(cookies.shown, options.name, req, cookieOptions, req.session?.cookie, options.proxy);
  }

  #remember(): void {
    const { session, sessionID } = this.req;
    this.#originalId = sessionID;
    if (!session) return;
    this.#originalText = dataText(session);
    watchSession(session, this);
  }

  save(session: SessionBehaviour, save: (done?: DoneCallback) => void, callback: DoneCallback | undefined): void {
    const set = (done?: DoneCallback): void => {
      this.#savedText = dataText(session);
      save(done);
    };
    if (this.backend.savesFirst) this.#saveAndNote(set, callback);
    else if (this.#flight === null) set(callback);
    else if (this.#flight.isGone) setImmediate(callback ?? nobodyWaits);
    else this.#flight.save(session, set, callback);
  }

  ended(): void {
    this.#flight?.end();
    this.#endOthers();
  }

  reloaded(former: SessionBehaviour): void {
    const { session } = this.req;
    if (!session || session === former) return;
    watchSession(session, this);
    this.#flight?.reloaded(session);
  }

  /** The response waits for it. */
  #endOthers(): void {
    const { others } = this.cookies;
    if (others.length === 0 || this.#ending !== undefined) return;
    this.#ending = endAll(others, this.backend);
    // The commit receives the error.
    this.#ending.catch(nobodyWaits);
  }

  /** The application need not wait for it: the response does. */
  #saveAndNote(set: (done: DoneCallback) => void, callback: DoneCallback | undefined): void {
    let settle = (): void => undefined;
    const saving = new Promise<void>((resolve) => (settle = resolve));
    set((error) => {
      settle();
      callback?.(error);
    });
    // Not if `set` has thrown: there is nothing to wait for.
    this.#saving = saving;
  }

  /** Saves or touches the session, once; does nothing if there is nothing to do. */
  #commit(): Promise<void> | undefined {
    const saving = this.#saving;
    if (saving !== undefined) {
      this.#saving = undefined;
      return saving.then(() => this.#commit());
    }
    const own = this.#commitOwn();
    const ending = this.#ending;
    if (ending === undefined || this.#areOthersEnded) return own;
    this.#areOthersEnded = true;
    return Promise.all([own, ending]).then(() => undefined);
  }

  #commitOwn(): Promise<void> | undefined {
    const { req, options } = this;
    const { store } = this.backend;
    const { session, sessionID } = req;
    if (!session) {
      if (!sessionID || !options.destroysUnset) return undefined;
      this.ended();
      return this.#once('destroyed', (done) => store.destroy(sessionID, done));
    }
    this.#touch(session);
    if (typeof sessionID !== 'string' || this.backend.isGone(session)) return undefined;
    if (this.#isUnsaved(session)) {
      return this.#once(`saved ${session.id} ${dataText(session)}`, (done) => session.save(done));
    }
    if (this.cookies.id !== sessionID || this.#committed !== undefined || !store.touch) return undefined;
    return this.#once('touched', (done) => store.touch?.(sessionID, session, done));
  }

  #once(what: string, work: (done: DoneCallback) => unknown): Promise<void> | undefined {
    if (this.#committed === what) return undefined;
    this.#committed = what;
    return promiseOf(work).then(() => undefined);
  }

  #touch(session: SessionBehaviour): void {
    if (this.#isTouched) return;
    session.touch();
    this.#isTouched = true;
  }

  #isModified(session: SessionBehaviour): boolean {
    return this.#originalId !== session.id || this.#originalText !== dataText(session);
  }

  #isUnsaved(session: SessionBehaviour): boolean {
    const isNew = this.cookies.id !== this.req.sessionID && this.#savedText === undefined;
    if (isNew && !this.options.saveUninitialized) return this.#isModified(session);
    return this.#originalId !== session.id || this.#savedText !== dataText(session);
  }

  #wantsCookie(session: SessionBehaviour): boolean {
    const { sessionID } = this.req;
    if (typeof sessionID !== 'string') return false;
    const { rolling, saveUninitialized } = this.options;
    if (this.cookies.id !== sessionID) return saveUninitialized || this.#isModified(session);
    const { expires } = session.cookie;
    return rolling || (expires !== null && expires !== undefined && this.#isModified(session));
  }
}

/** Turns a synchronous error into a rejection. */
function attempt(save: () => Promise<void> | undefined): Promise<void> | undefined {
  try {
    return save();
  } catch (error) {
    return Promise.reject(asError(error));
  }
}

function asError(thrown: unknown): Error {
  return types.isNativeError(thrown) ? thrown : new Error('The session was not saved.', { cause: thrown });
}
