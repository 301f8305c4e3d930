import { createHash, hash, randomBytes } from 'node:crypto';

const DOMAIN_PUBLIC = 'nestjs-session-auth public id\n';

/**
 * A new session id: `byteLength` bytes from the system's random source (32 by default: 256 bits), base64url. It is the secret:
 * only the cookie holds it.
 */
export function newSessionId(byteLength: number): string {
  return randomBytes(byteLength).toString('base64url');
}

/** The key under which a store keeps the session: a stolen store reveals no usable id. */
export function storeKey(prefix: string, id: string): string {
  return prefix + hash('sha256', id, 'base64url');
}

/** May be shown and logged: identifies the session without revealing the id or the key. */
export function publicId(id: string): string {
  return publicIdOfKey('', storeKey('', id));
}

/** The same from a session's key, since a list of devices has no ids. */
export function publicIdOfKey(prefix: string, key: string): string {
  return createHash('sha256').update(DOMAIN_PUBLIC).update(key.slice(prefix.length)).digest('base64url').slice(0, 16);
}

/** The key under which a store lists what belongs to a user. It does not contain the user's id, which may be an e-mail address. */
export function ownerKey(prefix: string, kind: string, userId: string | number): string {
  return `${prefix}owner:${hash('sha256', `${kind}\n${typeof userId}\n${String(userId)}`, 'base64url')}`;
}
