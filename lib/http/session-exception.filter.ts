import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { throwError, type Observable } from 'rxjs';
import { SessionError, SessionStoreUnavailableError } from '../errors.js';
import { asOperationError } from './operation-error.js';
import { isForOperator, knownException } from './session-exception.js';
import { SessionRuntime } from './session-runtime.js';

/**
 * Responds to an error of this package that a handler or guard did not handle, such as `session.commit()` while the store is
 * down: with its usual status. An application's filter for the same class takes precedence.
 */
@Catch(SessionError)
export class SessionExceptionFilter extends BaseExceptionFilter {
  constructor(
    private readonly runtime: SessionRuntime,
    adapterHost: HttpAdapterHost,
  ) {
    super(adapterHost.httpAdapter);
  }

  override catch(error: SessionError, host: ArgumentsHost): Observable<never> | undefined {
    const type: string = host.getType();
    if (type === 'rpc' || type === 'ws') {
      // Nest responds there; without this line the error would not be logged.
      this.runtime.report(error);
      return type === 'rpc' ? throwError(() => unknownError) : tellClient(host);
    }
    if (error instanceof SessionStoreUnavailableError) this.runtime.observer.storeError({ error });
    const exception = knownException(error);
    if (isForOperator(exception)) this.runtime.report(error);
    // GraphQL responds with what is thrown.
    if (type !== 'http') throw asOperationError(exception);
    super.catch(exception, host);
    return undefined;
  }
}

/** Nest's response to a message's sender for an unknown error. */
const unknownError = { status: 'error', message: 'Internal server error' };

/** Like Nest: over a socket by an event, or by a message if the socket has no events of its own. */
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
