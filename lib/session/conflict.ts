import { mergeAuth } from './auth-facts.js';
import { mergeFlashes } from './flash.js';
import { ABSENT, mergeValue } from './merge.js';
import type { CopyValue, MutationLog, MutationMark } from './mutations.js';
import type { SessionRecord } from './record.js';
import { sameValue } from './same-value.js';
import { isReserved, ownData, stateOf, type SessionObject } from './session.js';

/** Both sides' changes in one record. */
export interface MergedRecords {
  readonly record: SessionRecord;
  /** The paths that both sides changed and where this request's value was taken. */
  readonly overwritten: readonly string[];
}

/** The functions passed to `mutate()` whose results the merged record includes. */
interface Mutated {
  readonly log: MutationLog;
  readonly mark: MutationMark;
}

/**
 * Merges one request's changes into what others have stored. No value is modified: the three may share values, and do if these
 * are equal.
 *
 * The login's user is never merged: a login changes the id, so the latest record decides; of what that login permits, the
 * lesser.
 *
 * @param base the record as this request read it. @param mine the session, in its stored form.
 */
export function mergeRecords(
  base: SessionRecord,
  mine: SessionRecord,
  theirs: SessionRecord,
  { log, mark }: Mutated,
  copy: CopyValue,
): MergedRecords {
  const overwritten: string[] = [];
  const listen = (path: readonly PropertyKey[]): void => void overwritten.push(path.map(String).join('.'));
  const data = { ...theirs.data };
  for (const key of new Set([...Object.keys(base.data), ...Object.keys(mine.data), ...mark.keys()])) {
    const [was, is, now] = [valueAt(base, key), valueAt(mine, key), valueAt(theirs, key)];
    // A key that has become reserved is in no session.
    if (isReserved(key)) Reflect.deleteProperty(data, key);
    else if (mark.has(key)) put(data, key, log.replay(key, is, ownCopy(key, now, copy), copy, listen, mark));
    else if (!sameValue(is, was)) put(data, key, mergeValue(was, is, now, listen, [key]));
    else if (is !== ABSENT) {
      // One object for equal values: otherwise each of many requests would compare them again, at the same cost.
      mine.data[key] = was;
      if (now !== ABSENT && sameValue(now, was)) data[key] = was;
    }
  }
  const record: SessionRecord = {
    data,
    createdAt: theirs.createdAt,
    rotatedAt: theirs.rotatedAt,
    permanent: mergeValue(base.permanent, mine.permanent, theirs.permanent, () => undefined) === true,
    flashes: mergeFlashes(base.flashes, mine.flashes, theirs.flashes),
    auth: mergeAuth(mine.auth, theirs.auth),
  };
  if (mine.kept === true || theirs.kept === true) record.kept = true;
  return { record, overwritten };
}

/**
 * Merges what others have stored into a session: afterwards it has both sides' changes. Values that nobody else has changed
 * keep their identity.
 *
 * @param base the record on which the session is based; null: there is none.
 * @returns the paths that both sides changed and where this request's value was taken.
 */
export function absorb(
  session: SessionObject,
  base: SessionRecord | null,
  theirs: SessionRecord,
  copy: CopyValue,
): string[] {
  const state = stateOf(session);
  const overwritten: string[] = [];
  const listen = (path: readonly PropertyKey[]): void => void overwritten.push(path.map(String).join('.'));
  const data = ownData(session);
  const mutated = new Set(state.mutations.keys);

  const merged = new Map<string, { readonly before: unknown; readonly after: unknown }>();
  for (const key of new Set([...Object.keys(theirs.data), ...Object.keys(base?.data ?? {}), ...mutated])) {
    const [was, now] = [valueAt(base, key), valueAt(theirs, key)];
    if (isReserved(key) || sameValue(now, was)) continue;
    const before = copy(key, Object.hasOwn(data, key) ? data[key] : ABSENT);
    const fresh = ownCopy(key, now, copy);
    const after = mutated.has(key)
      ? state.mutations.replay(key, before, fresh, copy, listen)
      : mergeValue(was, before, fresh, listen, [key]);
    merged.set(key, { before, after });
  }

  // Only after everything is merged: a function passed to `mutate` may throw, and half a merge would be merged again.
  for (const [key, { before, after }] of merged) {
    if (mutated.has(key)) state.mutations.rebase(key, before, after, copy);
    if (after === ABSENT) Reflect.deleteProperty(session, key);
    else if (after !== before) data[key] = after;
  }
  state.takeMerged({
    flashes: mergeFlashes(base?.flashes ?? [], state.flashes, theirs.flashes),
    permanent: mergeValue(base?.permanent, state.permanent, theirs.permanent, () => undefined) === true,
    rotatedAt: theirs.rotatedAt,
    auth: mergeAuth(state.auth, theirs.auth),
    kept: theirs.kept === true,
  });
  return overwritten;
}

/** Copies a value in its stored form; primitives need no copy. */
function ownCopy(key: string, value: unknown, copy: CopyValue): unknown {
  return typeof value === 'object' && value !== null ? copy(key, value) : value;
}

function put(data: Record<string, unknown>, key: string, value: unknown): void {
  if (value === ABSENT) Reflect.deleteProperty(data, key);
  else data[key] = value;
}

function valueAt(record: SessionRecord | null, key: string): unknown {
  return record !== null && Object.hasOwn(record.data, key) ? record.data[key] : ABSENT;
}
