import { MINUTE } from '../../config/time.js';
import { SessionStoreUnavailableError } from '../../errors.js';

/** A record of an owner. */
export interface OwnerEntry {
  readonly key: string;
  /** When it was added, in milliseconds since the epoch. */
  readonly since: number;
  /** The round in which it was added. */
  readonly round: number;
}

/** The keys of an owner's records on one server. Some may be extra, but none is missing. */
export interface OwnerList {
  /** How often all of the owner's records have been ended, so that a creation can tell whether that happened in between. */
  readonly round: number;
  /** How many entries were left when it was last checked. */
  readonly left: number;
  readonly entries: readonly OwnerEntry[];
}

export const emptyList: OwnerList = { round: 0, left: 0, entries: [] };

/** An owner with more sessions than this on one server cannot get further ones. */
export const longestList = 5_000;

/** Younger entries are left alone: the record may still be being created. */
const youngMs = MINUTE;

/** Shorter lists are not checked. */
const crowd = 16;

export function withEntry(list: OwnerList, key: string, now: number): OwnerList {
  const others = list.entries.filter((entry) => entry.key !== key);
  if (others.length >= longestList) {
    throw new SessionStoreUnavailableError(
      `An owner has more than ${String(longestList)} sessions, the most that the memcached store can list.`,
    );
  }
  return { ...list, entries: [...others, { key, since: now, round: list.round }] };
}

export function without(list: OwnerList, gone: readonly OwnerEntry[]): OwnerList {
  const isGone = (entry: OwnerEntry): boolean =>
    gone.some(({ key, since, round }) => key === entry.key && since === entry.since && round === entry.round);
  return { ...list, entries: list.entries.filter((entry) => !isGone(entry)) };
}

/** The entries whose records may have ended, if the list is due to be checked. */
export function toLookThrough(list: OwnerList, now: number): readonly OwnerEntry[] {
  if (list.entries.length <= 2 * list.left + crowd) return [];
  return list.entries.filter((entry) => !isYoung(entry, now));
}

export function isYoung({ since }: OwnerEntry, now: number): boolean {
  return now - since < youngMs;
}

export function encodeList(list: OwnerList): Buffer {
  const entries = list.entries.map(({ key, since, round }) => [key, since, round]);
  return Buffer.from(JSON.stringify([list.round, list.left, entries]));
}

/** @throws SessionStoreUnavailableError for an invalid list, since entries may be missing */
export function decodeList(bytes: Buffer): OwnerList {
  const parsed = parse(bytes);
  if (!Array.isArray(parsed)) throw unreadable();
  const [round, left, entries] = parsed as readonly unknown[];
  if (typeof round !== 'number' || typeof left !== 'number' || !Array.isArray(entries)) throw unreadable();
  return { round, left, entries: entries.map((entry) => toEntry(entry)) };
}

function toEntry(entry: unknown): OwnerEntry {
  const [key, since, round] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
  if (typeof key !== 'string' || typeof since !== 'number' || typeof round !== 'number') throw unreadable();
  return { key, since, round };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's message quotes its input, which contains keys.
    throw unreadable();
  }
}

function unreadable(): SessionStoreUnavailableError {
  return new SessionStoreUnavailableError('memcached has a list of an owner’s sessions that this store did not write.');
}
