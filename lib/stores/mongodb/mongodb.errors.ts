import { types } from 'node:util';
import { isSessionError, SessionStoreUnavailableError } from '../../errors.js';
import { redactedError } from '../redacted-error.js';

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

/** What a driver's error says, without the given strings. */
export function withoutSecrets(error: unknown, secrets: readonly string[]): Error {
  if (!types.isNativeError(error)) return new Error('the driver gave no reason');
  const { name, stack = '' } = error;
  return redactedError({ name, message: error.message || name, stack, code: '' }, secrets);
}
