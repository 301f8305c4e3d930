import { Injectable, type ArgumentsHost } from '@nestjs/common';
import { StoreCleanup } from '../session/store-cleanup.js';
import type { Session } from './session.decorator.js';
import { requestSessionOf, SessionRuntime } from './session-runtime.js';
import { SessionEventHub, type SessionCounts } from './session-event-hub.js';

/** How long a session still lives. @publicApi */
export interface SessionStatus {
  /** False: there is none, or it has ended. */
  readonly exists: boolean;
  /**
   * The former name of `exists`.
   *
   * @deprecated 1.0 will not have it.
   */
  readonly isThere: boolean;
  /** When it ends if it is not used; a write that needed no new cookie may have put that off. Null: there is none. */
  readonly expiresAt: Date | null;
  /** The same in ms from now; 0: there is none. */
  readonly expiresIn: number;
}

/**
 * Sessions for code that no parameter decorator reaches: guards, interceptors, filters.
 *
 * @publicApi
 */
@Injectable()
export class SessionService {
  constructor(
    private readonly counters: SessionEventHub,
    private readonly cleanup: StoreCleanup,
  ) {}

  /**
   * The session of the request behind `context` (an ExecutionContext, or what a filter is given), loaded when it is first asked for.
   *
   * @throws ServiceUnavailableException where the store does not answer
   * @throws SessionUnreachableError outside of an HTTP request
   */
  async get(context: ArgumentsHost): Promise<Session> {
    return requestSessionOf(context).get();
  }

  /**
   * How long the session of the request behind `context` still lives, without extending it: for a page that warns before the
   * end. The request then counts as no use of the session, whatever else it does with it; see {@link Passive} for a route
   * whose guard has been there before.
   *
   * @throws ServiceUnavailableException where the store does not answer
   */
  async status(context: ArgumentsHost): Promise<SessionStatus> {
    const request = requestSessionOf(context);
    request.becomePassive();
    const session = await request.getReadonly();
    if (session.isNew) return { exists: false, isThere: false, expiresAt: null, expiresIn: 0 };
    const { expiresAt } = session;
    const { now } = SessionRuntime.behind(context.getArgByIndex<object>(0));
    return { exists: true, isThere: true, expiresAt, expiresIn: Math.max(0, expiresAt.getTime() - now()) };
  }

  /**
   * A signal that is aborted when the login of the request behind `context` ends: by a logout, from elsewhere, or by a timeout. For an
   * answer that takes long, which then can stop; an event stream (`text/event-stream`) is ended without it. At once where this
   * process has ended the login, otherwise within 15 seconds or so. Where nobody is logged in, no login can end, and it is never
   * aborted; where the session cannot be read, it is aborted with the reason for that.
   *
   * The login is that which the request came with, or has made itself. Once the answer is over, the signal says nothing more.
   *
   * @throws SessionUnreachableError outside of an HTTP request
   */
  ended(context: ArgumentsHost): AbortSignal {
    return requestSessionOf(context).ended;
  }

  /**
   * Removes from the store the sessions that have expired, and says how many they were. For a scheduled task: the stores that
   * need it do it by themselves every so often, as far as their settings say so. 0 where the store's technology sees to it
   * (Redis, DynamoDB, MongoDB, memcached), and where sessions are in cookies.
   *
   * @throws SessionStoreUnavailableError where the store does not answer
   */
  cleanupSessions(): Promise<number> {
    return this.cleanup.run();
  }

  /** How often what should be rare has happened since the application started. */
  get counts(): SessionCounts {
    return this.counters.counts;
  }
}
