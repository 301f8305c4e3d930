import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { HttpException } from '@nestjs/common';
import { SessionGoneError, SessionStoreUnavailableError } from '../errors.js';
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
import { endOthers, livingSession } from './living-session.js';
import type { Platform } from './platforms/platform.js';
import { remoteAddress, type RawRequest } from './platforms/raw.js';
import { RequestClient } from './request-client.js';
import type { AdoptionGate, SessionMigration } from './session-migration.js';
import type { SessionCookie, SessionToken } from './session-cookie.js';
import { answerTo, isForOperator, toHttpException } from './session-exception.js';

/** What a request's session needs of its application. */
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
  /** Null: there is no other framework whose sessions could go on here. */
  readonly migration: SessionMigration | null;
  /** The logins that answers depend on which are still under way. */
  readonly heldLogins: HeldLogins;
}

/** Who asks from within {@link RequestSession.announce}: it would wait for itself. */
const announced = new AsyncLocalStorage<RequestSession>();

/** Looks at every session with a login that comes in, before anybody else does. */
export interface SessionWatcher {
  /** May change it, or end it. Returns nothing where nothing was to be done. */
  arrived(request: RequestSession, session: SessionObject): Promise<void> | undefined;

  /** Whether a login counts no more, although its session may still be there. At once, where nothing had to be asked. */
  isOver(auth: AuthFacts): boolean | Promise<boolean>;

  /** What a login of another framework passes on its way in. */
  gateOf(request: RequestSession): AdoptionGate;
}

/**
 * Which session belongs to a request: loaded once, when somebody first asks, from wherever; the others get the same one. It
 * also stands at the border between the session and its cookie.
 */
export class RequestSession implements GateKeeper, SessionBearer {
  readonly #cookies: ShownCookies<SessionToken>;
  /** Of those the one that counts: the session's, once that is loaded. */
  #token: SessionToken | null;
  readonly #rawRequest: RawRequest;
  #client: RequestClient | null = null;
  #session: SessionObject | null = null;
  #loading: Promise<SessionObject> | null = null;
  #coming: SessionObject | null = null;
  #wasPermanent = false;
  /** The id of the cookie that the client has once the head is out. */
  #heldId: string | null;
  #isWritable = false;
  /** Somebody has asked for the session, so that the answer may depend on whose it is. */
  #isAsked = false;
  /** It lies open, so that whoever has the request may change it, at any time. */
  #isExposed = false;
  /** It has been saved, and nobody is left who could change it before the answer goes out. */
  #isSettled = false;
  #isHeadOut = false;
  #isPassive = false;
  #isGuarded = false;
  /** What those get who ask for a session that this request only looks at; null: it may change it. */
  #view: SessionObject | null = null;
  #isToEnd = false;
  /** The client has a second cookie of the name: it is given one, and the others are taken away. */
  #isGathering = false;
  #haveOthersEnded = false;
  /** What changes the session and is not over; null: there was nothing of the kind. */
  #pending: Set<Promise<unknown>> | null = null;
  #hasFailed = false;
  readonly #response: RawResponse | null;
  readonly #gate: ResponseGate | null;
  #isEventStream = false;
  /** Lets go of the login; null: the request does not hold on to it. */
  #letGo: (() => void) | null = null;
  #isLoginOver = false;
  #ended: AbortController | null = null;

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
    // Without a response there is no head that a cookie could go with.
    this.#isHeadOut = rawResponse === null || rawResponse.headersSent;
    this.#response = rawResponse;
    this.#gate = rawResponse === null ? null : ResponseGate.install(rawResponse, this);
    if (rawResponse?.headersSent === true) this.#isEventStream = isEventStream(rawResponse.getHeader('Content-Type'));
  }

  /** Who sent the request, and what else its answer sets. */
  get client(): RequestClient {
    if (this.#client !== null) return this.#client;
    const { platform, options } = this.runtime;
    this.#client = new RequestClient(this.request, this.#rawRequest, platform, options.publicUrl);
    if (this.#isHeadOut) this.#client.takeLines();
    return this.#client;
  }

  /** It hangs on the request, which applications log. */
  [inspect.custom](): string {
    return 'RequestSession {}';
  }

  /** The server's own request, where the session was first asked for with Node's. */
  meet(request: object): void {
    this.request = request;
    this.#client?.meet(request);
  }

  /** The session, at once where it is there already or needs no store; it will be saved. */
  get(): SessionObject | Promise<SessionObject> {
    this.noteAsked();
    this.#isWritable = true;
    this.#isSettled = false;
    return this.#shown ?? this.#comingSession() ?? this.#loading ?? this.#load();
  }

  /** Loads the session ahead of whoever asks for it on the request itself, and says so by {@link noteAsked}. */
  expose(): SessionObject | Promise<SessionObject> {
    this.#isExposed = true;
    this.#isWritable = true;
    return this.#shown ?? this.#comingSession() ?? this.#loading ?? this.#load();
  }

  /** Somebody has come upon the session that lies open. */
  noteAsked(): void {
    this.#isAsked = true;
    // That may be after the head has gone out.
    if (this.#isEventStream) this.#holdLogin();
  }

  /** A view of the session that refuses changes; asking for nothing else leaves the commit out. */
  getReadonly(): SessionObject | Promise<SessionObject> {
    this.noteAsked();
    const session = this.#shown ?? this.#comingSession() ?? this.#loading ?? this.#load();
    // What is there without the store is such a view already.
    return session instanceof Promise ? session.then((loaded) => this.#asView(loaded)) : this.#asView(session);
  }

  /** The request as its handler gets it. */
  get carrier(): object {
    return this.request;
  }

  /** Runs what has to know a session that is about to be this request's: for it alone the session is there already. */
  async announce<Result>(session: SessionObject, work: () => Result | Promise<Result>): Promise<Result> {
    this.#coming = session;
    try {
      return await announced.run(this, work);
    } finally {
      this.#coming = null;
    }
  }

  /** The session has changed by itself, and is saved even if nobody but readers asked for it. */
  requireCommit(): void {
    this.#isWritable = true;
  }

  /** The request is no use of the session: it is saved where it was changed, but neither extended nor rotated. */
  becomePassive(): void {
    this.#isPassive = true;
    if (this.#session !== null) stateOf(this.#session).passive = true;
  }

  /** The answer is for whoever may see it alone: no cache keeps it, unless the application says so. */
  becomeGuarded(): void {
    this.#isGuarded = true;
  }

  /**
   * The request only looks at the session: what it changes is dropped, and neither how long the session lasts nor its cookie
   * changes. To be said while the session arrives, before anybody has got it.
   *
   * @param reason makes the error for what would take effect at once.
   */
  becomeOnlooker(session: SessionObject, reason: () => Error): void {
    this.#view = unsavedView(session, reason);
    this.becomePassive();
  }

  /** Whether that was said. */
  get isOnlooker(): boolean {
    return this.#view !== null;
  }

  /** The session ends with the next commit: `req.session = null`. */
  endAtCommit(): void {
    if (this.#view !== null) assertWritable(this.#view);
    this.#isToEnd = true;
  }

  /**
   * Holds the answer back until `work` is over, which changes the session, as a login does: nobody has to wait for it, and it has
   * to be there when the session is saved.
   */
  holdFor(work: Promise<unknown>): void {
    const pending = (this.#pending ??= new Set());
    const over: Promise<unknown> = work.then(
      () => pending.delete(over),
      () => pending.delete(over),
    );
    pending.add(over);
  }

  /** Is aborted when the login ends that the request came with, or has made. */
  get ended(): AbortSignal {
    if (this.#ended !== null) return this.#ended.signal;
    const ended = (this.#ended = new AbortController());
    const loaded = this.#whenLoaded();
    if (loaded === null) this.#holdLogin();
    else {
      loaded.then(
        () => {
          this.#holdLogin();
        },
        (error: unknown) => {
          ended.abort(error);
        },
      );
    }
    return ended.signal;
  }

  /** Saves what has changed. Returns nothing where nothing was to be done. @throws HttpException, also as a rejection */
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

  /** Takes back what has not been saved yet. */
  discard(): void {
    this.#isToEnd = false;
    if (this.#session !== null && this.#view === null) this.runtime.repository.discard(this.#session);
  }

  /**
   * The session has been saved, and Nest answers next, by itself: whether it has changed since is not worked out once more. Not for
   * errors, whose filters may have changed it.
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
      this.#isEventStream = true;
      if (this.#isAsked || this.#isGuarded) this.#holdLogin();
    }
    // An answer that depends on nobody's session is everybody's.
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
    // What a commit failed for has been reported where it was found.
    if (!(error instanceof HttpException)) this.runtime.report(error);
  }

  endsAtOnce(args: readonly unknown[]): boolean {
    return this.runtime.platform.endsAtOnce(args);
  }

  /** What whoever asks gets, once it has been looked at. */
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
    // A client that goes away takes its address along, unless its socket was asked for it before.
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
    return this.#migrated() ?? this.#found(repository.create());
  }

  /** The session that went on elsewhere so far; null, at once: there is none to be looked for, or no way to give its cookie. */
  #migrated(): Promise<SessionObject> | null {
    const { migration } = this.runtime;
    // A media player would make the session its own, and the page that it plays for another client.
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
    // Nobody gets to see it before it has been looked at.
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
    if (this.#isEventStream && this.#isAsked) this.#holdLogin();
    return this.#view ?? session;
  }

  #whenLoaded(): Promise<SessionObject> | null {
    if (this.#session !== null) return null;
    const session = this.getReadonly();
    return session instanceof Promise ? session : null;
  }

  #holdLogin(): void {
    const session = this.#session;
    const response = this.#response;
    if (this.#isLoginOver) this.#endStream();
    if (session === null || this.#letGo !== null || this.#isLoginOver || hasClosed(response)) return;
    const letGo = (this.#letGo = this.runtime.heldLogins.hold(stateOf(session), () => {
      this.#isLoginOver = true;
      this.#ended?.abort(new SessionGoneError('The login has ended.'));
      this.#endStream();
    }));
    response?.once('close', letGo);
  }

  #endStream(): void {
    // The head may be just about to go out, and with it all that belongs to it.
    if (this.#isEventStream) queueMicrotask(() => this.#cutShort());
  }

  #cutShort(): void {
    try {
      this.#gate?.cutShort();
    } catch (error) {
      // That of another one, who has put a method of its own on the response.
      this.runtime.report(error);
    }
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

  /** Which of the cookies stands where is not to be seen: one with the session as it is takes the place of all. */
  #gather(session: SessionObject): void {
    if (this.#isGathering || this.#isHeadOut || this.#isPassive) return;
    // The very same one twice does no harm, and goes with the next line that is sent.
    const [first, ...others] = this.#cookies.tokens;
    const areAlike = others.every(({ id, issuedAt }) => id === first?.id && issuedAt === first.issuedAt);
    if (areAlike || !this.runtime.cookie.isElsewhere(this.#cookies)) return;
    this.#isGathering = true;
    // Refreshed, so that a request which is late does not put a cookie of what has ended over that of a newer login.
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

  /** A change that is not to be saved; or one of a session that the client has no cookie for, and can be given none any more. */
  #drop(session: SessionObject): undefined {
    const state = stateOf(session);
    if (state.isLossTold || !this.runtime.repository.isModified(session)) return;
    state.isLossTold = true;
    this.runtime.observer.droppedChange({ publicId: session.id });
  }

  /** Who changed nothing is answered although the session's life could not be extended; the next request tries again. */
  #unlessUnchanged(session: SessionObject, error: unknown): void {
    const { repository, observer, report } = this.runtime;
    if (!(error instanceof SessionStoreUnavailableError) || repository.isModified(session)) throw this.#asHttp(error);
    observer.storeError({ error });
    report(error);
  }

  /** The operator is told here, with the cause: Nest logs no exception that has a status. */
  #asHttp(error: unknown): unknown {
    this.#hasFailed = true;
    if (error instanceof SessionStoreUnavailableError) this.runtime.observer.storeError({ error });
    const exception = toHttpException(error);
    if (isForOperator(exception)) this.runtime.report(error);
    return exception;
  }

  /** The Set-Cookie lines that the answer needs; none where the client's cookie is right as it is. */
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

  /** Whether the client has the cookie that it should have. */
  #isHeld(stored: StoredSession, issuedAt: number | null, endsAt: number | null): boolean {
    const token = this.#token;
    if (token === null || token.outdated || token.issuedAt !== issuedAt) return false;
    return this.runtime.cookie.carries(token, stored, endsAt);
  }
}

function isEventStream(contentType: unknown): boolean {
  return typeof contentType === 'string' && /^\s*text\/event-stream\s*(?:;|$)/i.test(contentType);
}

/** Whether nothing is to come of an answer any more, nor an event that would say so. */
function hasClosed(response: RawResponse | null): boolean {
  return response !== null && (response.writableEnded || response.destroyed);
}
