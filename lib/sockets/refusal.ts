import { HttpException } from '@nestjs/common';
import { codeOf, detailsOf } from '../http/operation-error.js';
import { toHttpException } from '../http/session-exception.js';

/** Why a connection or a message is rejected, for a client that gets no status. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** Why a connection is refused. */
export interface ConnectionRefusal extends Refusal {
  readonly statusCode: number;
}

/** By which a guard refuses a connection. */
export class RefusedConnection extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

const statuses: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  TOO_MANY_REQUESTS: 429,
  SERVICE_UNAVAILABLE: 503,
};

/** What a client is told about an error of its connection; null: it is the application's mistake. */
export function connectionRefusalOf(error: unknown): ConnectionRefusal | null {
  if (error instanceof RefusedConnection) {
    return { statusCode: statuses[error.refusal.code] ?? 403, ...error.refusal };
  }
  const exception = toHttpException(error);
  if (exception instanceof HttpException) {
    const statusCode = exception.getStatus();
    const code = codeOf(exception);
    if (code === 'INTERNAL_SERVER_ERROR') return null;
    return { statusCode, code, message: exception.message, ...detailsOf(exception) };
  }
  return ofWsException(error);
}

/** That of a guard of the application: Nest has no other error for sockets, and it has no status. */
function ofWsException(error: unknown): ConnectionRefusal | null {
  if (!(error instanceof Error) || !('getError' in error) || typeof error.getError !== 'function') return null;
  const said: unknown = Reflect.apply(error.getError, error, []);
  const refusal = { statusCode: 403, code: 'FORBIDDEN', message: error.message };
  return typeof said === 'object' && said !== null ? { ...refusal, ...said } : refusal;
}
