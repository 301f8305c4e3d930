import { Injectable, type ArgumentsHost } from '@nestjs/common';
import type { Session } from './session.decorator.js';
import { requestSessionOf } from './execution-context.js';
import { SessionCounters, type SessionCounts } from './session-counters.js';

/**
 * Sessions for code that no parameter decorator reaches: guards, interceptors, filters.
 *
 * @publicApi
 */
@Injectable()
export class SessionService {
  constructor(private readonly counters: SessionCounters) {}

  /**
   * The session of the request behind `context` (an ExecutionContext, or what a filter is given), loaded when it is first asked for.
   *
   * @throws ServiceUnavailableException where the store does not answer
   * @throws SessionUnreachableError outside of an HTTP request
   */
  async get(context: ArgumentsHost): Promise<Session> {
    return requestSessionOf(context).get();
  }

  /** How often what should be rare has happened since the application started. */
  get counts(): SessionCounts {
    return this.counters.counts;
  }
}
