import { isKnown } from './known-secrets.js';
import { isPlaceholder } from './placeholder.js';
import { hasRepeatedLetters, isRepetitive } from './repetition.js';
import { isOfRandomForm } from './secret-text.js';

const shortest = 32;

/**
 * What makes a secret guessable, to follow "SECRET_KEY …"; `null` if nothing was found. Not a measure of randomness: it finds
 * what attackers try first. Secrets that look like random bytes are checked for known values and repetition only.
 */
export function secretWeakness(secret: string | Uint8Array): string | null {
  const bytes = Buffer.from(secret);
  if (isKnown(bytes)) return 'is a known example value, or the hash of one';
  const text = isOfRandomForm(bytes) ? null : bytes.toString('utf8');
  if (text !== null && isPlaceholder(text)) return 'is a placeholder';
  if (bytes.length < shortest) return `has fewer than ${String(shortest)} bytes`;
  const isRepeated = isRepetitive(bytes) || (text !== null && hasRepeatedLetters(text));
  return isRepeated ? 'repeats a few characters, or counts up or down' : null;
}
