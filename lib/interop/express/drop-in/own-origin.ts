import type { Doubt } from '../../../session/newest-records.js';
import { sameBytes } from '../../../session/newest-records.js';
import type { Version } from '../../../stores/session-store.js';
import type { SessionValues } from './own-record.js';

/** A record as it was read or written. */
export interface OwnPlace {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** What is in the bytes. */
  readonly values: SessionValues;
  readonly version: Version;
  /** When that was known, by the order of what this process asks of the store. */
  readonly asOf: number;
}

/** What the session object of a request has to do with what is stored. */
export interface Origin {
  readonly key: string;
  /** What was stored when the object was read, or saved last; null: it was made by hand. */
  place: OwnPlace | null;
  /** What the object held then: what is stored may hold besides what other requests have made of it. */
  base: SessionValues;
  /** Another request has ended the session. */
  isGone: boolean;
  /** A write that has failed, and may have arrived nevertheless, with what the object held. */
  inDoubt: { readonly doubt: Doubt; readonly base: SessionValues } | null;
  /** Saves of one object take place one after the other. */
  turn: Promise<unknown>;
}

export function newOrigin(key: string, place: OwnPlace | null): Origin {
  return { key, place, base: place?.values ?? {}, isGone: false, inDoubt: null, turn: Promise.resolve() };
}

/** What the object held has been stored. */
export function settle(origin: Origin, base: SessionValues, place: OwnPlace): void {
  origin.base = base;
  origin.place = place;
  origin.inDoubt = null;
}

/** Whether what is there now is what this object wrote, by a write that failed and arrived nevertheless; it then goes by that. */
export function recognise(origin: Origin, found: OwnPlace): boolean {
  const { inDoubt } = origin;
  if (inDoubt === null) return false;
  const { doubt, base } = inDoubt;
  doubt.hasArrived ||= sameBytes(doubt.bytes, found.bytes);
  if (!doubt.hasArrived) return false;
  settle(origin, base, found);
  return true;
}
