import { types } from 'node:util';
import { isSessionError, SessionStoreUnavailableError } from '../../errors.js';

/**
 * Converts a driver's error to the store's. The original is not passed on: it may contain the document, or the address with its
 * password.
 */
export function unavailable(error: unknown, secrets: readonly string[]): Error {
  if (isSessionError(error)) return error;
  const cause = withoutSecrets(error, secrets);
  return new SessionStoreUnavailableError(`MongoDB did not answer, or returned an error: ${cause.message}`, { cause });
}

/** Whether a document with this key already exists. */
export function isDuplicate(error: unknown): boolean {
  return types.isNativeError(error) && 'code' in error && error.code === 11_000;
}

/** Copies an error's name, message and stack only, without the given strings. */
export function withoutSecrets(error: unknown, secrets: readonly string[]): Error {
  if (!types.isNativeError(error)) return new Error('the driver gave no reason');
  const redact = (text: string): string =>
    secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '***'), text);
  const copy = new Error(redact(error.message === '' ? error.name : error.message));
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = redact(error.stack);
  return copy;
}
