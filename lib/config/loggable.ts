import { harmless, quote } from './quote.js';

/** What of an error's message goes into a log, in characters. */
const longestMessage = 2000;

/**
 * An error as a log may show it: with its stack, and a message on one line, with everything escaped that could make a log read
 * differently. A driver or a loader quotes what it was asked for, and that a visitor may have chosen.
 */
export function loggable(error: unknown): string {
  if (!(error instanceof Error)) return quote(error);
  const message = harmless(error.message, longestMessage);
  const stack = error.stack ?? '';
  const at = error.message === '' ? -1 : stack.indexOf(error.message);
  // Where the stack does not show it as it is, nobody can tell its lines from those of the message.
  if (at === -1 && error.message !== '') return `${error.name}: ${message}`;
  return at === -1 ? stack || error.name : stack.slice(0, at) + message + stack.slice(at + error.message.length);
}
