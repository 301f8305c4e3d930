import { types } from 'node:util';
import { within } from '../../../config/within.js';
import { isSessionError, SessionStoreUnavailableError } from '../../../errors.js';

/** Calls a store of this package, with a time limit and the package's errors. */
export class StoreCalls {
  /** @param timeout ms after which the store counts as unavailable; the operation may still complete. */
  constructor(private readonly timeout: number) {}

  /** @throws SessionStoreUnavailableError, whose `status` is 503. */
  async ask<Result>(work: () => Promise<Result>): Promise<Result> {
    const late = (): Error =>
      new SessionStoreUnavailableError(`The session store did not answer within ${String(this.timeout)} ms.`);
    try {
      return await within(this.timeout, work, late);
    } catch (error) {
      throw withStatus(isSessionError(error) ? error : unavailable(error));
    }
  }
}

function unavailable(cause: unknown): SessionStoreUnavailableError {
  const reason = types.isNativeError(cause) ? cause.message : 'no reason given';
  return new SessionStoreUnavailableError(`The session store did not answer: ${reason}`, { cause });
}

/** Express and Nest respond to an error with its `status`, and with its message if that is public. */
export function withStatus<Failure extends Error>(error: Failure): Failure {
  return Object.assign(error, { status: 503, statusCode: 503, expose: false });
}
