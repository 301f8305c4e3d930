import { ABSENT, mergeValue, type OverwriteListener } from './merge.js';
import { sameValue } from './same-value.js';

type Mutation = (value: unknown) => unknown;

/** A step of what a request did to a key: a function to run again, or a plain change in between. */
type Step = { readonly run: Mutation } | { readonly base: unknown; readonly mine: unknown };

interface KeyLog {
  /** The value before the first step. */
  readonly base: unknown;
  readonly steps: readonly Step[];
  /** The value after the last step. */
  readonly last: unknown;
}

/** How far the log had come when a record was encoded. */
export type MutationMark = ReadonlyMap<string, { readonly count: number; readonly last: unknown }>;

const nothing: MutationMark = new Map();
const empty = new Map<string, KeyLog>();

/** Gives a copy that nobody else changes, in the form in which the value would come back from the store. */
export type CopyValue = (key: string, value: unknown) => unknown;

/**
 * The functions given to `session.mutate()`, so that they can run again on a newer value. Plain changes of the same key
 * before, between and after them are merged in their turn. All values in the log are copies, as they would come back.
 */
export class MutationLog {
  /** Shared while there is nothing in it: few requests mutate. */
  #keys: Map<string, KeyLog> = empty;

  get keys(): Iterable<string> {
    return this.#keys.keys();
  }

  /** @param base the key's value when it was read. @param before, after its value around this run of `fn`. */
  add(key: string, fn: Mutation, base: () => unknown, before: unknown, after: unknown): void {
    const log = this.#keys.get(key) ?? begin(base());
    const plain = sameValue(log.last, before) ? [] : [{ base: log.last, mine: before }];
    if (this.#keys === empty) this.#keys = new Map();
    this.#keys.set(key, { base: log.base, steps: [...log.steps, ...plain, { run: fn }], last: after });
  }

  /**
   * What this request makes of the key when its value is `theirs` in truth.
   *
   * @param theirs a copy that may be changed. @param mark how far; without it all.
   */
  replay(
    key: string,
    mine: unknown,
    theirs: unknown,
    copy: CopyValue,
    overwritten: OverwriteListener,
    mark: MutationMark = this.mark(),
  ): unknown {
    const log = this.#keys.get(key);
    const done = mark.get(key);
    if (!log || !done) return mine;
    let value = theirs;
    for (const step of log.steps.slice(0, done.count)) {
      // A mutation may change what it is given in place, and that must be no part of this log.
      value =
        'run' in step
          ? copy(key, runMutation(step.run, value))
          : mergeValue(step.base, copy(key, step.mine), value, overwritten, [key]);
    }
    return mergeValue(done.last, mine, value, overwritten, [key]);
  }

  /** Goes on from what {@link replay} gave: without it the next replay would take that for a plain change. */
  rebase(key: string, mine: unknown, merged: unknown, copy: CopyValue): void {
    const log = this.#keys.get(key);
    if (!log) return;
    const plain = sameValue(log.last, mine) ? [] : [{ base: log.last, mine: copy(key, mine) }];
    this.#keys.set(key, { base: log.base, steps: [...log.steps, ...plain], last: copy(key, merged) });
  }

  mark(): MutationMark {
    if (this.#keys.size === 0) return nothing;
    return new Map(Array.from(this.#keys, ([key, { steps, last }]) => [key, { count: steps.length, last }]));
  }

  /**
   * Forgets what is stored now. What was added while the record was under way stays, on the base of what was written.
   *
   * @param written the value of a key in the record that was encoded when `mark` was taken.
   */
  settle(mark: MutationMark, written: (key: string) => unknown): void {
    for (const [key, log] of this.#keys) {
      const done = mark.get(key) ?? { count: 0, last: log.base };
      const [first, ...rest] = log.steps.slice(done.count);
      if (first === undefined) {
        this.#keys.delete(key);
        continue;
      }
      const [before, runs] = 'run' in first ? [done.last, [first, ...rest]] : [first.mine, rest];
      const base = written(key);
      const plain = sameValue(base, before) ? [] : [{ base, mine: before }];
      this.#keys.set(key, { base, steps: [...plain, ...runs], last: log.last });
    }
  }

  clear(): void {
    this.#keys = empty;
  }
}

/** Runs a mutation; one that returns nothing has changed the value in place. An absent key is handed in as `undefined`. */
export function runMutation(fn: Mutation, value: unknown): unknown {
  const given = value === ABSENT ? undefined : value;
  const result = fn(given);
  if (result !== undefined) return result;
  return given === undefined ? ABSENT : given;
}

function begin(base: unknown): KeyLog {
  return { base, steps: [], last: base };
}
