import { HttpException } from '@nestjs/common';

/** Error codes by field. @publicApi */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/**
 * The response of the routes of accounts to a request that they reject: Nest's body, plus `code` and, for invalid input, `fields` with the
 * codes of each field.
 *
 * @publicApi
 */
export class AccountsException extends HttpException {
  constructor(
    status: number,
    readonly code: string,
    readonly fields: FieldErrors | null = null,
    /** For a 429: after how many seconds the request can be repeated; otherwise null. */
    readonly retryAfter: number | null = null,
  ) {
    const more = { ...(fields !== null && { fields }), ...(retryAfter !== null && { retryAfter }) };
    super({ ...bodyOf(status, code), code, ...more }, status);
  }
}

/** Nest's own body of an error. */
export function bodyOf(
  statusCode: number,
  message: string,
): { readonly statusCode: number; readonly message: string; readonly error: string } {
  return { statusCode, message, error: names[statusCode] ?? 'Error' };
}

const names: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  429: 'Too Many Requests',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** A 429. @param ms until there may be another request */
export function tooManyRequests(ms: number): AccountsException {
  return new AccountsException(429, 'TOO_MANY_REQUESTS', null, Math.ceil(ms / 1000));
}

/** A 400 about some fields. */
export function invalid(fields: FieldErrors): AccountsException {
  return new AccountsException(400, 'INPUT_INVALID', fields);
}
