import { createHash } from 'node:crypto';

/** What a key's name in the database may be without further ado. LMDB's own limit, of 1978 bytes, is far off. */
const plain = /^[!-}][!-~]{0,254}$/;

/**
 * The name under which a key, or an owner, lies in the database: the text itself where it is short and printable, as a
 * session's key is; otherwise a hash, marked by a tilde, with which no plain name begins.
 */
export function storedName(text: string): string {
  return plain.test(text) ? text : `~${createHash('sha256').update(text, 'utf8').digest('base64url')}`;
}
