import { HttpException } from '@nestjs/common';

/** Codes by the name of the field that they are about. @publicApi */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/**
 * What the routes of accounts answer a request that they reject: Nest's body, and beside it `code` and, for input, `fields` with the codes
 * of each field.
 *
 * @publicApi
 */
export class AccountsException extends HttpException {
  constructor(
    status: number,
    readonly code: string,
    readonly fields: FieldErrors | null = null,
    /** In how many seconds the request may be made again, of a 429; null: not said. */
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
