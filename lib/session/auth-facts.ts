import { BrokenRecord, isObject, isTime } from './record-parts.js';

/** The id of a user: `7` and `'7'` are two different users. @publicApi */
export type UserId = string | number;

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** When things happened, by name, in ms since the epoch. */
export type Times = Readonly<Record<string, number>>;

/** A login as stored in the record. What an absent property stands for is stated there. */
export interface AuthFacts {
  /** The user's id in the application; string and number are distinct. */
  readonly userId: UserId;
  /** When the user was last authenticated, by the login or a later confirmation, in ms: the absolute timeout counts from here. */
  readonly at: number;
  /** When the login took place, in ms, if a confirmation came later; otherwise `at`. */
  readonly since?: number;
  /** How often everybody had been logged out before this login; absent: unknown, as for a migrated login, and its time decides. */
  readonly epoch?: number;
  /** This login's own idle timeout in ms; null: none. Absent: that of the module. */
  readonly idleTimeout?: number | null;
  /** This login's own absolute timeout in ms; null: none. Absent: that of the module. */
  readonly absoluteTimeout?: number | null;
  /** Which factors the user has proved in this session, and when; absent: none, so the login is not fresh. */
  readonly factors?: Times;
  /** Which actions were confirmed individually, and when; absent: none. */
  readonly grants?: Times;
  /** Where the login came from. */
  readonly device?: Device;
  /**
   * Another client has used the session, which has been reported: a random mark of the request that noticed it. Absent: none
   * has, or nothing checked.
   */
  readonly noticedBy?: string;
  /** When the session was last seen in use, in ms, as far as noted; absent: at its login. */
  readonly seenAt?: number;
  /** The address it was then used from; absent: that of the login. */
  readonly seenFrom?: string;
  /** The public id under which the login began; absent: that of the current record. */
  readonly lineage?: string;
  /** The session's remember-me family; absent: none. */
  readonly family?: string;
  /** The login was restored by remember-me. */
  readonly restored?: true;
  /** The remember-me token that was sent with the session has not come back yet. */
  readonly awaiting?: true;
  /** The user was let in although inactive. */
  readonly forced?: true;
  /** What features keep with the login, by names of their own; absent: nothing. */
  readonly extras?: Extras;
}

/** Values of features, which this file only carries. */
export type Extras = Readonly<Record<string, string | number | boolean>>;

export interface Device {
  /** The network address; empty: unknown. */
  readonly address: string;
  /** The `User-Agent` header; empty: none. */
  readonly userAgent: string;
}

/** The short keys of the stored form. */
export interface PackedAuth {
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
}

export function packAuth(auth: AuthFacts): PackedAuth {
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
  return packed;
}

/** Checks every part: a partly readable login is rejected. @throws BrokenRecord */
export function unpackAuth(value: unknown): AuthFacts {
  if (!isObject(value)) throw new BrokenRecord('Its login is not an object.');
  const { u, t, s, v, i, b, f, g, d, e, n, o, l, m, r, w, x, a } = value;
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
  return auth;
}

/** Merges two versions of one login: the latest record determines the user; of the rest, whatever permits less. */
export function mergeAuth(mine: AuthFacts | null, theirs: AuthFacts | null): AuthFacts | null {
  if (mine === null || theirs === null) return theirs;
  if (mine.userId !== theirs.userId || mine.at !== theirs.at || mine.since !== theirs.since) return theirs;
  const merged: Writable<AuthFacts> = { ...theirs };
  delete merged.factors;
  delete merged.grants;
  const factors = common(mine.factors, theirs.factors);
  const grants = common(mine.grants, theirs.grants);
  if (factors !== null) merged.factors = factors;
  if (grants !== null) merged.grants = grants;
  // Of several that noticed it, the first one stored has reported it.
  if (mine.noticedBy !== undefined) merged.noticedBy ??= mine.noticedBy;
  // If one side has seen it come back, it has.
  if (!mine.awaiting) delete merged.awaiting;
  if (mine.extras !== undefined) merged.extras = { ...mine.extras, ...theirs.extras };
  if (mine.seenAt !== undefined && mine.seenAt > (theirs.seenAt ?? 0)) {
    merged.seenAt = mine.seenAt;
    if (mine.seenFrom !== undefined) merged.seenFrom = mine.seenFrom;
  }
  return merged;
}

/** The entries in both, each with the earlier time; null: none. */
function common(mine: Times | undefined, theirs: Times | undefined): Times | null {
  if (mine === undefined || theirs === undefined) return null;
  const times: Record<string, number> = {};
  for (const [name, time] of Object.entries(theirs)) {
    const other = Object.hasOwn(mine, name) ? mine[name] : undefined;
    if (other !== undefined) times[name] = Math.min(time, other);
  }
  return isEmpty(times) ? null : times;
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

function isEmpty(values: Times | Extras): boolean {
  for (const name in values) if (Object.hasOwn(values, name)) return false;
  return true;
}
