import { hash } from 'node:crypto';

/** A valid memcached key: up to 250 bytes without spaces and control characters. */
const plain = /^[!-}][!-~]{0,249}$/;

/** The key itself if memcached accepts it, as it does a session's; otherwise a hash, marked as one. */
export function storedKey(key: string): string {
  return plain.test(key) ? key : `~k${hash('sha256', key, 'base64url')}`;
}

/** The key of an owner's list, by the owner's hash. No record's key has this prefix. */
export function ownerListKey(ownerHash: string): string {
  return `~o${ownerHash}`;
}
