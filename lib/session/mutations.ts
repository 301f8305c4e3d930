import { ABSENT, mergeValue, type OverwriteListener } from './merge.js';
import { sameValue } from './same-value.js';

type Mutation = (value: unknown) => unknown;

/** A step of a request's changes to a key: a function to run again, or a plain change in between. */
type Step = { readonly run: Mutation } | { readonly base: unknown; readonly mine: unknown };

/** The value after so many steps, in its stored form. */
interface Known {
  readonly steps: number;
  readonly value: unknown;
}

interface KeyLog {
  /** The value before the first step. */
  readonly base: unknown;
  /** In order; append-only. */
  readonly steps: Step[];
  known: Known;
  readonly watch: Watch;
  readonly copy: CopyValue;
}

/** The position of the log when a record was encoded. */
export type MutationMark = ReadonlyMap<string, { readonly count: number; readonly last: () => unknown }>;

const nothing: MutationMark = new Map();
const empty = new Map<string, KeyLog>();

/** Returns a private copy, in the form in which the store would return it. */
export type CopyValue = (key: string, value: unknown) => unknown;

/**
 * How often the value is inspected around a function. For a small value at first always; otherwise only so often that the cost
 * stays proportional to the number of changes rather than multiplied by the size.
 */
class Watch {
  /** How many parts of a value may be inspected per change, and for free at first. */
  static readonly #partsPerChange = 64;
  static readonly #partsAtFirst = 16_384;
  #free = Watch.#partsAtFirst;
  #weight = 0;

  get isDue(): boolean {
    return this.#free + Watch.#partsPerChange >= this.#weight;
  }

  looked(value: unknown): void {
    this.passed();
    this.#weight = weightOf(value);
    this.#free -= this.#weight;
  }

  passed(): void {
    this.#free += Watch.#partsPerChange;
  }
}

/**
 * The functions passed to `session.mutate()`, so that they can run again on a newer value. Plain changes of the same key
 * before, between and after them are merged in order. All values in the log are copies in their stored form.
 */
export class MutationLog {
  /** Shared while empty: few requests use `mutate()`. */
  #keys: Map<string, KeyLog> = empty;

  get keys(): Iterable<string> {
    return this.#keys.keys();
  }

  /** Whether to check for a plain change before the next function. */
  isWatched(key: string): boolean {
    return this.#keys.get(key)?.watch.isDue ?? true;
  }

  /** @param base the key's value when it was read. @param before, after its value around this run of `fn`, as copies. */
  add(key: string, fn: Mutation, base: () => unknown, before: unknown, after: unknown, copy: CopyValue): void {
    let log = this.#keys.get(key);
    if (log === undefined) {
      const start = base();
      log = { base: start, steps: [], known: { steps: 0, value: start }, watch: new Watch(), copy };
      if (this.#keys === empty) this.#keys = new Map();
      this.#keys.set(key, log);
    }
    addPlain(log, lastOf(key, log), before);
    log.steps.push({ run: fn });
    log.known = { steps: log.steps.length, value: after };
    log.watch.looked(after);
  }

  /** The same without inspecting the value: other changes since the last check are found by the next one. */
  addUnwatched(key: string, fn: Mutation): void {
    const log = this.#keys.get(key);
    if (log === undefined) throw new TypeError('The first function of a key is always watched.');
    log.steps.push({ run: fn });
    log.watch.passed();
  }

  /**
   * The result of this request's changes if the key's value was actually `theirs`.
   *
   * @param theirs a copy that may be changed. @param mark how far; default: all.
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
    const value = runSteps(key, log.steps.slice(0, done.count), theirs, copy, overwritten);
    return mergeValue(done.last(), mine, value, overwritten, [key]);
  }

  /** Continues from the result of {@link replay}: otherwise the next replay would take that for a plain change. */
  rebase(key: string, mine: unknown, merged: unknown, copy: CopyValue): void {
    const log = this.#keys.get(key);
    if (!log) return;
    addPlain(log, lastOf(key, log), copy(key, mine));
    log.known = { steps: log.steps.length, value: copy(key, merged) };
  }

  mark(): MutationMark {
    if (this.#keys.size === 0) return nothing;
    return new Map(
      Array.from(this.#keys, ([key, log]) => {
        const { known } = log;
        const count = log.steps.length;
        return [key, { count, last: () => valueAfter(key, log, known, count) }];
      }),
    );
  }

  /**
   * Drops what has been stored. What was added while the record was being written stays, based on what was written.
   *
   * @param written the value of a key in the record that was encoded when `mark` was taken.
   */
  settle(mark: MutationMark, written: (key: string) => unknown): void {
    for (const [key, log] of this.#keys) {
      const done = mark.get(key) ?? { count: 0, last: () => log.base };
      const [first, ...rest] = log.steps.slice(done.count);
      if (first === undefined) {
        this.#keys.delete(key);
        continue;
      }
      const [before, runs] = 'run' in first ? [done.last(), [first, ...rest]] : [first.mine, rest];
      const base = written(key);
      const steps: Step[] = [...(sameValue(base, before) ? [] : [{ base, mine: before }]), ...runs];
      const isKnown = log.known.steps > log.steps.length - runs.length;
      const known = isKnown
        ? { steps: log.known.steps - log.steps.length + steps.length, value: log.known.value }
        : { steps: steps.length - runs.length, value: before };
      this.#keys.set(key, { ...log, base, steps, known });
    }
  }

  clear(): void {
    this.#keys = empty;
  }
}

/** Runs a mutation; if it returns nothing, it has changed the value in place. An absent key is passed as `undefined`. */
export function runMutation(fn: Mutation, value: unknown): unknown {
  const given = value === ABSENT ? undefined : value;
  const result = fn(given);
  if (result !== undefined) return result;
  return given === undefined ? ABSENT : given;
}

function addPlain(log: KeyLog, base: unknown, mine: unknown): void {
  if (!sameValue(base, mine)) log.steps.push({ base, mine });
}

/** The value after the last step, in its stored form. */
function lastOf(key: string, log: KeyLog): unknown {
  return valueAfter(key, log, log.known, log.steps.length);
}

/** The same after `count` steps, from a known earlier value, by running the steps in between. */
function valueAfter(key: string, { steps, copy }: KeyLog, known: Known, count: number): unknown {
  if (known.steps >= count) return known.value;
  return runSteps(key, steps.slice(known.steps, count), copy(key, known.value), copy, () => undefined);
}

/**
 * Runs steps again. Between functions the value is as in the session; for a merge, and at the end, in its stored form: a
 * function may keep a reference to its argument, which must not be part of a log.
 */
function runSteps(
  key: string,
  steps: readonly Step[],
  start: unknown,
  copy: CopyValue,
  overwritten: OverwriteListener,
): unknown {
  let value = start;
  let hasRun = false;
  const asItComesBack = (): unknown => (hasRun ? copy(key, value) : value);
  for (const step of steps) {
    if ('run' in step) value = runMutation(step.run, value);
    else value = mergeValue(step.base, copy(key, step.mine), asItComesBack(), overwritten, [key]);
    hasRun = 'run' in step;
  }
  return asItComesBack();
}

/** The approximate number of parts of a value; a long string counts as several. */
function weightOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length / 64;
  if (typeof value !== 'object' || value === null) return 1;
  if (ArrayBuffer.isView(value)) return 1 + value.byteLength / 64;
  let weight = 1;
  const parts = value instanceof Map || value instanceof Set || Array.isArray(value) ? value : Object.values(value);
  for (const part of parts) weight += weightOf(part);
  return weight;
}
