import { harmless, quote } from './quote.js';

/** The longest logged error message, in characters. */
const longestMessage = 2000;

/**
 * An error for the log: with its stack, and its message on one line, with everything escaped that could make a log misleading.
 * Drivers and loaders quote their input, which may come from the client.
 */
export function loggable(error: unknown): string {
  if (!(error instanceof Error)) return quote(error);
  const message = harmless(error.message, longestMessage);
  const stack = error.stack ?? '';
  const at = error.message === '' ? -1 : stack.indexOf(error.message);
  // If the stack does not contain the message unchanged, its lines cannot be told from those of the message.
  if (at === -1 && error.message !== '') return `${error.name}: ${message}`;
  return at === -1 ? stack || error.name : stack.slice(0, at) + message + stack.slice(at + error.message.length);
}
