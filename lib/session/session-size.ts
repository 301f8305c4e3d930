import { oneLine } from '../config/quote.js';
import { SessionTooLargeError } from '../errors.js';
import type { RecordCodec } from './record-codec.js';

const NAMED_KEYS = 3;

/** What of a key is shown, in characters: a visitor may have chosen it. */
const SHOWN_OF_KEY = 40;

/**
 * The error for a session over the limit, which names the keys that take most of it. Sizes in bytes.
 *
 * @param limit where it is not that of stored sessions.
 */
export function tooLarge(
  data: Record<string, unknown>,
  size: number,
  maxSize: number,
  codec: RecordCodec,
  limit = `SESSION_MAX_SIZE (maxSize) allows ${String(maxSize)}`,
): SessionTooLargeError {
  const largest = Object.entries(data)
    .map(([key, value]) => ({ key, bytes: codec.sizeOf(value) }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, NAMED_KEYS)
    .map(({ key, bytes }) => `${oneLine(key, SHOWN_OF_KEY)} (${String(bytes)} bytes)`);
  return new SessionTooLargeError(
    `The session takes ${String(size)} bytes, and ${limit}. ` +
      `Largest keys: ${largest.join(', ')}. Keep large things elsewhere and their ids in the session.`,
  );
}
