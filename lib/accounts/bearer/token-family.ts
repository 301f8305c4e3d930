import { hashOf, isHashOf, type RememberToken } from '../../auth/remember/remember-token.js';
import type { Successor } from '../../auth/remember/sealed-successor.js';
import type { Rotated, RotatingRow } from '../../auth/remember/token-turn.js';
import type { RequestClient } from '../../http/request-client.js';
import type { Credential, NewCredential } from '../repository/credential.js';
import type { JsonObject } from '../repository/json.js';

/** The kind of their credentials. */
export const tokenFamilyKind = 'token';

/** For how long tokens are valid, in ms. */
export interface TokenTimes {
  readonly maxAge: number;
  readonly refreshMaxAge: number;
  readonly refreshMaxIdle: number;
  readonly grace: number;
}

/** An access token, as it is stored. */
interface StoredAccess {
  readonly hash: string;
  /** In ms since the epoch. */
  readonly until: number;
}

/** The session that a family ends with. */
export interface BoundSession {
  readonly lineage: string;
  /** Of `AuthService.ticket()`. */
  readonly ticket: string;
}

/** A login that is in tokens: its row, and what that says. */
export interface TokenFamily extends RotatingRow {
  readonly credential: Credential;
  readonly access: StoredAccess;
  /** The access token before, for requests under way; null: there was none. */
  readonly former: StoredAccess | null;
  /** The account's epoch when the login was made. */
  readonly epoch: number;
  /** What was proved, as named in RFC 8176. */
  readonly factors: readonly string[];
  readonly session: BoundSession | null;
  readonly address: string;
  readonly userAgent: string;
}

/** What a new family is made from. */
export interface FamilyToBegin {
  readonly family: string;
  readonly refresh: string;
  readonly access: string;
  readonly epoch: number;
  readonly factors: readonly string[];
  readonly session: BoundSession | null;
  readonly client: Pick<RequestClient, 'address' | 'userAgent'>;
}

export function newFamilyRow(begun: FamilyToBegin, now: number, times: TokenTimes): NewCredential {
  const { family, refresh, access, epoch, factors, session, client } = begun;
  const facts: Omit<TokenFamily, 'credential'> = {
    ...{ validator: hashOf(refresh), previous: null, rotatedAt: now, isShown: true },
    ...{ access: { hash: hashOf(access), until: now + times.maxAge }, former: null },
    ...{ epoch, factors, session, address: client.address, userAgent: client.userAgent },
  };
  return {
    ...{ kind: tokenFamilyKind, externalId: family, data: dataOf(facts) },
    ...{ createdAt: new Date(now), lastUsedAt: new Date(now), expiresAt: new Date(endOf(now, now, times)) },
  };
}

/** The family after its refresh token was used. Whoever has the successor has it at once: an older token is a copy from then on. */
export function rotatedFamily(
  before: TokenFamily,
  rotated: Rotated,
  { companion }: Successor,
  { address, userAgent }: Pick<RequestClient, 'address' | 'userAgent'>,
  times: TokenTimes,
): TokenFamily {
  const now = rotated.rotatedAt;
  const former = { hash: before.access.hash, until: Math.min(before.access.until, now + times.grace) };
  const access = { hash: hashOf(companion), until: now + times.maxAge };
  const facts = { ...before, ...rotated, isShown: true, access, former, address, userAgent };
  const expiresAt = new Date(endOf(before.credential.createdAt.getTime(), now, times));
  return { ...facts, credential: { ...before.credential, data: dataOf(facts), lastUsedAt: new Date(now), expiresAt } };
}

/** Until when a family lasts, in ms since the epoch: shorter times that were set since hold for it, too. */
export function familyUntil({ credential, rotatedAt }: TokenFamily, times: TokenTimes): number {
  const stored = credential.expiresAt?.getTime() ?? 0;
  return Math.min(stored, endOf(credential.createdAt.getTime(), rotatedAt, times));
}

/** Whether an access token is one of a family, and valid. */
export function isAccess({ access, former }: TokenFamily, { validator }: RememberToken, now: number): boolean {
  return [access, former].some((one) => one !== null && one.until > now && isHashOf(one.hash, validator));
}

/** Null: it is none that this version has made. */
export function familyIn(credential: Credential): TokenFamily | null {
  const { data } = credential;
  const { validator, rotatedAt, epoch, factors, address, userAgent } = data;
  const access = accessIn(data['access']);
  if (typeof validator !== 'string' || typeof rotatedAt !== 'number' || typeof epoch !== 'number') return null;
  if (access === null || credential.externalId === null) return null;
  return {
    ...{ credential, validator, rotatedAt, epoch, access, isShown: true },
    previous: previousIn(data['previous']),
    former: accessIn(data['former']),
    factors: Array.isArray(factors) ? factors.filter((one): one is string => typeof one === 'string') : [],
    session: sessionIn(data['session']),
    address: typeof address === 'string' ? address : '',
    userAgent: typeof userAgent === 'string' ? userAgent : '',
  };
}

function endOf(createdAt: number, refreshedAt: number, { refreshMaxAge, refreshMaxIdle }: TokenTimes): number {
  return Math.min(createdAt + refreshMaxAge, refreshedAt + refreshMaxIdle);
}

function dataOf(facts: Omit<TokenFamily, 'credential'>): JsonObject {
  const { validator, previous, rotatedAt, access, former, epoch, factors, session, address, userAgent } = facts;
  return {
    ...{ validator, rotatedAt, epoch, factors, address, userAgent, access: { ...access } },
    previous: previous && { ...previous },
    former: former && { ...former },
    session: session && { ...session },
  };
}

function accessIn(value: JsonObject[string] | undefined): StoredAccess | null {
  if (!isObject(value)) return null;
  const { hash, until } = value;
  return typeof hash === 'string' && typeof until === 'number' ? { hash, until } : null;
}

function previousIn(value: JsonObject[string] | undefined): RotatingRow['previous'] {
  if (!isObject(value)) return null;
  const { validator, successor } = value;
  return typeof validator === 'string' && typeof successor === 'string' ? { validator, successor } : null;
}

function sessionIn(value: JsonObject[string] | undefined): BoundSession | null {
  if (!isObject(value)) return null;
  const { lineage, ticket } = value;
  return typeof lineage === 'string' && typeof ticket === 'string' ? { lineage, ticket } : null;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
