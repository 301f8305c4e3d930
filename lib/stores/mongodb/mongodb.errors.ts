import { types } from 'node:util';
import { isSessionError, SessionStoreUnavailableError } from '../../errors.js';

/**
 * The store's error for what the driver rejected with. The driver's own error is not handed on: it may hold the document, or
 * the address with its password.
 */
export function unavailable(error: unknown, secrets: readonly string[]): Error {
  if (isSessionError(error)) return error;
  const cause = withoutSecrets(error, secrets);
  return new SessionStoreUnavailableError(`MongoDB did not answer, or refused: ${cause.message}`, { cause });
}

/** That a document with this key is there already. */
export function isDuplicate(error: unknown): boolean {
  return types.isNativeError(error) && 'code' in error && error.code === 11_000;
}

/** A copy of an error's name, message and stack, without the given texts and without anything else. */
export function withoutSecrets(error: unknown, secrets: readonly string[]): Error {
  if (!types.isNativeError(error)) return new Error('the driver gave no reason');
  const redact = (text: string): string =>
    secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '***'), text);
  const copy = new Error(redact(error.message === '' ? error.name : error.message));
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = redact(error.stack);
  return copy;
}
