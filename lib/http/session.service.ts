import { Injectable, type ArgumentsHost } from '@nestjs/common';
import { StoreCleanup } from '../session/store-cleanup.js';
import { OpenSession } from './open-session.js';
import { LONGEST_USER_AGENT } from './request-client.js';
import type { Session } from './session.decorator.js';
import { currentOf } from './request-context.js';
import { requestSessionOf } from './session-of.js';
import { SessionRuntime } from './session-runtime.js';
import { SessionEventHub, type SessionCounts } from './session-event-hub.js';

/** How long a session still lives. @publicApi */
export interface SessionStatus {
  /** False: there is none, or it has ended. */
  readonly exists: boolean;
  /** The former name of `exists`. @deprecated Removed in 1.0. */
  readonly isThere: boolean;
  /** When it expires if it is not used; a write that needed no new cookie may have extended it. Null: there is none. */
  readonly expiresAt: Date | null;
  /** The same in ms from now; 0: there is none. */
  readonly expiresIn: number;
}

/** The client of a session that is opened without a request. @publicApi */
export interface SessionClient {
  /** Its `User-Agent` header. Default: empty. */
  readonly userAgent?: string | undefined;
  /** Its network address, according to the proxies that you trust. Default: empty. */
  readonly address?: string | undefined;
}

/**
 * Sessions for code without parameter decorators: guards, interceptors, filters.
 *
 * @publicApi
 */
@Injectable()
export class SessionService {
  constructor(
    private readonly counters: SessionEventHub,
    private readonly cleanup: StoreCleanup,
    private readonly runtime: SessionRuntime,
  ) {}

  /**
   * The session of the request behind `context` (an ExecutionContext, or a filter's ArgumentsHost), loaded on first use.
   *
   * @throws ServiceUnavailableException if the store does not answer
   * @throws SessionUnreachableError outside of an HTTP request
   */
  async get(context: ArgumentsHost): Promise<Session> {
    return requestSessionOf(context).get();
  }

  /**
   * The session of the request that the running code serves, for code that has no request in hand, such as repositories and
   * subscribers of an ORM; null: it serves none. Otherwise as {@link get}: loaded on first use, and its changes are saved.
   * Needs the option `requestContext`.
   *
   * @throws ServiceUnavailableException if the store does not answer
   * @throws SessionUnreachableError if `requestContext` is off
   */
  async current(): Promise<Session | null> {
    return (await currentOf(this.runtime)?.session.get()) ?? null;
  }

  /**
   * The session of a client that sends its cookies by another way than an HTTP request to Nest, such as the upgrade request of a
   * WebSocket: checked as every session, with nothing to send an answer by.
   *
   * @param cookieHeader the client's `Cookie` header; undefined: it sent none.
   * @param client what sent it, which `protection` compares with the client that logged in. Without it, the login is not fresh,
   *   and with `protection.mode: 'strong'`, opening a session with a login throws a TypeError.
   * @throws SessionStoreUnavailableError if the store does not answer, unless `onStoreError` is `'anonymous'`
   */
  async open(cookieHeader: string | undefined, client?: SessionClient): Promise<OpenSession> {
    const sender = client && {
      userAgent: (client.userAgent ?? '').slice(0, LONGEST_USER_AGENT),
      address: client.address ?? '',
    };
    return OpenSession.open(this.runtime, this.runtime.cookie.readAll(cookieHeader), sender ?? null);
  }

  /**
   * How long the session of the request behind `context` still lives, without extending it: for a page that warns before the
   * end. The request then does not count as use of the session, whatever else it does with it; see {@link Passive} for a route
   * with a guard, which runs earlier.
   *
   * @throws ServiceUnavailableException if the store does not answer
   */
  async status(context: ArgumentsHost): Promise<SessionStatus> {
    const request = requestSessionOf(context);
    request.handle.becomePassive();
    const session = await request.getReadonly();
    if (session.isNew) return { exists: false, isThere: false, expiresAt: null, expiresIn: 0 };
    const { expiresAt } = session;
    return { exists: true, isThere: true, expiresAt, expiresIn: Math.max(0, expiresAt.getTime() - this.runtime.now()) };
  }

  /**
   * A signal that is aborted when the login of the request behind `context` ends: by a logout, from elsewhere, or by a timeout.
   * Use it to stop a long-running response; an event stream (`text/event-stream`) is ended without it. It is aborted at once if
   * this process ended the login, otherwise as soon as it hears of that: at once with Redis or PostgreSQL,
   * within about 15 seconds with other stores. If nobody is logged in, it is never aborted; if the
   * session cannot be read, it is aborted with that reason.
   *
   * The login is the one that the request came with or made itself. After the response, the signal is not aborted any more.
   *
   * @throws SessionUnreachableError outside of an HTTP request
   */
  ended(context: ArgumentsHost): AbortSignal {
    return requestSessionOf(context).ended;
  }

  /**
   * Removes expired sessions from the store and returns how many. For a scheduled task: the stores that need it also do it
   * themselves periodically, according to their settings. Returns 0 if the store's technology does it (Redis, DynamoDB,
   * MongoDB, memcached), and if sessions are in cookies.
   *
   * @throws SessionStoreUnavailableError if the store does not answer
   */
  cleanupSessions(): Promise<number> {
    return this.cleanup.run();
  }

  /** How often each event has happened since the application started. */
  get counts(): SessionCounts {
    return this.counters.counts;
  }
}
