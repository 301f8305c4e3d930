import { ACTOR, actorOf, type AuthFacts } from '../../session/auth-facts.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import type { Account } from '../repository/account.js';

/** The names under which a login keeps what it is, beside {@link ACTOR}. */
const OWN = 'impersonatorSession';
const UNTIL = 'impersonatedUntil';

/** A login in the place of an account, as its session keeps it. */
export interface KeptImpersonation {
  /** The administrator's account. */
  readonly by: string;
  /** The sealed id of the administrator's own session. */
  readonly sealedId: string;
  /** When it ends, in ms since the epoch. */
  readonly until: number;
}

/** A current impersonation. @publicApi */
export interface Impersonation {
  /** The administrator. */
  readonly impersonator: Account;
  /** When it ends by itself, at the latest. */
  readonly until: Date;
}

/** Of which session the administrator has been checked, and who that is. */
const checked = new WeakMap<object, Impersonation>();

export function extrasOf({ by, sealedId, until }: KeptImpersonation): NonNullable<AuthFacts['extras']> {
  return { [ACTOR]: by, [OWN]: sealedId, [UNTIL]: until };
}

/** Null: it is the login of the account's owner. */
export function keptIn(auth: AuthFacts | null): KeptImpersonation | null {
  const by = actorOf(auth);
  if (by === null) return null;
  const sealedId = auth?.extras?.[OWN];
  const until = auth?.extras?.[UNTIL];
  // Of what another version has written, nothing is good for anything.
  return { by, sealedId: typeof sealedId === 'string' ? sealedId : '', until: typeof until === 'number' ? until : 0 };
}

/** Whether a session is used by an administrator in the place of its account. */
export function isImpersonated(session: SessionObject): boolean {
  return actorOf(stateOf(session).auth) !== null;
}

/** Notes that the impersonation of a session has been checked, for this request. */
export function noteImpersonation(session: SessionObject, impersonation: Impersonation): void {
  checked.set(stateOf(session), impersonation);
}

/** Null: nobody is in the place of the session's account, or nobody is logged in. */
export function impersonationOf(session: SessionObject): Impersonation | null {
  return isImpersonated(session) ? (checked.get(stateOf(session)) ?? null) : null;
}
