import type { ExecutionContext } from '@nestjs/common';
import { within } from '../config/within.js';
import type { EndsChannel } from '../endings/ends-channel.js';
import { EndsElsewhere } from '../endings/ends-elsewhere.js';
import { HeldLogins } from '../endings/held-logins.js';
import { SessionStoreUnavailableError, SessionUnreachableError } from '../errors.js';
import type { AuthFacts } from '../session/auth-facts.js';
import type { KnownLogin } from '../session/known-login.js';
import type { Lifetime } from '../session/lifetime.js';
import type { SessionObserver } from '../session/observer.js';
import type { SessionRepository } from '../session/session-repository.js';
import type { HttpOptions } from './http.options.js';
import type { Notices } from './notices.js';
import { isObject, partOf } from './part-of.js';
import { ARRIVED_AT, type Platform } from './platforms/platform.js';
import type { RawRequest } from './platforms/raw.js';
import type { RequestClient } from './request-client.js';
import { RequestSession, type SessionWatcher, type SocketTrail } from './request-session.js';
import type { SessionMigration } from './session-migration.js';
import type { SessionCookie } from './session-cookie.js';
import type { TransportNotice } from './transport-notice.js';

/** How precisely it is noted when a login was used, in ms. */
const SEEN_WITHIN = 1_000;

const RUNTIME = Symbol('nestjs-session-auth runtime');
/** The same symbol in every copy of the package. */
const ANY_COPY = Symbol.for('nestjs-session-auth');

/** The error for a request that this copy of the package has no sessions for. @param message if no other copy has any. */
export function unreachable(request: unknown, message: string): SessionUnreachableError {
  const hasOther = isObject(request) && Reflect.get(request, ANY_COPY) !== undefined;
  if (!hasOther) return new SessionUnreachableError(message);
  return new SessionUnreachableError(
    'There are two copies of nestjs-session-auth in this process: SessionModule comes from one, and the code that requests the session from ' +
      'another, which a library or a workspace has installed. Install it once: `npm ls nestjs-session-auth` lists them; a library should have it ' +
      'as a peer dependency.',
  );
}

/** The applications by their servers: the only way from the handshake of a WebSocket, which reaches no route. */
const byServer = new WeakMap<object, SessionRuntime | 'several'>();

type Bearer = RawRequest & Record<symbol, RequestSession | undefined>;

/** What requests of an application need to get their session; created once. */
export class SessionRuntime {
  /** The key of the session on Node's request. An application mounted in another one has its own. */
  readonly #slot = Symbol('nestjs-session-auth session');
  #platform: Platform | null = null;
  #isExposed = false;
  /** Set before the first request, by the auth room. */
  watcher: SessionWatcher | null = null;
  /** The origins besides its own whose pages may act for a user. Set before the first request, by the auth room. */
  trustedOrigins: ReadonlySet<string> = new Set();
  /** Further ones whose pages may open a socket with a session. Set before the first request, by the room of sockets. */
  socketOrigins: readonly string[] = [];
  /** Whether a request may have a user by something else than its session. Set before the first request, by the auth room. */
  hasRequestLoaders = false;
  /** The logins that running responses depend on. */
  readonly heldLogins: HeldLogins;

  constructor(
    readonly repository: SessionRepository,
    readonly cookie: SessionCookie,
    readonly lifetime: Lifetime,
    readonly options: HttpOptions,
    readonly observer: Required<SessionObserver>,
    /** Logs an error for which the client got a response. */
    readonly report: (error: unknown) => void,
    readonly now: () => number,
    readonly notices: Notices,
    readonly migration: SessionMigration | null = null,
    /** Null: requests are not checked. */
    private readonly transport: TransportNotice | null = null,
    /** Null: processes do not tell each other which logins have ended. */
    private readonly endsChannel: EndsChannel | null = null,
  ) {
    const elsewhere = new EndsElsewhere(
      {
        find: (logins) => this.#findLogins(logins),
        remaining: ({ auth, stored: { expiresAt = Infinity } }) =>
          Math.min(lifetime.remaining({ createdAt: auth.at, auth }, now()), expiresAt - now()),
        endsIn: ({ auth }) => {
          const usedAt = auth.seenAt === undefined ? auth.at : auth.seenAt + SEEN_WITHIN;
          return usedAt + lifetime.remaining({ createdAt: auth.at, auth }, usedAt) - now();
        },
        everybodyMayHaveEnded: () => {
          repository.endedLogins.hint();
        },
      },
      endsChannel,
      now,
      (error) => {
        if (error instanceof SessionStoreUnavailableError) observer.storeError({ error });
        else report(error);
      },
    );
    this.heldLogins = new HeldLogins(repository.endedLogins, elsewhere, report);
  }

  /** The runtime of the request's application; null: it has none. Everything else of the application is found through it. */
  static ofApplication(request: object): SessionRuntime | null {
    let runtime: unknown = Reflect.get(request, RUNTIME);
    if (runtime === undefined) {
      // An Express application that is called as a function, and passes the request on, leaves its own prototype on it.
      const values: unknown = Reflect.get(request, ARRIVED_AT);
      runtime = values instanceof Map ? values.get(RUNTIME) : undefined;
    }
    if (runtime === undefined && isUpgrade(request)) runtime = byServer.get(serverOf(request) ?? request);
    return runtime instanceof SessionRuntime ? runtime : null;
  }

  /** The session of a request that has reached an application. @throws SessionUnreachableError if that has no sessions */
  static sessionOf(request: object, response: unknown): RequestSession {
    const runtime = SessionRuntime.ofApplication(request);
    if (runtime !== null) return runtime.of(request, response);
    throw unreachable(
      request,
      'There are no sessions here: import SessionModule.forRoot() in the root module, and request a session in HTTP requests only.',
    );
  }

  /**
   * Connects the application to this runtime. Called once, before the first request.
   *
   * @param server the one that it listens with
   */
  attach(platform: Platform, server: unknown = null): void {
    this.#platform = platform;
    if (isObject(server)) byServer.set(server, byServer.has(server) ? 'several' : this);
    platform.bind(RUNTIME, this);
    platform.bind(ANY_COPY, this);
    platform.reserve(this.#slot);
    if (this.#isExposed) platform.exposeSession?.();
  }

  /** Announces that a middleware will set `session` on Node's requests. */
  exposeSession(): void {
    if (this.#isExposed) return;
    this.#isExposed = true;
    this.#platform?.exposeSession?.();
  }

  /** Whether this process hears of logins that end in others. */
  get hearsOfEnds(): boolean {
    return this.endsChannel?.hears ?? false;
  }

  /** Whether something sets `session` on the server's requests. */
  get isSessionExposed(): boolean {
    return this.#isExposed;
  }

  get platform(): Platform {
    if (this.#platform !== null) return this.#platform;
    throw new SessionUnreachableError(
      'The application has not been initialised yet: call app.init() or app.listen() first.',
    );
  }

  /** Whether a request has a cookie that may lead to a session, here or in the framework it is migrated from; valid or not. */
  isIn(client: RequestClient): boolean {
    return this.cookie.isIn(client.cookieHeader) || (this.migration?.isIn(client) ?? false);
  }

  /** The session of a request; creates the gate of its response. */
  of(request: object, response: unknown): RequestSession {
    const { platform } = this;
    const raw = platform.rawRequest(request) as Bearer;
    const existing = raw[this.#slot];
    if (existing === undefined) {
      this.transport?.look(request, raw, platform);
      return (raw[this.#slot] = new RequestSession(this, platform, request, raw, platform.rawResponse(response)));
    }
    // On Fastify, middleware gets Node's request, which knows less than Fastify's.
    if (request !== raw) existing.meet(request);
    return existing;
  }

  /**
   * The same for an operation whose context may lack the response.
   *
   * @throws SessionUnreachableError if the response is unknown: the session could not be saved
   */
  ofOperation(request: object, response: unknown): RequestSession {
    const existing = this.existing(request);
    if (existing !== undefined) return existing;
    const raw = this.platform.rawResponse(response) ?? this.platform.responseTo?.(request) ?? null;
    if (raw !== null) return this.of(request, raw);
    throw new SessionUnreachableError(
      'This GraphQL operation has no response that could send the session’s cookie: let the context function of GraphQLModule return it too, as in ' +
        '({ req, res }) => ({ req, res }) on Express, or (request, reply) => ({ req: request, reply }) on Fastify.',
    );
  }

  /**
   * A session of its own for a client that has sent a handshake, and can get no cookie any more: it is read anew, and may be changed.
   *
   * @param trail how it is found after the handshake
   */
  ofHandshake(request: object, trail: SocketTrail | null = null): RequestSession {
    const raw = this.platform.rawRequest(request);
    const known = request === raw ? (this.platform.unrouted?.(raw) ?? request) : request;
    return new RequestSession(this, this.platform, known, raw, null, 'none', trail);
  }

  /**
   * Whether the user of an open socket's login is still there and active.
   *
   * @param context for the user loader
   * @throws Error if the user cannot be loaded, or not in time
   */
  async isAdmitted(auth: AuthFacts, context: ExecutionContext): Promise<boolean> {
    const { watcher } = this;
    if (watcher === null) return true;
    const { storeTimeout } = this.options;
    const late = (): Error =>
      new Error(
        `The user of an open WebSocket was not loaded within ${String(storeTimeout)} ms. SESSION_STORE_TIMEOUT (storeTimeout) sets the limit.`,
      );
    return within(storeTimeout, () => watcher.isAdmitted(auth, context), late, { unref: true });
  }

  async #findLogins(logins: readonly KnownLogin[]): Promise<(KnownLogin | null)[]> {
    const areOver = await Promise.all(logins.map(async ({ auth }) => this.watcher?.isOver(auth)));
    const others = logins.filter((_, at) => areOver[at] !== true);
    const found = await this.repository.findLogins(others);
    return logins.map((login) => found[others.indexOf(login)] ?? null);
  }

  /** The same, if already created: a request that has not touched its session has none. */
  existing(request: object): RequestSession | undefined {
    const raw = this.platform.rawRequest(request) as Bearer;
    return raw[this.#slot];
  }
}

/** Whether it is the handshake of a WebSocket. Node notes that itself: a client could send any header. */
export function isUpgrade(request: object): boolean {
  return partOf(partOf(request, 'raw') ?? request, 'upgrade') === true;
}

/** The server that a request of Node has arrived at. */
function serverOf(request: object): object | null {
  const server = partOf(partOf(partOf(request, 'raw') ?? request, 'socket'), 'server');
  return isObject(server) ? server : null;
}
