import type { Doubt } from '../../../session/newest-records.js';
import { sameBytes } from '../../../session/newest-records.js';
import type { Version } from '../../../stores/session-store.js';
import type { SessionValues } from './own-record.js';

/** A record as it was read or written. */
export interface OwnPlace {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** The content of the bytes. */
  readonly values: SessionValues;
  readonly version: Version;
  /** Its position in the order of this process's store calls. */
  readonly asOf: number;
}

/** How a request's session object relates to the stored record. */
export interface Origin {
  readonly key: string;
  /** The stored record when the object was read or last saved; null: the object was created directly. */
  place: OwnPlace | null;
  /** The object's content at that time; the stored record may also include changes of other requests. */
  base: SessionValues;
  /** Another request has ended the session. */
  isGone: boolean;
  /** A failed write that may nevertheless have been applied, with the object's content. */
  inDoubt: { readonly doubt: Doubt; readonly base: SessionValues } | null;
  /** Saves of one object are queued. */
  turn: Promise<unknown>;
}

export function newOrigin(key: string, place: OwnPlace | null): Origin {
  return { key, place, base: place?.values ?? {}, isGone: false, inDoubt: null, turn: Promise.resolve() };
}

/** The object's content has been stored. */
export function settle(origin: Origin, base: SessionValues, place: OwnPlace): void {
  origin.base = base;
  origin.place = place;
  origin.inDoubt = null;
}

/** Whether the current record is one that this object wrote, by a write that failed but was applied; if so, it becomes the base. */
export function recognise(origin: Origin, found: OwnPlace): boolean {
  const { inDoubt } = origin;
  if (inDoubt === null) return false;
  const { doubt, base } = inDoubt;
  doubt.hasArrived ||= sameBytes(doubt.bytes, found.bytes);
  if (!doubt.hasArrived) return false;
  settle(origin, base, found);
  return true;
}
