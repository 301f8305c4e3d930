import { isDeepStrictEqual } from 'node:util';
import { ABSENT, mergeValue, type OverwriteListener } from './merge.js';

/** A step of what a request did to a key: a function to run again, or a plain change in between. */
type Step =
  | { readonly run: (value: unknown) => unknown }
  | { readonly base: unknown; readonly mine: unknown };

interface KeyLog {
  readonly steps: Step[];
  /** The value after the last step, as a copy that nobody changes. */
  last: unknown;
}

/**
 * The functions given to `session.mutate()`, so that they can run again on a newer value. Plain changes of the same key
 * before, between and after them are merged in their turn.
 */
export class MutationLog {
  readonly #keys = new Map<string, KeyLog>();

  get keys(): Iterable<string> {
    return this.#keys.keys();
  }

  /** @param base the key's value when it was read. @param before, after its value around this run of `fn`; copies, all of them. */
  add(key: string, fn: (value: unknown) => unknown, base: unknown, before: unknown, after: unknown): void {
    let log = this.#keys.get(key);
    if (!log) this.#keys.set(key, (log = { steps: [], last: base }));
    if (!isDeepStrictEqual(log.last, before)) log.steps.push({ base: log.last, mine: before });
    log.steps.push({ run: fn });
    log.last = after;
  }

  /** What this request makes of the key when its value is `theirs` in truth. @param theirs a copy that may be changed. */
  replay(key: string, mine: unknown, theirs: unknown, overwritten: OverwriteListener): unknown {
    const log = this.#keys.get(key);
    if (!log) return mine;
    let value = theirs;
    for (const step of log.steps) {
      value = 'run' in step ? runMutation(step.run, value) : mergeValue(step.base, step.mine, value, overwritten, [key]);
    }
    return mergeValue(log.last, mine, value, overwritten, [key]);
  }

  clear(): void {
    this.#keys.clear();
  }
}

/** Runs a mutation; one that returns nothing has changed the value in place. An absent key is handed in as `undefined`. */
export function runMutation(fn: (value: unknown) => unknown, value: unknown): unknown {
  const given = value === ABSENT ? undefined : value;
  const result = fn(given);
  if (result !== undefined) return result;
  return given === undefined ? ABSENT : given;
}
