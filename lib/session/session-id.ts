import { createHash, hash, randomBytes } from 'node:crypto';

const DOMAIN_PUBLIC = 'nestjs-session-auth public id\n';

/**
 * A new session id: `byteLength` bytes from the system's random source (32 by default: 256 bits), base64url. It is the
 * secret: it travels in the cookie and is kept nowhere else.
 */
export function newSessionId(byteLength: number): string {
  return randomBytes(byteLength).toString('base64url');
}

/** The name under which a store keeps the session: a stolen store gives no id that could be used. */
export function storeKey(prefix: string, id: string): string {
  return prefix + hash('sha256', id, 'base64url');
}

/** What may be shown and logged: says which session is meant and gives neither the id nor the key away. */
export function publicId(id: string): string {
  return publicIdOfKey('', storeKey('', id));
}

/** The same of a session of which only the key is known: a list of devices has no ids. */
export function publicIdOfKey(prefix: string, key: string): string {
  return createHash('sha256').update(DOMAIN_PUBLIC).update(key.slice(prefix.length)).digest('base64url').slice(0, 16);
}

/** The name under which a store lists what belongs to a user. The id, which may be an e-mail address, is not in it. */
export function ownerKey(prefix: string, kind: string, userId: string | number): string {
  return `${prefix}owner:${hash('sha256', `${kind}\n${typeof userId}\n${String(userId)}`, 'base64url')}`;
}
