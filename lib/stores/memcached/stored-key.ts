import { hash } from 'node:crypto';

/** What memcached takes for a key: up to 250 bytes without spaces and control characters. */
const plain = /^[!-}][!-~]{0,249}$/;

/** The key itself where memcached takes it, as it does a session's; otherwise a hash, marked as one. */
export function storedKey(key: string): string {
  return plain.test(key) ? key : `~k${hash('sha256', key, 'base64url')}`;
}

/** Where the list of an owner's keys is, by the owner's hash. No record's key begins so. */
export function ownerListKey(ownerHash: string): string {
  return `~o${ownerHash}`;
}
