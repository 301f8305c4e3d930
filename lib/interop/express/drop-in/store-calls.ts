import { types } from 'node:util';
import { timerDelay } from '../../../config/timer.js';
import { isSessionError, SessionStoreUnavailableError } from '../../../errors.js';

/** Asks a store of this package, and says what became of it in the package's words. */
export class StoreCalls {
  /** @param timeout ms after which the store counts as not reachable; what it was told may be done nevertheless. */
  constructor(private readonly timeout: number) {}

  /** @throws SessionStoreUnavailableError, whose `status` is 503. */
  async ask<Result>(work: () => Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new SessionStoreUnavailableError(`The session store did not answer within ${String(this.timeout)} ms.`));
      }, timerDelay(this.timeout));
    });
    try {
      return await Promise.race([work(), tooLate]);
    } catch (error) {
      throw withStatus(isSessionError(error) ? error : unavailable(error));
    } finally {
      clearTimeout(timer);
    }
  }
}

function unavailable(cause: unknown): SessionStoreUnavailableError {
  const reason = types.isNativeError(cause) ? cause.message : 'it gave no reason';
  return new SessionStoreUnavailableError(`The session store did not answer: ${reason}`, { cause });
}

/** Express and Nest answer an error with the status that it has, and its message where it is for everybody. */
export function withStatus<Failure extends Error>(error: Failure): Failure {
  return Object.assign(error, { status: 503, statusCode: 503, expose: false });
}
