import { SessionStoreUnavailableError } from '../../errors.js';
import { flagsOf, secondsOfTouch, secondsOfWrite, surelyUntil } from './lifetime.js';
import type { MemcachedServer, MetaReply } from './memcached.client.js';
import { tooLarge, unavailable } from './memcached.errors.js';
import { storedKey } from './stored-key.js';
import { decodeValue, encodeValue, type StoredValue } from './stored-value.js';

/** A record as stored on the server. */
export interface Item {
  /** The server's compare-and-set token: new with every write, not with a touch. */
  readonly token: string;
  /** Until when the record lives at least; `null`: it has expired, or is not this store's. */
  readonly until: number | null;
  readonly value: StoredValue;
  /** Whether the store did not write it. */
  readonly isForeign: boolean;
}

/** The most that the server stores for an item besides its key and value, in bytes. */
const itemOverhead = 256;

const nothing: StoredValue = { owner: null, bytes: new Uint8Array(0) };

/** Reads the record with its expiry in one round trip; `null` if the server has none. */
export async function see(server: MemcachedServer, key: string, now: number): Promise<Item | null> {
  const reply = await request(server, `mg ${storedKey(key)} v c t f`);
  if (reply.code !== 'VA' || reply.value === null) return null;
  const value = decodeValue(reply.value);
  return {
    token: flag(reply, 'c', server),
    until: value === null ? null : untilOf(reply, server, now),
    value: value ?? nothing,
    isForeign: value === null,
  };
}

/** Whether the record is live, without reading its bytes. */
export async function lives(server: MemcachedServer, key: string, now: number): Promise<boolean> {
  const reply = await request(server, `mg ${storedKey(key)} t f`);
  return reply.code === 'HD' && untilOf(reply, server, now) !== null;
}

/**
 * Writes an item if there is none, or if it still has `token`.
 *
 * @returns the new token; `null` if there is another item
 */
export async function put(
  server: MemcachedServer,
  key: string,
  value: StoredValue,
  ttlMs: number,
  now: number,
  token: string | 'absent',
): Promise<{ readonly token: string } | 'absent' | 'other'> {
  const condition = token === 'absent' ? 'ME' : `C${token}`;
  const times = `T${String(secondsOfWrite(ttlMs, now))} F${String(flagsOf(now + ttlMs))}`;
  return set(server, storedKey(key), encodeValue(value), `${condition} ${times}`);
}

/** Writes an item under a memcached key, with its flags. */
export async function set(
  server: MemcachedServer,
  itemKey: string,
  bytes: Buffer,
  flags: string,
): Promise<{ readonly token: string } | 'absent' | 'other'> {
  const { itemSizeMax } = await guarded(server, () => server.settings());
  if (itemSizeMax !== null && bytes.length + itemKey.length + itemOverhead > itemSizeMax) {
    throw tooLarge(bytes.length, itemSizeMax, server.name);
  }
  const reply = await request(server, `ms ${itemKey} ${String(bytes.length)} ${flags} c`, bytes);
  if (reply.code === 'HD') return { token: flag(reply, 'c', server) };
  return reply.code === 'NF' ? 'absent' : 'other';
}

/** Returns whether there was an item to touch. It would revive an expired one: check first. */
export async function touch(server: MemcachedServer, key: string, ttlMs: number, now: number): Promise<boolean> {
  const reply = await request(server, `mg ${storedKey(key)} T${String(secondsOfTouch(ttlMs, now))}`);
  return reply.code === 'HD';
}

/** Removes an item, or only if it has `token`. */
export async function remove(
  server: MemcachedServer,
  key: string,
  token?: string,
): Promise<'deleted' | 'absent' | 'other'> {
  const condition = token === undefined ? '' : ` C${token}`;
  const reply = await request(server, `md ${storedKey(key)}${condition}`);
  if (reply.code === 'HD') return 'deleted';
  return reply.code === 'EX' ? 'other' : 'absent';
}

export async function request(server: MemcachedServer, command: string, body?: Uint8Array): Promise<MetaReply> {
  return guarded(server, () => server.request(command, body));
}

export async function guarded<T>(server: MemcachedServer, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unavailable(error, server.name);
  }
}

/** The value after a flag's letter in a reply. */
export function flag(reply: MetaReply, letter: string, server: MemcachedServer): string {
  const found = reply.flags.find((text) => text.startsWith(letter));
  if (found === undefined || !/^.-?[0-9]{1,20}$/.test(found)) {
    throw new SessionStoreUnavailableError(
      `memcached at ${server.name} omitted a requested value; 1.6.13 or newer is needed.`,
    );
  }
  return found.slice(1);
}

function untilOf(reply: MetaReply, server: MemcachedServer, now: number): number | null {
  const [secondsLeft, flags] = [Number(flag(reply, 't', server)), Number(flag(reply, 'f', server))];
  return surelyUntil({ secondsLeft, flags }, now);
}
