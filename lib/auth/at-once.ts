import { HttpException, InternalServerErrorException, ServiceUnavailableException } from '@nestjs/common';
import { isSessionError, SessionStoreUnavailableError } from '../errors.js';
import { toHttpException } from '../http/session-exception.js';
import type { SessionRuntime } from '../http/session-runtime.js';

/** Does what a method of AuthService promises, and rejects with an exception of Nest where that fails. */
export async function atOnce<Result>(runtime: SessionRuntime, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SessionStoreUnavailableError) runtime.observer.storeError({ error });
    const exception = toHttpException(error);
    // An application's mistake keeps its class and message, which say what to do.
    if (exception instanceof InternalServerErrorException || isOfInput(error)) throw error;
    // Nest does not log exceptions with a status.
    if (exception instanceof ServiceUnavailableException && !(error instanceof HttpException)) {
      runtime.report(error);
    }
    throw exception;
  }
}

function isOfInput(error: unknown): boolean {
  return isSessionError(error) && error.mayBeInput;
}
