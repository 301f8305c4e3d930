import { hashOf, type RememberToken } from '../../auth/remember/remember-token.js';
import { standingOf, type Standing } from '../../auth/remember/token-standing.js';
import type { RequestClient } from '../../http/request-client.js';
import type { Credential, NewCredential } from '../repository/credential.js';
import type { JsonObject } from '../repository/json.js';

/** The kind of the credentials of trusted devices. */
export const trustedDeviceKind = 'trusted-device';

/** How long a token still counts that has just been used, for parallel logins, in ms. */
const grace = 30_000;

/** What is kept of a trusted device, beside when it was made and used. */
interface Facts {
  /** SHA-256 of the valid token's validator, base64url. */
  readonly validator: string;
  /** The same of the token that was used before; null: there was none. */
  readonly previous: string | null;
  /** When the valid token was made, in ms. */
  readonly rotatedAt: number;
  /** The account's. */
  readonly epoch: number;
}

/** Whom a device is trusted by, and until when. */
export interface Trust {
  readonly epoch: number;
  readonly now: number;
  /** In ms. */
  readonly maxAge: number;
}

export function newTrustedDevice(
  token: RememberToken,
  client: Pick<RequestClient, 'userAgent' | 'address'>,
  { epoch, now, maxAge }: Trust,
): NewCredential {
  const facts: Facts = { validator: hashOf(token.validator), previous: null, rotatedAt: now, epoch };
  return {
    ...{ id: token.family, kind: trustedDeviceKind },
    data: dataOf(facts, client),
    createdAt: new Date(now),
    expiresAt: new Date(now + maxAge),
  };
}

/** The row after a use, from which on another token is the valid one. */
export function rotatedDevice(
  row: Credential,
  { used, next, now }: { readonly used: RememberToken; readonly next: RememberToken; readonly now: number },
  client: Pick<RequestClient, 'userAgent' | 'address'>,
): Credential {
  const { epoch } = factsIn(row) ?? { epoch: 0 };
  const facts = { validator: hashOf(next.validator), previous: hashOf(used.validator), rotatedAt: now, epoch };
  return { ...row, data: dataOf(facts, client), lastUsedAt: new Date(now) };
}

/** Until when a device is trusted, in ms since the epoch: a shorter time that was set since holds for it, too. */
export function trustedUntil({ createdAt, expiresAt }: Credential, maxAge: number): number {
  return Math.min(expiresAt?.getTime() ?? 0, createdAt.getTime() + maxAge);
}

/** Whether a row still makes a device trusted. */
export function isTrusted(row: Credential, { epoch, now, maxAge }: Trust): boolean {
  return factsIn(row)?.epoch === epoch && trustedUntil(row, maxAge) > now;
}

/** The standing of a token of a device that is trusted. Each use replaces it, so the last one that was used may be shown again. */
export function standingOfDevice(token: RememberToken, row: Credential, now: number): Standing {
  const facts = factsIn(row);
  if (facts === null) return 'stolen';
  const { validator, previous, rotatedAt } = facts;
  const known = { validator, rotatedAt, previous: previous === null ? null : { validator: previous }, isShown: false };
  return standingOf(token, known, now, grace);
}

function dataOf(facts: Facts, { userAgent, address }: Pick<RequestClient, 'userAgent' | 'address'>): JsonObject {
  return { ...facts, userAgent, address };
}

/** Null: it is none that this version has made. */
function factsIn({ data: { validator, previous, rotatedAt, epoch } }: Credential): Facts | null {
  if (typeof validator !== 'string' || typeof rotatedAt !== 'number' || typeof epoch !== 'number') return null;
  return { validator, previous: typeof previous === 'string' ? previous : null, rotatedAt, epoch };
}
