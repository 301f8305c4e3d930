import type { FlashMessage } from './flash.js';

/** Who the session belongs to: what a login leaves in the record. */
export interface AuthFacts {
  /** The user's id, as the application's users have it; string and number are kept apart. */
  readonly userId: string | number;
  /** When the login was, in ms since the epoch. */
  readonly at: number;
}

/** What is stored of a session. */
export interface SessionRecord {
  data: Record<string, unknown>;
  /** ms since the epoch */
  createdAt: number;
  /** ms since the epoch; of the last new id */
  rotatedAt: number;
  permanent: boolean;
  flashes: readonly FlashMessage[];
  auth: AuthFacts | null;
}

/** What an id that was rotated away leaves behind for a grace time: the way to its successor. */
export interface RotationPointer {
  /** The new id, sealed: only who holds the old id can read it. */
  sealedId: Uint8Array;
}

/** Bytes that are no record. It never leaves the room: such a session is treated as not there. */
export class BrokenRecord extends Error {}

/** The short keys of the stored form; what has its default is left out. */
interface Packed extends Record<string, unknown> {
  d: Record<string, unknown>;
  c: number;
  r?: number;
  p?: true;
  f?: readonly (readonly [string, string])[];
  a?: { u: string | number; t: number };
}

export function packRecord(record: SessionRecord): Packed {
  const packed: Packed = { d: record.data, c: record.createdAt };
  if (record.rotatedAt !== record.createdAt) packed.r = record.rotatedAt;
  if (record.permanent) packed.p = true;
  if (record.flashes.length > 0) packed.f = record.flashes.map(({ category, message }) => [category, message]);
  if (record.auth !== null) packed.a = { u: record.auth.userId, t: record.auth.at };
  return packed;
}

export function packPointer(pointer: RotationPointer): Record<string, unknown> {
  return { n: Buffer.from(pointer.sealedId).toString('base64url') };
}

/** Checks every part, since a record may come from anywhere. @throws BrokenRecord */
export function unpackRecord(value: unknown): SessionRecord | RotationPointer {
  if (!isObject(value)) throw new BrokenRecord('It is no object.');
  if (typeof value['n'] === 'string') return { sealedId: Buffer.from(value['n'], 'base64url') };
  const {
    d: data,
    c: createdAt,
    r: rotatedAt = createdAt,
    p: permanent = false,
    f: flashes = [],
    a: auth = null,
  } = value;
  if (!isObject(data)) throw new BrokenRecord('It has no data.');
  if (!isTime(createdAt) || !isTime(rotatedAt)) throw new BrokenRecord('It has no times.');
  if (typeof permanent !== 'boolean') throw new BrokenRecord('Its permanence is no boolean.');
  return { data, createdAt, rotatedAt, permanent, flashes: unpackFlashes(flashes), auth: unpackAuth(auth) };
}

export function isPointer(record: SessionRecord | RotationPointer): record is RotationPointer {
  return 'sealedId' in record;
}

function unpackFlashes(value: unknown): FlashMessage[] {
  if (!Array.isArray(value)) throw new BrokenRecord('Its flash messages are no list.');
  return value.map((entry: unknown) => {
    const [category, message] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof category !== 'string' || typeof message !== 'string') {
      throw new BrokenRecord('A flash message is broken.');
    }
    return { category, message };
  });
}

function unpackAuth(value: unknown): AuthFacts | null {
  if (value === null) return null;
  if (!isObject(value)) throw new BrokenRecord('Its login is no object.');
  const { u: userId, t: at } = value;
  if ((typeof userId !== 'string' && typeof userId !== 'number') || !isTime(at)) {
    throw new BrokenRecord('Its login is broken.');
  }
  return { userId, at };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
