import { packAuth, unpackAuth, type AuthFacts, type PackedAuth } from './auth-facts.js';
import type { FlashMessage } from './flash.js';
import { BrokenRecord, isObject, isTime } from './record-parts.js';

/** The stored form of a session. */
export interface SessionRecord {
  data: Record<string, unknown>;
  /** ms since the epoch */
  createdAt: number;
  /** ms since the epoch; when the id last changed */
  rotatedAt: number;
  permanent: boolean;
  flashes: readonly FlashMessage[];
  auth: AuthFacts | null;
  /** The session is kept although it is empty, because something was derived from its id. Default: no. */
  kept?: boolean;
}

/** What a rotated id leaves behind for a grace period: the way to its successor. */
export interface RotationPointer {
  /** The new id, sealed: only the holder of the old id can read it. */
  sealedId: Uint8Array;
}

/** The short keys of the stored form; defaults are omitted. */
interface Packed extends Record<string, unknown> {
  d: Record<string, unknown>;
  c: number;
  r?: number;
  p?: true;
  f?: readonly (readonly [string, string])[];
  a?: PackedAuth;
  k?: true;
}

export function packRecord(record: SessionRecord): Packed {
  const packed: Packed = { d: record.data, c: record.createdAt };
  if (record.rotatedAt !== record.createdAt) packed.r = record.rotatedAt;
  if (record.permanent) packed.p = true;
  if (record.flashes.length > 0) packed.f = record.flashes.map(({ category, message }) => [category, message]);
  if (record.auth !== null) packed.a = packAuth(record.auth);
  if (record.kept) packed.k = true;
  return packed;
}

export function packPointer(pointer: RotationPointer): Record<string, unknown> {
  return { n: Buffer.from(pointer.sealedId).toString('base64url') };
}

/** Checks every part, since a record may come from anywhere. @throws BrokenRecord */
export function unpackRecord(value: unknown): SessionRecord | RotationPointer {
  if (!isObject(value)) throw new BrokenRecord('It is not an object.');
  if (typeof value['n'] === 'string') return { sealedId: Buffer.from(value['n'], 'base64url') };
  const {
    d: data,
    c: createdAt,
    r: rotatedAt = createdAt,
    p: permanent = false,
    f: flashes = [],
    a: auth = null,
    k: kept = false,
  } = value;
  if (!isObject(data)) throw new BrokenRecord('It has no data.');
  if (!isTime(createdAt) || !isTime(rotatedAt)) throw new BrokenRecord('It has no times.');
  if (typeof permanent !== 'boolean' || typeof kept !== 'boolean') throw new BrokenRecord('A flag is not a boolean.');
  const record: SessionRecord = {
    data,
    createdAt,
    rotatedAt,
    permanent,
    flashes: unpackFlashes(flashes),
    auth: auth === null ? null : unpackAuth(auth),
  };
  if (kept) record.kept = true;
  return record;
}

export function isPointer(record: SessionRecord | RotationPointer): record is RotationPointer {
  return 'sealedId' in record;
}

function unpackFlashes(value: unknown): FlashMessage[] {
  if (!Array.isArray(value)) throw new BrokenRecord('Its flash messages are not an array.');
  return value.map((entry: unknown) => {
    const [category, message] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof category !== 'string' || typeof message !== 'string') {
      throw new BrokenRecord('A flash message is invalid.');
    }
    return { category, message };
  });
}
