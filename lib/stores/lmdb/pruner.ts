import { setImmediate } from 'node:timers/promises';
import type { Database } from './database.js';

/** How many are checked in one go, before the event loop gets a turn. */
const sliceSize = 100;

/**
 * Removes expired records and returns how many. Checks only records that were due to expire by now; one that was written or
 * touched since is checked again when its new life ends.
 *
 * @param isCancelled asked before each slice
 */
export async function prune(database: Database, now: () => number, isCancelled: () => boolean): Promise<number> {
  let removed = 0;
  let last: [number, string] | null = null;
  while (!isCancelled()) {
    const slice: [number, string][] = database.dueUntil(now(), last, sliceSize);
    last = slice.at(-1) ?? null;
    if (last === null) break;
    const results = await Promise.all(slice.map((key) => pruneOne(database, key, now())));
    removed += results.filter((isRemoved) => isRemoved).length;
    await setImmediate();
  }
  return removed;
}

async function pruneOne(database: Database, key: [number, string], now: number): Promise<boolean> {
  const [due, name] = key;
  const place = database.look(name);
  if (place?.head?.due !== due) {
    await database.removeDue(key);
    return false;
  }
  // If the record changes in the meantime, neither takes place, and the next run checks it again.
  if (place.head.expiresAt <= now) return database.remove(name, place, 'if unchanged');
  await database.put(name, place, { ...place.head, due: place.head.expiresAt }, place.bytes);
  return false;
}
