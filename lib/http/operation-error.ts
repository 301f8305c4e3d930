import type { HttpException } from '@nestjs/common';

/** What a client is told in place of a status, where there is none: in `extensions.code` of GraphQL, or by a socket. */
export type ErrorCode =
  | 'BAD_REQUEST'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'PAYLOAD_TOO_LARGE'
  | 'TOO_MANY_REQUESTS'
  | 'SERVICE_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

const codes: ReadonlyMap<number, ErrorCode> = new Map([
  [400, 'BAD_REQUEST'],
  [401, 'UNAUTHENTICATED'],
  [403, 'FORBIDDEN'],
  [404, 'NOT_FOUND'],
  [409, 'CONFLICT'],
  [413, 'PAYLOAD_TOO_LARGE'],
  [429, 'TOO_MANY_REQUESTS'],
  [503, 'SERVICE_UNAVAILABLE'],
]);

/** The statuses for which Nest's driver for Apollo sets the same code. */
const codedByNest: ReadonlySet<number> = new Set([400, 401, 403]);

export function codeOf(exception: HttpException): ErrorCode {
  return codes.get(exception.getStatus()) ?? 'INTERNAL_SERVER_ERROR';
}

/** What the body of an exception says apart from its status and message; its own code is the reason. */
export function detailsOf(exception: HttpException): object {
  const body = exception.getResponse();
  if (typeof body === 'string') return {};
  const { statusCode: _status, error: _error, message: _message, code, ...details } = body as Record<string, unknown>;
  return code === undefined ? details : { reason: code, ...details };
}

/** Completes an exception for GraphQL: Apollo and Mercurius send its `extensions` to the client. */
export function asOperationError<Exception extends HttpException>(exception: Exception): Exception {
  if ('extensions' in exception) return exception;
  Reflect.set(exception, 'extensions', { code: codeOf(exception), ...detailsOf(exception) });
  const body = exception.getResponse();
  if (typeof body === 'object' && !codedByNest.has(exception.getStatus())) {
    // Nest's driver for Apollo replaces the code of any other exception whose body has a status.
    const { statusCode: _status, ...rest } = body as Record<string, unknown>;
    Reflect.set(exception, 'response', rest);
  }
  return exception;
}

/** What is sent in place of the response to an operation: a body with `errors`, and no data. */
export function operationAnswerTo(exception: HttpException): { status: number; body: object } {
  const { message } = exception;
  const extensions = { code: codeOf(exception), ...detailsOf(exception) };
  return { status: exception.getStatus(), body: { errors: [{ message, extensions }] } };
}
