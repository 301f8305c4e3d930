import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { HttpException, type ExecutionContext } from '@nestjs/common';
import { SessionStoreUnavailableError } from '../errors.js';
import type { RawResponse } from '../response/raw-response.js';
import type { AuthFacts, Device } from '../session/auth-facts.js';
import { readonlyView, snapshotView } from '../session/readonly-view.js';
import { SessionHandle, type SessionHandleKit, type SessionHolder } from '../session/session-handle.js';
import type { ShownTokens } from '../session/session-reference.js';
import type { SessionBearer, SessionDelivery, SessionState } from '../session/session-state.js';
import type { SessionObject } from '../session/session.js';
import type { HttpOptions } from './http.options.js';
import type { HeldLogins } from '../endings/held-logins.js';
import { LoginHold } from './login-hold.js';
import { asOperationError } from './operation-error.js';
import type { Platform } from './platforms/platform.js';
import type { RawRequest } from './platforms/raw.js';
import { RequestClient } from './request-client.js';
import type { AdoptionGate, SessionMigration } from './session-migration.js';
import type { SessionCookie } from './session-cookie.js';
import { isForOperator, toHttpException } from './session-exception.js';
import { SessionResponse, type DeliveredSession } from './session-response.js';

/** What a request's session needs from its application. */
export interface SessionSurroundings extends SessionHandleKit {
  readonly cookie: SessionCookie;
  readonly options: HttpOptions;
  readonly watcher: SessionWatcher | null;
  /** Null: no other framework's sessions are migrated. */
  readonly migration: SessionMigration | null;
  /** The logins that running responses depend on. */
  readonly heldLogins: HeldLogins;
}

/** The caller is inside {@link RequestSession.announce}: it would wait for itself. */
const announced = new AsyncLocalStorage<RequestSession>();

const noLines: readonly string[] = [];

/** How the session of an open socket is found with every message. */
export interface SocketTrail {
  /** The cookie of its handshake, or what has taken its place since. */
  readonly shown: ShownTokens;
  /** Whether a message counts as use of the session. */
  readonly isUse: boolean;
  /** See {@link SessionHolder.follow}. */
  follow(session: SessionObject | null): SessionObject | null | Promise<SessionObject | null>;
}

/** Inspects every incoming session with a login, before other code gets it. */
export interface SessionWatcher {
  /** May change the session, or end it. Returns undefined if there is nothing to do. */
  arrived(request: RequestSession, session: SessionObject, state: SessionState): Promise<void> | undefined;

  /** The same for a session without a request. @param sender what sent its cookie; null: unknown. */
  arrivedWithoutRequest(sender: Device | null, session: SessionObject, state: SessionState): Promise<void> | undefined;

  /** Whether a login is invalid although its session may still exist. Synchronous if nothing has to be read. */
  isOver(auth: AuthFacts): boolean | Promise<boolean>;

  /** Whether the user of a login is still there and active. @param context for the user loader */
  isAdmitted(auth: AuthFacts, context: ExecutionContext): Promise<boolean>;

  /** What a migrated login has to pass. */
  gateOf(request: RequestSession): AdoptionGate;
}

/** The session of a request, or of a message that came over a socket: loaded on first use, and saved. */
export class RequestSession implements SessionBearer, SessionHolder, DeliveredSession {
  readonly handle: Readonly<SessionHandle>;
  /** Null: it has none, as over a socket. */
  readonly response: SessionResponse | null;
  readonly follow: SessionHolder['follow'];
  isAsked = false;
  isSettled = false;
  isGuarded = false;
  isOperation = false;
  readonly #rawRequest: RawRequest;
  #client: RequestClient | null = null;
  #coming: SessionObject | null = null;
  #isWritable = false;
  /** It is a property of the request, so any code with the request may change it at any time. */
  #isExposed = false;
  /** Pending operations that change the session; null: there were none. */
  #pending: Set<Promise<unknown>> | null = null;
  /** Null: the response is not an event stream, and {@link ended} has not been used. */
  #hold: LoginHold | null = null;

  constructor(
    private readonly runtime: SessionSurroundings,
    private readonly platform: Platform,
    private request: object,
    rawRequest: RawRequest,
    rawResponse: RawResponse | null,
    /** Whether a cookie can be sent. Without a response there are no headers that one could go with. */
    delivery: SessionDelivery = rawResponse === null || rawResponse.headersSent ? 'sent' : 'open',
    /** Null: the session is that of the request's cookie. */
    trail: SocketTrail | null = null,
  ) {
    this.#rawRequest = rawRequest;
    this.follow = trail === null ? null : (session) => trail.follow(session);
    const shown = trail?.shown ?? runtime.cookie.readAll(rawRequest.headers.cookie);
    this.handle = new SessionHandle(runtime, shown, this, this, delivery);
    if (trail?.isUse) this.handle.countAsUse();
    this.response = rawResponse === null ? null : new SessionResponse(rawResponse, this, runtime, platform);
    if (this.response?.hasBegunEventStream) this.#loginHold.becomeEventStream();
  }

  /** The client of the request, and its other cookies. */
  get client(): RequestClient {
    if (this.#client !== null) return this.#client;
    const { publicUrl } = this.runtime.options;
    this.#client = new RequestClient(this.request, this.#rawRequest, this.platform, publicUrl);
    if (this.handle.delivery !== 'open') this.#client.takeLines();
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
    this.isSettled = false;
    const session = this.#load();
    if (this.handle.delivery !== 'none' || !this.runtime.repository.isByValue) return session;
    return session instanceof Promise ? session.then(snapshotView) : snapshotView(session);
  }

  /** Loads the session before it is requested through the request's property, which calls {@link noteAsked}. */
  expose(): SessionObject | Promise<SessionObject> {
    this.#isExposed = true;
    this.#isWritable = true;
    return this.#load();
  }

  /** Notes that the property has been read. */
  noteAsked(): void {
    this.isAsked = true;
    // Possibly after the headers have been sent.
    if (this.#hold?.isEventStream) this.#hold.hold(this.handle.session);
  }

  /**
   * A view of the session that rejects changes; if nothing else is requested, there is no commit.
   *
   * @param reason creates the error
   */
  getReadonly(reason?: () => Error): SessionObject | Promise<SessionObject> {
    this.noteAsked();
    const session = this.#load();
    // A session that needs no store is already such a view.
    return session instanceof Promise
      ? session.then((loaded) => this.#asView(loaded, reason))
      : this.#asView(session, reason);
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

  /** The response is private: no cache may store it, unless the application says so. */
  becomeGuarded(): void {
    this.isGuarded = true;
  }

  /** It carries a GraphQL operation, whose client reads errors from the body. */
  becomeOperation(): void {
    this.isOperation = true;
  }

  /** Whether it came over a WebSocket: no response follows that could set a cookie. */
  get isOverSocket(): boolean {
    return this.handle.delivery === 'none';
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
    return this.#loginHold.endedWith(this.handle, () => this.getReadonly());
  }

  /** Saves the changes. Returns undefined if there is nothing to do. @throws HttpException, also as a rejection */
  commit(): Promise<void> | undefined {
    if (this.#pending !== null && this.#pending.size > 0) return Promise.all(this.#pending).then(() => this.commit());
    return this.#isWritable ? this.handle.commit() : undefined;
  }

  /**
   * The session has been saved, and Nest sends the response next: it need not be compared again. Not for errors, whose filters
   * may have changed it.
   */
  noteSettled(): void {
    this.isSettled = !this.#isExposed;
  }

  takeLines(): readonly string[] {
    return this.#client?.takeLines() ?? noLines;
  }

  holdEventStream(): void {
    this.#loginHold.becomeEventStream();
    if (this.isAsked || this.isGuarded) this.#loginHold.hold(this.handle.session);
  }

  inspect(session: SessionObject, state: SessionState): Promise<void> | undefined {
    return this.runtime.watcher?.arrived(this, session, state);
  }

  elsewhere(): Promise<SessionObject | null> | null {
    const { migration, watcher } = this.runtime;
    // The session would become the media player's, and the page that it plays would be another client.
    if (migration === null || this.client.isMediaPlayer) return null;
    return migration.find(this.client, watcher?.gateOf(this) ?? null);
  }

  /** An exception for Nest. Logged here, with the cause: Nest does not log exceptions with a status. */
  errorFor(error: unknown): unknown {
    this.response?.noteFailure();
    if (error instanceof SessionStoreUnavailableError) this.runtime.observer.storeError({ error });
    const exception = toHttpException(error);
    if (isForOperator(exception)) this.runtime.report(error);
    return this.inItsForm(exception);
  }

  /** An error as the client of this request reads it. */
  inItsForm(error: unknown): unknown {
    return this.isOperation && error instanceof HttpException ? asOperationError(error) : error;
  }

  #load(): SessionObject | Promise<SessionObject> {
    const { session, token } = this.handle;
    if (session === null) {
      if (this.#coming !== null && announced.getStore() === this) return this.#coming;
      // The address is lost when a client disconnects, unless it is read from the socket before.
      if (token !== null) Reflect.get(this.#rawRequest.socket, 'remoteAddress');
    }
    const loaded = this.handle.load();
    if (!this.#hold?.isEventStream) return loaded;
    return loaded instanceof Promise ? loaded.then((arrived) => this.#held(arrived)) : this.#held(loaded);
  }

  /** An event stream whose headers have been sent before its session was loaded. */
  #held(loaded: SessionObject): SessionObject {
    if (this.isAsked) this.#loginHold.hold(this.handle.session);
    return loaded;
  }

  get #loginHold(): LoginHold {
    const { heldLogins, report } = this.runtime;
    return (this.#hold ??= new LoginHold(heldLogins, report, this.response?.raw ?? null, this.response?.gate ?? null));
  }

  #asView(loaded: SessionObject, reason?: () => Error): SessionObject {
    const { session } = this.handle;
    return session === null ? loaded : readonlyView(session, reason);
  }
}
