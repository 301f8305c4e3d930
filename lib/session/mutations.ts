import { ABSENT, mergeValue, type OverwriteListener } from './merge.js';
import { sameValue } from './same-value.js';

type Mutation = (value: unknown) => unknown;

/** A step of what a request did to a key: a function to run again, or a plain change in between. */
type Step = { readonly run: Mutation } | { readonly base: unknown; readonly mine: unknown };

/** The value after so many steps, in the form in which it would come back. */
interface Known {
  readonly steps: number;
  readonly value: unknown;
}

interface KeyLog {
  /** The value before the first step. */
  readonly base: unknown;
  /** In order; only added to. */
  readonly steps: Step[];
  known: Known;
  readonly watch: Watch;
  readonly copy: CopyValue;
}

/** How far the log had come when a record was encoded. */
export type MutationMark = ReadonlyMap<string, { readonly count: number; readonly last: () => unknown }>;

const nothing: MutationMark = new Map();
const empty = new Map<string, KeyLog>();

/** Gives a copy that nobody else changes, in the form in which the value would come back from the store. */
export type CopyValue = (key: string, value: unknown) => unknown;

/**
 * How often the value is looked at around a function. Of a small value at first always; otherwise only so often that what is looked
 * at stays in proportion to the number of changes, and not to that times the size.
 */
class Watch {
  /** Parts of a value that are looked at for one change, and at first for none. */
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
 * The functions given to `session.mutate()`, so that they can run again on a newer value. Plain changes of the same key
 * before, between and after them are merged in their turn. All values in the log are copies, as they would come back.
 */
export class MutationLog {
  /** Shared while there is nothing in it: few requests mutate. */
  #keys: Map<string, KeyLog> = empty;

  get keys(): Iterable<string> {
    return this.#keys.keys();
  }

  /** Whether a plain change before the next function is to be looked for. */
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

  /** The same where the value was not looked at: what else was done to it since it was last is found at the next look. */
  addUnwatched(key: string, fn: Mutation): void {
    const log = this.#keys.get(key);
    if (log === undefined) throw new TypeError('The first function of a key is always watched.');
    log.steps.push({ run: fn });
    log.watch.passed();
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
    const value = runSteps(key, log.steps.slice(0, done.count), theirs, copy, overwritten);
    return mergeValue(done.last(), mine, value, overwritten, [key]);
  }

  /** Goes on from what {@link replay} gave: without it the next replay would take that for a plain change. */
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
   * Forgets what is stored now. What was added while the record was under way stays, on the base of what was written.
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

/** Runs a mutation; one that returns nothing has changed the value in place. An absent key is handed in as `undefined`. */
export function runMutation(fn: Mutation, value: unknown): unknown {
  const given = value === ABSENT ? undefined : value;
  const result = fn(given);
  if (result !== undefined) return result;
  return given === undefined ? ABSENT : given;
}

function addPlain(log: KeyLog, base: unknown, mine: unknown): void {
  if (!sameValue(base, mine)) log.steps.push({ base, mine });
}

/** The value after the last step, in the form in which it would come back. */
function lastOf(key: string, log: KeyLog): unknown {
  return valueAfter(key, log, log.known, log.steps.length);
}

/** The same after `count` steps, where it is known after fewer: by doing them again. */
function valueAfter(key: string, { steps, copy }: KeyLog, known: Known, count: number): unknown {
  if (known.steps >= count) return known.value;
  return runSteps(key, steps.slice(known.steps, count), copy(key, known.value), copy, () => undefined);
}

/**
 * Does steps again. Between functions the value is as it would be in the session; for a merge, and at the end, as it would come back:
 * a function may keep hold of what it was given, and that must be no part of a log.
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

/** Roughly how many parts a value has; a long text counts as several. */
function weightOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length / 64;
  if (typeof value !== 'object' || value === null) return 1;
  if (ArrayBuffer.isView(value)) return 1 + value.byteLength / 64;
  let weight = 1;
  const parts = value instanceof Map || value instanceof Set || Array.isArray(value) ? value : Object.values(value);
  for (const part of parts) weight += weightOf(part);
  return weight;
}
