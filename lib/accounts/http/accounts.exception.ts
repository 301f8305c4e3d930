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
  ) {
    super(code, status);
  }
}

/** A 400 about some fields. */
export function invalid(fields: FieldErrors): AccountsException {
  return new AccountsException(400, 'INPUT_INVALID', fields);
}
