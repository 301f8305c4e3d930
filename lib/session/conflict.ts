import { mergeAuth } from './auth-facts.js';
import { mergeFlashes } from './flash.js';
import { ABSENT, mergeValue } from './merge.js';
import type { CopyValue } from './mutations.js';
import type { SessionRecord } from './record.js';
import { isReserved, ownData, stateOf, type SessionObject } from './session.js';

/**
 * Brings into a session what other requests have stored since it was read: afterwards it holds both sides' changes.
 *
 * Who somebody is never merges: a login changes the id, so the newest record's word stands; of what that login may do, the
 * less.
 *
 * @param base the record as this request read it. @param mine the session now, in the form in which it would come back.
 * @returns the paths at which both sides changed the same thing and this request's value was taken.
 */
export function absorb(
  session: SessionObject,
  base: SessionRecord | null,
  theirs: SessionRecord,
  mine: SessionRecord,
  copy: CopyValue,
): string[] {
  const state = stateOf(session);
  const overwritten: string[] = [];
  const listen = (path: readonly PropertyKey[]): void => void overwritten.push(path.map(String).join('.'));
  const data = ownData(session);
  const mutated = new Set(state.mutations.keys);

  const merged = new Map<string, unknown>();
  for (const key of new Set([...Object.keys(theirs.data), ...Object.keys(mine.data), ...mutated])) {
    if (isReserved(key)) continue;
    const value = mutated.has(key)
      ? state.mutations.replay(key, valueAt(mine, key), valueAt(theirs, key), copy, listen)
      : mergeValue(valueAt(base, key), valueAt(mine, key), valueAt(theirs, key), listen, [key]);
    merged.set(key, value);
  }

  // Not before all is merged: a function given to `mutate` may throw, and half a merge would be merged again.
  for (const [key, value] of merged) {
    const before = valueAt(mine, key);
    if (mutated.has(key)) state.mutations.rebase(key, before, value, copy);
    if (value === ABSENT) Reflect.deleteProperty(session, key);
    else if (value !== before) data[key] = value;
  }
  state.flashes = mergeFlashes(base?.flashes ?? [], mine.flashes, theirs.flashes);
  state.permanent = mergeValue(base?.permanent, mine.permanent, theirs.permanent, () => undefined) === true;
  state.rotatedAt = theirs.rotatedAt;
  state.auth = mergeAuth(mine.auth, theirs.auth);
  state.kept ||= theirs.kept === true;
  return overwritten;
}

function valueAt(record: SessionRecord | null, key: string): unknown {
  return record !== null && Object.hasOwn(record.data, key) ? record.data[key] : ABSENT;
}
