import type { AuthFacts, Device, Extras, Sealed, Times, Writable } from './auth-facts.js';
import type { FlashMessage } from './flash.js';

/** The bytes are not a record. Internal: such a session is treated as absent. */
export class BrokenRecord extends Error {}

/** A session as it is stored. */
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

/** The same of a login. */
interface PackedAuth {
  u: string | number;
  t: number;
  s?: number;
  v?: number;
  i?: number | null;
  b?: number | null;
  f?: Times;
  g?: Times;
  d?: readonly [address: string, userAgent: string];
  e?: string;
  n?: number;
  o?: string;
  l?: string;
  m?: string;
  r?: true;
  w?: true;
  x?: true;
  a?: Extras;
  c?: Sealed;
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

function packAuth(auth: AuthFacts): PackedAuth {
  const packed: PackedAuth = { u: auth.userId, t: auth.at };
  if (auth.since !== undefined && auth.since !== auth.at) packed.s = auth.since;
  if (auth.epoch !== undefined) packed.v = auth.epoch;
  if (auth.idleTimeout !== undefined) packed.i = auth.idleTimeout;
  if (auth.absoluteTimeout !== undefined) packed.b = auth.absoluteTimeout;
  if (auth.factors !== undefined && !isEmpty(auth.factors)) packed.f = auth.factors;
  if (auth.grants !== undefined && !isEmpty(auth.grants)) packed.g = auth.grants;
  if (auth.device !== undefined) packed.d = [auth.device.address, auth.device.userAgent];
  if (auth.noticedBy !== undefined) packed.e = auth.noticedBy;
  if (auth.seenAt !== undefined) packed.n = auth.seenAt;
  if (auth.seenFrom !== undefined) packed.o = auth.seenFrom;
  if (auth.lineage !== undefined) packed.l = auth.lineage;
  if (auth.family !== undefined) packed.m = auth.family;
  if (auth.restored) packed.r = true;
  if (auth.awaiting) packed.w = true;
  if (auth.forced) packed.x = true;
  if (auth.extras !== undefined && !isEmpty(auth.extras)) packed.a = auth.extras;
  if (auth.sealed !== undefined && !isEmpty(auth.sealed)) packed.c = auth.sealed;
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

/** Checks every part: a partly readable login is rejected. @throws BrokenRecord */
function unpackAuth(value: unknown): AuthFacts {
  if (!isObject(value)) throw new BrokenRecord('Its login is not an object.');
  const { u, t, s, v, i, b, f, g, d, e, n, o, l, m, r, w, x, a, c } = value;
  if ((typeof u !== 'string' && typeof u !== 'number') || !isTime(t)) throw broken();
  const auth: Writable<AuthFacts> = { userId: u, at: t };
  if (s !== undefined) auth.since = asTime(s);
  if (v !== undefined) auth.epoch = asTime(v);
  if (i !== undefined) auth.idleTimeout = asTimeout(i);
  if (b !== undefined) auth.absoluteTimeout = asTimeout(b);
  if (f !== undefined) auth.factors = asTimes(f);
  if (g !== undefined) auth.grants = asTimes(g);
  if (d !== undefined) auth.device = asDevice(d);
  if (e !== undefined) auth.noticedBy = asText(e);
  if (n !== undefined) auth.seenAt = asTime(n);
  if (o !== undefined) auth.seenFrom = asText(o);
  if (l !== undefined) auth.lineage = asText(l);
  if (m !== undefined) auth.family = asText(m);
  if (r !== undefined) auth.restored = asTrue(r);
  if (w !== undefined) auth.awaiting = asTrue(w);
  if (x !== undefined) auth.forced = asTrue(x);
  if (a !== undefined) auth.extras = asExtras(a);
  if (c !== undefined) auth.sealed = asSealed(c);
  return auth;
}

function asTime(value: unknown): number {
  if (!isTime(value)) throw broken();
  return value;
}

function asTimeout(value: unknown): number | null {
  if (value === null) return null;
  if (typeof value !== 'number' || !(value > 0)) throw broken();
  return value;
}

function asTimes(value: unknown): Times {
  if (!isObject(value)) throw broken();
  for (const time of Object.values(value)) asTime(time);
  return value as Times;
}

function asExtras(value: unknown): Extras {
  if (!isExtras(value)) throw broken();
  return value;
}

function asSealed(value: unknown): Sealed {
  if (!isObject(value)) throw broken();
  return Object.fromEntries(Object.entries(value).map(([name, sealed]) => [name, asText(sealed)]));
}

export function isExtras(value: unknown): value is Extras {
  return isObject(value) && Object.values(value).every((one) => ['string', 'number', 'boolean'].includes(typeof one));
}

function asDevice(value: unknown): Device {
  const [address, userAgent] = Array.isArray(value) ? (value as unknown[]) : [];
  return { address: asText(address), userAgent: asText(userAgent) };
}

function asText(value: unknown): string {
  if (typeof value !== 'string') throw broken();
  return value;
}

function asTrue(value: unknown): true {
  if (value !== true) throw broken();
  return value;
}

function broken(): BrokenRecord {
  return new BrokenRecord('Its login is invalid.');
}

function isEmpty(values: Times | Extras | Sealed): boolean {
  for (const name in values) if (Object.hasOwn(values, name)) return false;
  return true;
}

/** Whether a part is a plain object. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Whether a part is a time in ms since the epoch. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
