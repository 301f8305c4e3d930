import type { JsonObject } from '../repository/json.js';

/** What the row of a lasting proof contains. */
export interface ProofRow extends JsonObject {
  readonly purpose: string;
  /** SHA-256 of the secret. */
  readonly hash: string;
  readonly epoch: number;
  /** When what it is about happened, in ms since the epoch. */
  readonly issuedAt: number;
  /** Opens with the key ring and the secret only. */
  readonly sealed: string;
  /** Who is using it up at the moment, and until when nobody else may; null: nobody. */
  readonly claim: { readonly id: string; readonly until: number } | null;
}

/** Null: not one that this module has written. */
export function readRow(data: JsonObject): ProofRow | null {
  const { purpose, hash, epoch, issuedAt, sealed, claim } = data;
  if (typeof purpose !== 'string' || typeof hash !== 'string' || typeof sealed !== 'string') return null;
  if (typeof epoch !== 'number' || typeof issuedAt !== 'number') return null;
  if (claim === null) return { purpose, hash, epoch, issuedAt, sealed, claim };
  if (typeof claim !== 'object' || !('id' in claim) || !('until' in claim)) return null;
  const { id, until } = claim;
  if (typeof id !== 'string' || typeof until !== 'number') return null;
  return { purpose, hash, epoch, issuedAt, sealed, claim: { id, until } };
}
