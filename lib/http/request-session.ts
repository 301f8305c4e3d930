import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { HttpException } from '@nestjs/common';
import { SessionStoreUnavailableError } from '../errors.js';
import type { ShownCookies } from '../cookie/shown-cookies.js';
import type { Lifetime } from '../session/lifetime.js';
import type { AuthFacts } from '../session/auth-facts.js';
import type { SessionObserver } from '../session/observer.js';
import { publicId } from '../session/session-id.js';
import type { SessionRepository } from '../session/session-repository.js';
import type { SessionBearer, StoredSession } from '../session/session-state.js';
import { assertWritable, stateOf, type SessionObject } from '../session/session.js';
import { readonlyView, unsavedView } from '../session/readonly-view.js';
import type { GateKeeper, SubstituteAnswer } from '../response/gate-keeper.js';
import type { ResponseHead } from '../response/head.js';
import type { RawResponse } from '../response/raw-response.js';
import { ResponseGate } from '../response/response-gate.js';
import { cacheControl, varyByCookie } from './cache-headers.js';
import type { HttpOptions } from './http.options.js';
import type { HeldLogins } from './held-logins.js';
import { LoginHold } from './login-hold.js';
import { endOthers, livingSession } from './living-session.js';
import type { Platform } from './platforms/platform.js';
import { remoteAddress, type RawRequest } from './platforms/raw.js';
import { RequestClient } from './request-client.js';
import type { AdoptionGate, SessionMigration } from './session-migration.js';
import type { SessionCookie, SessionToken } from './session-cookie.js';
import { answerTo, isForOperator, toHttpException } from './session-exception.js';

/** What a request's session needs from its application. */
export interface SessionSurroundings {
  readonly repository: SessionRepository;
  readonly cookie: SessionCookie;
  readonly lifetime: Lifetime;
  readonly options: HttpOptions;
  readonly observer: Required<SessionObserver>;
  readonly platform: Platform;
  readonly report: (error: unknown) => void;
  readonly now: () => number;
  readonly watcher: SessionWatcher | null;
  /** Null: no other framework's sessions are migrated. */
  readonly migration: SessionMigration | null;
  /** The logins that running responses depend on. */
  readonly heldLogins: HeldLogins;
}

/** The caller is inside {@link RequestSession.announce}: it would wait for itself. */
const announced = new AsyncLocalStorage<RequestSession>();

/** Inspects every incoming session with a login, before other code gets it. */
export interface SessionWatcher {
  /** May change the session, or end it. Returns undefined if there is nothing to do. */
  arrived(request: RequestSession, session: SessionObject): Promise<void> | undefined;

  /** Whether a login is invalid although its session may still exist. Synchronous if nothing has to be read. */
  isOver(auth: AuthFacts): boolean | Promise<boolean>;

  /** What a migrated login has to pass. */
  gateOf(request: RequestSession): AdoptionGate;
}

/**
 * The session of a request: loaded once, on first use; later callers get the same one. Also the boundary between the session
 * and its cookie.
 */
export class RequestSession implements GateKeeper, SessionBearer {
  readonly #cookies: ShownCookies<SessionToken>;
  /** The cookie that is used: the session's, once that is loaded. */
  #token: SessionToken | null;
  readonly #rawRequest: RawRequest;
  #client: RequestClient | null = null;
  #session: SessionObject | null = null;
  #loading: Promise<SessionObject> | null = null;
  #coming: SessionObject | null = null;
  #wasPermanent = false;
  /** The id in the cookie that the client will have once the headers are sent. */
  #heldId: string | null;
  #isWritable = false;
  /** The session has been requested, so the response may depend on it. */
  #isAsked = false;
  /** It is a property of the request, so any code with the request may change it at any time. */
  #isExposed = false;
  /** It has been saved, and no code is left that could change it before the response. */
  #isSettled = false;
  #isHeadOut = false;
  #isPassive = false;
  #isGuarded = false;
  /** What code gets that requests the session of a request that may only read it; null: it may change it. */
  #view: SessionObject | null = null;
  #isToEnd = false;
  /** The client has a second cookie of the name: it gets one, and the others are removed. */
  #isGathering = false;
  #haveOthersEnded = false;
  /** Pending operations that change the session; null: there were none. */
  #pending: Set<Promise<unknown>> | null = null;
  #hasFailed = false;
  readonly #response: RawResponse | null;
  readonly #gate: ResponseGate | null;
  /** Null: the response is not an event stream, and {@link ended} has not been used. */
  #hold: LoginHold | null = null;

  constructor(
    private readonly runtime: SessionSurroundings,
    private request: object,
    rawRequest: RawRequest,
    rawResponse: RawResponse | null,
  ) {
    this.#cookies = runtime.cookie.readAll(rawRequest.headers.cookie);
    this.#token = this.#cookies.tokens[0] ?? null;
    this.#heldId = this.#token?.id ?? null;
    this.#rawRequest = rawRequest;
    // Without a response there are no headers that a cookie could go with.
    this.#isHeadOut = rawResponse === null || rawResponse.headersSent;
    this.#response = rawResponse;
    this.#gate = rawResponse === null ? null : ResponseGate.install(rawResponse, this);
    if (rawResponse?.headersSent === true && isEventStream(rawResponse.getHeader('Content-Type'))) {
      this.#loginHold.becomeEventStream();
    }
  }

  /** The client of the request, and its other cookies. */
  get client(): RequestClient {
    if (this.#client !== null) return this.#client;
    const { platform, options } = this.runtime;
    this.#client = new RequestClient(this.request, this.#rawRequest, platform, options.publicUrl);
    if (this.#isHeadOut) this.#client.takeLines();
    return this.#client;
  }

  /** It is a property of the request, which applications log. */
  [inspect.custom](): string {
    return 'RequestSession {}';
  }

  /** Adds the server's own request, if the session was first requested with Node's. */
  meet(request: object): void {
    this.request = request;
    this.#client?.meet(request);
  }

  /** The session, synchronously if it is already loaded or needs no store; it will be saved. */
  get(): SessionObject | Promise<SessionObject> {
    this.noteAsked();
    this.#isWritable = true;
    this.#isSettled = false;
    return this.#shown ?? this.#comingSession() ?? this.#loading ?? this.#load();
  }

  /** Loads the session before it is requested through the request's property, which calls {@link noteAsked}. */
  expose(): SessionObject | Promise<SessionObject> {
    this.#isExposed = true;
    this.#isWritable = true;
    return this.#shown ?? this.#comingSession() ?? this.#loading ?? this.#load();
  }

  /** Notes that the property has been read. */
  noteAsked(): void {
    this.#isAsked = true;
    // Possibly after the headers have been sent.
    if (this.#hold?.isEventStream) this.#hold.hold(this.#session);
  }

  /** A view of the session that rejects changes; if nothing else is requested, there is no commit. */
  getReadonly(): SessionObject | Promise<SessionObject> {
    this.noteAsked();
    const session = this.#shown ?? this.#comingSession() ?? this.#loading ?? this.#load();
    // A session that needs no store is already such a view.
    return session instanceof Promise ? session.then((loaded) => this.#asView(loaded)) : this.#asView(session);
  }

  /** The request as its handler gets it. */
  get carrier(): object {
    return this.request;
  }

  /** Runs `work`, which needs a session that is about to become this request's: only `work` already sees it. */
  async announce<Result>(session: SessionObject, work: () => Result | Promise<Result>): Promise<Result> {
    this.#coming = session;
    try {
      return await announced.run(this, work);
    } finally {
      this.#coming = null;
    }
  }

  /** The session has changed by itself, and is saved even if only read-only views were requested. */
  requireCommit(): void {
    this.#isWritable = true;
  }

  /** The request does not count as use of the session: changes are saved, but it is neither extended nor rotated. */
  becomePassive(): void {
    this.#isPassive = true;
    if (this.#session !== null) stateOf(this.#session).passive = true;
  }

  /** The response is private: no cache may store it, unless the application says so. */
  becomeGuarded(): void {
    this.#isGuarded = true;
  }

  /**
   * The request may only read the session: changes are dropped, and neither its lifetime nor its cookie changes. Call it while
   * the session arrives, before other code has got it.
   *
   * @param reason creates the error for operations that would take effect immediately.
   */
  becomeOnlooker(session: SessionObject, reason: () => Error): void {
    this.#view = unsavedView(session, reason);
    this.becomePassive();
  }

  /** Whether that was called. */
  get isOnlooker(): boolean {
    return this.#view !== null;
  }

  /** The next commit ends the session: `req.session = null`. */
  endAtCommit(): void {
    if (this.#view !== null) assertWritable(this.#view);
    this.#isToEnd = true;
  }

  /**
   * Holds the response back until `work` settles, which changes the session, as a login does: its caller need not await it, and
   * it must be complete when the session is saved.
   */
  holdFor(work: Promise<unknown>): void {
    const pending = (this.#pending ??= new Set());
    const over: Promise<unknown> = work.then(
      () => pending.delete(over),
      () => pending.delete(over),
    );
    pending.add(over);
  }

  /** Aborted when the login ends that the request came with or has made. */
  get ended(): AbortSignal {
    const hold = this.#loginHold;
    if (hold.isTold) return hold.ended;
    const { ended } = hold;
    const loaded = this.#whenLoaded();
    if (loaded === null) hold.hold(this.#session);
    else {
      loaded.then(
        () => {
          hold.hold(this.#session);
        },
        (error: unknown) => {
          hold.fail(error);
        },
      );
    }
    return ended;
  }

  /** Saves the changes. Returns undefined if there is nothing to do. @throws HttpException, also as a rejection */
  commit(): Promise<void> | undefined {
    if (this.#pending !== null && this.#pending.size > 0) return Promise.all(this.#pending).then(() => this.commit());
    const session = this.#session;
    if (!this.#isWritable || session === null) return undefined;
    if (this.#view !== null) return this.#drop(session);
    if (this.#cookies.tokens.length < 2) return this.#commitAlone(session);
    this.#gather(session);
    const saving = this.#commitAlone(session);
    return saving === undefined ? this.#endOthers(session) : saving.then(() => this.#endOthers(session));
  }

  #commitAlone(session: SessionObject): Promise<void> | undefined {
    if (this.#isToEnd) return this.#end(session);
    if (this.#isHeadOut && !this.#clientHolds(session)) return this.#drop(session);
    try {
      return this.runtime.repository.commit(session)?.catch((error: unknown) => {
        this.#unlessUnchanged(session, error);
      });
    } catch (error) {
      throw this.#asHttp(error);
    }
  }

  /** Reverts what has not been saved yet. */
  discard(): void {
    this.#isToEnd = false;
    if (this.#session !== null && this.#view === null) this.runtime.repository.discard(this.#session);
  }

  /**
   * The session has been saved, and Nest sends the response next: it need not be compared again. Not for errors, whose filters
   * may have changed it.
   */
  noteSettled(): void {
    this.#isSettled = !this.#isExposed;
  }

  beforeHead(status: number): Promise<void> | undefined {
    if (this.#isSettled && status < 400) return undefined;
    if (status >= 400 && !this.runtime.options.commitOnError) this.discard();
    return this.commit();
  }

  writeHead(head: ResponseHead): void {
    this.#isHeadOut = true;
    const session = this.#session;
    const lines = [...(session === null ? [] : this.#cookieLines(session)), ...(this.#client?.takeLines() ?? [])];
    if (session !== null) stateOf(session).answered = true;
    if (session !== null && stateOf(session).auth !== null && isEventStream(head.get('Content-Type'))) {
      this.#loginHold.becomeEventStream();
      if (this.#isAsked || this.#isGuarded) this.#loginHold.hold(session);
    }
    // A response that depends on no session may be cached by anyone.
    if (!this.#isAsked && !this.#isGuarded && !this.#hasFailed && lines.length === 0) return;
    for (const line of lines) head.addCookie(line);
    head.set('Vary', varyByCookie(head.get('Vary')));
    const cacheable = cacheControl(head.get('Cache-Control'), {
      carriesCookie: lines.length > 0 || session === null || this.#hasFailed,
      guarded: this.#isGuarded ? this.runtime.options.guardedCache : null,
    });
    if (cacheable !== null) head.set('Cache-Control', cacheable);
  }

  beforeEnd(isAllOfIt: boolean): Promise<void> | undefined {
    return isAllOfIt ? undefined : this.commit();
  }

  answerTo(error: unknown): SubstituteAnswer {
    return answerTo(error);
  }

  report(error: unknown): void {
    this.runtime.report(error);
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  failed(error: unknown): void {
    this.#hasFailed = true;
    // The cause of a failed commit has already been logged.
    if (!(error instanceof HttpException)) this.runtime.report(error);
  }

  endsAtOnce(args: readonly unknown[]): boolean {
    return this.runtime.platform.endsAtOnce(args);
  }

  /** What callers get, once it has been inspected. */
  get #shown(): SessionObject | null {
    return this.#session === null ? null : (this.#view ?? this.#session);
  }

  #comingSession(): SessionObject | null {
    return this.#coming !== null && announced.getStore() === this ? this.#coming : null;
  }

  #load(): SessionObject | Promise<SessionObject> {
    const { repository } = this.runtime;
    // No cookie, or a forged one: the store is not asked.
    if (this.#token === null) return this.#migrated() ?? this.#found(repository.create());
    // The address is lost when a client disconnects, unless it is read from the socket before.
    void remoteAddress(this.#rawRequest);
    this.#loading = this.#living(this.#token).then(
      (session) => this.#arrived(session),
      (error: unknown) => this.#withoutStore(error),
    );
    return this.#loading;
  }

  #living(first: SessionToken): Promise<SessionObject | null> {
    const { repository } = this.runtime;
    const { tokens } = this.#cookies;
    if (tokens.length < 2) return repository.load(first);
    return livingSession(repository, tokens).then((found) => {
      if (found === null) return null;
      this.#token = found.token;
      this.#heldId = found.token.id;
      return found.session;
    });
  }

  #arrived(session: SessionObject | null): SessionObject | Promise<SessionObject> {
    const { repository, observer } = this.runtime;
    if (session !== null) return this.#seen(session);
    if (this.#token !== null) observer.expired({ publicId: publicId(this.#token.id) });
    return this.#migrated() ?? this.#found(repository.create(this.#token ?? undefined));
  }

  /** The migrated session; null, synchronously: there is none to look for, or no way to send its cookie. */
  #migrated(): Promise<SessionObject> | null {
    const { migration } = this.runtime;
    // The session would become the media player's, and the page that it plays would be another client.
    if (migration === null || this.#isHeadOut || this.client.isMediaPlayer) return null;
    const found = migration.find(this.client, this.runtime.watcher?.gateOf(this) ?? null);
    if (found === null) return null;
    this.#loading = found.then(
      (session) => (session === null ? this.#found(this.runtime.repository.create()) : this.#seen(session)),
      (error: unknown) => this.#withoutStore(error),
    );
    return this.#loading;
  }

  #seen(session: SessionObject): SessionObject | Promise<SessionObject> {
    const { watcher } = this.runtime;
    if (watcher === null || stateOf(session).auth === null) return this.#found(session);
    stateOf(session).bearer = this;
    // No code gets it before it has been inspected.
    return (
      watcher.arrived(this, session)?.then(
        () => this.#found(session),
        (error: unknown) => this.#withoutStore(error),
      ) ?? this.#found(session)
    );
  }

  #found(session: SessionObject): SessionObject {
    this.#session = session;
    this.#wasPermanent = session.permanent;
    const state = stateOf(session);
    state.answered = this.#isHeadOut;
    state.bearer = this;
    state.passive = this.#isPassive;
    if (this.#hold?.isEventStream && this.#isAsked) this.#hold.hold(session);
    return this.#view ?? session;
  }

  #whenLoaded(): Promise<SessionObject> | null {
    if (this.#session !== null) return null;
    const session = this.getReadonly();
    return session instanceof Promise ? session : null;
  }

  get #loginHold(): LoginHold {
    const { heldLogins, report } = this.runtime;
    return (this.#hold ??= new LoginHold(heldLogins, report, this.#response, this.#gate));
  }

  #asView(session: SessionObject): SessionObject {
    return this.#session === null ? session : readonlyView(this.#session);
  }

  #withoutStore(error: unknown): SessionObject {
    const { options, repository, observer } = this.runtime;
    if (options.onStoreError === 'fail' || !(error instanceof SessionStoreUnavailableError)) throw this.#asHttp(error);
    observer.storeError({ error });
    return readonlyView(
      repository.create(),
      () =>
        new SessionStoreUnavailableError(
          'The session store does not answer, so this session is empty and cannot be changed.',
          { cause: error },
        ),
    );
  }

  #clientHolds(session: SessionObject): boolean {
    const { stored } = stateOf(session);
    return stored !== null && stored.id === this.#heldId;
  }

  /** It is unknown which of the cookies is stored where: one with the current session replaces all. */
  #gather(session: SessionObject): void {
    if (this.#isGathering || this.#isHeadOut || this.#isPassive) return;
    // An identical duplicate is harmless, and is removed with the next Set-Cookie header.
    const [first, ...others] = this.#cookies.tokens;
    const areAlike = others.every(({ id, issuedAt }) => id === first?.id && issuedAt === first.issuedAt);
    if (areAlike || !this.runtime.cookie.isElsewhere(this.#cookies)) return;
    this.#isGathering = true;
    // Refreshed, so that a late request does not overwrite the cookie of a newer login with one of an ended session.
    stateOf(session).isReissued = true;
  }

  #endOthers(session: SessionObject): Promise<void> | undefined {
    if (!stateOf(session).hasEnded || this.#haveOthersEnded) return undefined;
    return endOthers(this.runtime.repository, this.#cookies.tokens, this.#token).then(
      () => {
        this.#haveOthersEnded = true;
      },
      (error: unknown) => {
        throw this.#asHttp(error);
      },
    );
  }

  async #end(session: SessionObject): Promise<void> {
    this.#isToEnd = false;
    try {
      await this.runtime.repository.destroy(session);
    } catch (error) {
      throw this.#asHttp(error);
    }
  }

  /** A change that must not be saved; or one of a session for which the client has no cookie, and can no longer get one. */
  #drop(session: SessionObject): undefined {
    const state = stateOf(session);
    if (state.isLossTold || !this.runtime.repository.isModified(session)) return;
    state.isLossTold = true;
    this.runtime.observer.droppedChange({ publicId: session.id });
  }

  /** A request without changes succeeds even if the session could not be extended; the next one tries again. */
  #unlessUnchanged(session: SessionObject, error: unknown): void {
    const { repository, observer, report } = this.runtime;
    if (!(error instanceof SessionStoreUnavailableError) || repository.isModified(session)) throw this.#asHttp(error);
    observer.storeError({ error });
    report(error);
  }

  /** Logged here, with the cause: Nest does not log exceptions with a status. */
  #asHttp(error: unknown): unknown {
    this.#hasFailed = true;
    if (error instanceof SessionStoreUnavailableError) this.runtime.observer.storeError({ error });
    const exception = toHttpException(error);
    if (isForOperator(exception)) this.runtime.report(error);
    return exception;
  }

  /** The Set-Cookie headers that the response needs; none if the client's cookie is up to date. */
  #cookieLines(session: SessionObject): readonly string[] {
    const { cookie, platform, lifetime, now } = this.runtime;
    const state = stateOf(session);
    const { stored, issuedAt, permanent } = state;
    if (state.end === 'gone' || this.#view !== null) return [];
    if (stored === null) {
      const isToGo = state.end === 'ended' && this.#token !== null;
      return isToGo ? [...this.#linesElsewhere(), ...cookie.clearingLines(platform.isHttps(this.request))] : [];
    }
    const endsAt = lifetime.endOf(state);
    const isRight = permanent === this.#wasPermanent && this.#isHeld(stored, issuedAt, endsAt);
    if (isRight && !this.#isGathering) return [];
    this.#heldId = stored.id;
    const time = now();
    const maxAge = permanent ? lifetime.remaining(state, time) : null;
    const lines = cookie.linesFor(stored, issuedAt ?? time, maxAge, platform.isHttps(this.request), endsAt);
    return [...this.#linesElsewhere(), ...lines];
  }

  #linesElsewhere(): readonly string[] {
    return this.runtime.cookie.linesElsewhere(this.#cookies, this.client.cookieRequest);
  }

  /** Whether the client has the right cookie. */
  #isHeld(stored: StoredSession, issuedAt: number | null, endsAt: number | null): boolean {
    const token = this.#token;
    if (token === null || token.outdated || token.issuedAt !== issuedAt) return false;
    return this.runtime.cookie.carries(token, stored, endsAt);
  }
}

function isEventStream(contentType: unknown): boolean {
  return typeof contentType === 'string' && /^\s*text\/event-stream\s*(?:;|$)/i.test(contentType);
}
