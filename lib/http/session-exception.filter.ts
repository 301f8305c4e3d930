import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { throwError, type Observable } from 'rxjs';
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

  override catch(error: SessionError, host: ArgumentsHost): Observable<never> | undefined {
    const type: string = host.getType();
    if (type !== 'http') {
      // Nest answers for it there; without this line nobody would read what it says.
      this.runtime.report(error);
      if (type === 'rpc') return throwError(() => unknownError);
      if (type === 'ws') return tellClient(host);
      throw error;
    }
    if (error instanceof SessionStoreUnavailableError) this.runtime.observer.storeError({ error });
    const exception = toHttpException(error);
    if (isForOperator(exception)) this.runtime.report(error);
    super.catch(exception as SessionError, host);
    return undefined;
  }
}

/** What Nest gives to those who sent a message, for an error that is none of its own. */
const unknownError = { status: 'error', message: 'Internal server error' };

/** As Nest does: over a socket by an event, or by a message where the socket has no events of its own. */
function tellClient(host: ArgumentsHost): undefined {
  const client = host.switchToWs().getClient<{
    readonly readyState?: unknown;
    send?(text: string): void;
    emit?(event: string, payload: object): void;
  }>();
  if (typeof client.readyState === 'number') client.send?.(JSON.stringify({ event: 'exception', data: unknownError }));
  else client.emit?.('exception', unknownError);
  return undefined;
}
