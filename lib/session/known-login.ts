import type { AuthFacts } from './auth-facts.js';
import type { SessionEventOf } from './observer.js';
import { publicId } from './session-id.js';

/** Where a login's session is: enough to find it again. */
export interface LoginPlace {
  /** The secret id. */
  readonly id: string;
  /** Of a session in a cookie: when it was used, in ms. */
  readonly usedAt?: number;
  /** Of a session in a cookie: when that expires, in ms. */
  readonly expiresAt?: number;
}

/** A login that something long-running, such as a stream or a socket, depends on, as last known. */
export interface KnownLogin {
  readonly lineage: string;
  readonly auth: AuthFacts;
  /** Where it was found. */
  readonly stored: LoginPlace;
}

/** The same without what is not needed to find it: it may be kept for as long as a socket is open. */
export function slim({ lineage, auth, stored }: KnownLogin): KnownLogin {
  const { device: _device, seenFrom: _seenFrom, factors: _factors, grants: _grants, sealed: _sealed, ...rest } = auth;
  const { id, usedAt, expiresAt } = stored;
  return {
    lineage,
    auth: rest,
    stored: usedAt === undefined || expiresAt === undefined ? { id } : { id, usedAt, expiresAt },
  };
}

/** What listeners are told when a socket that depended on it is closed. */
export function closingOf({ stored, auth: { userId } }: KnownLogin): SessionEventOf<'socketClosed'> {
  return { publicId: publicId(stored.id), userId };
}
