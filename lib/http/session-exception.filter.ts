import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { SessionError, SessionStoreUnavailableError } from '../errors.js';
import { isForOperator, toHttpException } from './session-exception.js';
import { SessionRuntime } from './session-runtime.js';

/**
 * Answers for an error of this package that a handler or a guard let through, such as that of `session.commit()` where the
 * store is down: by the status that it has elsewhere, too. A filter of the application for the same class goes before it.
 */
@Catch(SessionError)
export class SessionExceptionFilter extends BaseExceptionFilter<SessionError> {
  constructor(
    private readonly runtime: SessionRuntime,
    adapterHost: HttpAdapterHost,
  ) {
    super(adapterHost.httpAdapter);
  }

  override catch(error: SessionError, host: ArgumentsHost): void {
    if (host.getType() !== 'http') {
      // Nest answers for it there; without this line nobody would read what it says.
      this.runtime.report(error);
      throw error;
    }
    if (error instanceof SessionStoreUnavailableError) this.runtime.observer.storeError({ error });
    const exception = toHttpException(error);
    if (isForOperator(exception)) this.runtime.report(error);
    super.catch(exception as SessionError, host);
  }
}
