/**
 * Who caused an event. `self`: the owner of the account. `administrator`: the administrator with the account `actorId`. `impersonator`: the
 * administrator with the account `actorId`, who impersonated the owner. `application`: the application's own code, or the command.
 * `unknown`: the event does not say, for example a request to reset a password, which anyone can make.
 *
 * @publicApi
 */
export type AuditActor = 'self' | 'administrator' | 'impersonator' | 'application' | 'unknown';

/** The content of a row, without its place in the chain. @publicApi */
export interface AuditEntry {
  /** When it happened, in ms since the epoch. */
  readonly at: number;
  /** The name of the event. */
  readonly event: string;
  /** The account that it is about; null: none, or unknown. */
  readonly accountId: string | null;
  readonly actor: AuditActor;
  /** The account that caused it, if it was not the owner; null: none. */
  readonly actorId: string | null;
  /** The network address of the request; null: unknown. */
  readonly address: string | null;
  /** The beginning of the `User-Agent` header; null: unknown. Untrusted: escape it. */
  readonly userAgent: string | null;
  /** The other fields of the event, as a JSON object. */
  readonly data: string;
}

/** A row of the audit log, as it is stored. @publicApi */
export interface AuditRow extends AuditEntry {
  /** Counts the rows, from 1. */
  readonly sequence: number;
  /** The signature of the previous row; empty: this is the first one. */
  readonly previous: string;
  /** Identifies the key that signed it, without revealing it. */
  readonly key: string;
  /** The keyed hash (HMAC-SHA-256, base64url) of everything else in the row. */
  readonly signature: string;
}

/** What is signed: everything, so that no part can be changed, or be taken for another one. */
export function signedTextOf(row: Omit<AuditRow, 'signature'>): string {
  const { sequence, at, event, accountId, actor, actorId, address, userAgent, data, previous, key } = row;
  return JSON.stringify([sequence, at, event, accountId, actor, actorId, address, userAgent, data, previous, key]);
}
