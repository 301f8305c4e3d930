import type { DeleteResult, SessionStore, StoredRecord, WriteResult } from '../stores/session-store.js';
import { backOff } from './back-off.js';

/** What becomes of a record: other bytes, which live for `ttlMs` milliseconds; nothing; or what it is already. */
export type RecordChange = { readonly bytes: Uint8Array; readonly ttlMs: number } | 'remove' | 'keep';

/** How often a change is tried while others change the same record. */
const usualTries = 64;

/**
 * Changes a record by compare-and-set, again and again until nobody else has changed it in the meantime.
 *
 * @param found the record as it was read; null: there is none, or nobody has looked.
 * @param change what to make of the newest record; null: there is none. May be called several times; the last call counts.
 * @returns `contended`: others were faster each of `tries` times, and nothing was changed.
 */
export async function changeRecord(
  store: SessionStore,
  key: string,
  found: StoredRecord | null,
  change: (newest: StoredRecord | null) => RecordChange,
  tries = usualTries,
): Promise<'done' | 'contended'> {
  let newest = found;
  for (let attempt = 0; attempt < tries; attempt++) {
    const next = change(newest);
    if (next === 'keep' || (next === 'remove' && newest === null)) return 'done';
    const result: WriteResult | DeleteResult =
      next === 'remove'
        ? await store.delete(key, newest?.version)
        : await store.write(key, next.bytes, next.ttlMs, newest === null ? 'absent' : newest.version);
    if (result === 'deleted' || result === 'absent' || 'written' in result) return 'done';
    newest = 'conflict' in result ? result.conflict : null;
    await backOff(attempt);
  }
  return 'contended';
}
