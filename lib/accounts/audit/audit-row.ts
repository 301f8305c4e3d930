/**
 * Who has done what a row is about. `self`: the owner of the account. `administrator`: the account `actorId`, which administers accounts.
 * `impersonator`: the account `actorId`, in the place of the owner. `application`: code of the application, or the command. `unknown`: the
 * event does not say, such as that of a request for a new password, which anybody can make.
 *
 * @publicApi
 */
export type AuditActor = 'self' | 'administrator' | 'impersonator' | 'application' | 'unknown';

/** What a row says, without what makes it a link of the chain. @publicApi */
export interface AuditEntry {
  /** When it happened, in ms since the epoch. */
  readonly at: number;
  /** The name of the event. */
  readonly event: string;
  /** Whose account it is about; null: of none, or not known. */
  readonly accountId: string | null;
  readonly actor: AuditActor;
  /** The account of who has done it, if it is not the owner; null: none. */
  readonly actorId: string | null;
  /** The network address that the request came from; null: not known. */
  readonly address: string | null;
  /** The beginning of the `User-Agent` header; null: not known. Untrusted: escape it. */
  readonly userAgent: string | null;
  /** What the event says besides, as JSON: an object. */
  readonly data: string;
}

/** A row of the audit log, as it is stored. @publicApi */
export interface AuditRow extends AuditEntry {
  /** Counts the rows, from 1. */
  readonly sequence: number;
  /** The signature of the row before; empty: this is the first one. */
  readonly previous: string;
  /** Names the key that has signed it, and says nothing of that. */
  readonly key: string;
  /** The keyed hash (HMAC-SHA-256, base64url) of everything else in the row. */
  readonly signature: string;
}

/** What is signed: everything, so that no part can be changed, or be taken for another one. */
export function signedTextOf(row: Omit<AuditRow, 'signature'>): string {
  const { sequence, at, event, accountId, actor, actorId, address, userAgent, data, previous, key } = row;
  return JSON.stringify([sequence, at, event, accountId, actor, actorId, address, userAgent, data, previous, key]);
}
