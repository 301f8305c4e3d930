import { createHash } from 'node:crypto';

/** Which keys are used as names as they are. LMDB's own limit of 1978 bytes is far away. */
const plain = /^[!-}][!-~]{0,254}$/;

/**
 * The name of a key or an owner in the database: the string itself if it is short and printable, as a session's key is;
 * otherwise a hash, marked by a tilde, which no plain name starts with.
 */
export function storedName(text: string): string {
  return plain.test(text) ? text : `~${createHash('sha256').update(text, 'utf8').digest('base64url')}`;
}
