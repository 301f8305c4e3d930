import { SessionContendedError } from '../../errors.js';
import type { PreviousToken } from './remember-store.js';
import { hashOf, newValidator, type RememberToken } from './remember-token.js';
import { openSuccessor, sealSuccessor, type Successor } from './sealed-successor.js';
import { standingOf } from './token-standing.js';

const MAX_TRIES = 64;

/** What a row of any kind says of the tokens of its family. */
export interface RotatingRow {
  /** The hash of the valid token's validator. */
  readonly validator: string;
  readonly previous: PreviousToken | null;
  /** When the valid token was created, in ms. */
  readonly rotatedAt: number;
  readonly isShown: boolean;
}

/** A row as it was read, and what its store needs to recognise it. */
export interface StoredRow<Row> {
  readonly row: Row;
  readonly version: unknown;
}

/** The fields of a row after the valid token was used. */
export type Rotated = Pick<RotatingRow, 'validator' | 'previous' | 'rotatedAt' | 'isShown'>;

/** How the tokens of one kind are rotated. */
export interface Rotation<Row extends RotatingRow> {
  /** How long a used token still leads to its successor, in ms. */
  readonly grace: number;
  now(): number;
  /** What comes with each new token, such as the id of a session; without dots. */
  newCompanion(): string;
  /** The row after a use. @param rotated what is stored of the tokens from then on */
  after(row: Row, rotated: Rotated, successor: Successor): Row;
  /** A successor that apparently never arrived is about to be replaced. */
  replacing?(unseen: Successor): Promise<void>;
  /** Stores a row by compare-and-set. */
  replace(row: Row, version: unknown): Promise<'replaced' | 'gone' | StoredRow<Row>>;
}

/** The result of a token's rotation. */
export interface Turned<Row> {
  /** The current row. */
  readonly row: Row;
  readonly successor: Successor;
  /** This request created the successor; false: another one did. */
  readonly isFirst: boolean;
}

/**
 * Creates a token's successor, or finds the one that another request has created. Null: the family has ended in the meantime.
 *
 * @throws SessionContendedError if others kept changing the row
 */
export async function turnToken<Row extends RotatingRow>(
  token: RememberToken,
  found: StoredRow<Row>,
  rotation: Rotation<Row>,
): Promise<Turned<Row> | 'stolen' | null> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { row } = found;
    const standing = standingOf(token, row, rotation.now(), rotation.grace);
    if (standing === 'stolen') return 'stolen';
    const made = standing === 'good' ? null : successorIn(row, token);
    if (made !== null && standing === 'before') return { row, successor: made, isFirst: false };
    if (made !== null) await rotation.replacing?.(made);
    const successor = { validator: newValidator(), companion: rotation.newCompanion() };
    const next = rotation.after(row, rotatedBy(token, successor, rotation.now()), successor);
    const result = await rotation.replace(next, found.version);
    if (result === 'replaced') return { row: next, successor, isFirst: true };
    if (result === 'gone') return null;
    found = result;
  }
  throw contended();
}

export function contended(): SessionContendedError {
  return new SessionContendedError('Other requests kept using this remembered login. Try again.');
}

function rotatedBy(token: RememberToken, successor: Successor, now: number): Rotated {
  return {
    validator: hashOf(successor.validator),
    previous: { validator: hashOf(token.validator), successor: sealSuccessor(successor, token) },
    rotatedAt: now,
    isShown: false,
  };
}

function successorIn({ previous }: RotatingRow, token: RememberToken): Successor | null {
  return previous && openSuccessor(previous.successor, token);
}
