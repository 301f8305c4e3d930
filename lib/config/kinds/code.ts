import { wholeClock } from '../clock.js';
import { type OptionKind, OptionMismatch } from '../option.js';

/** An object that only code can hand in, such as a client. `guard` looks for the methods that are needed. */
export function instance<T>(expected: string, guard: (value: unknown) => value is T): OptionKind<T> {
  return {
    expected,
    parse(raw, source) {
      return source === 'code' && guard(raw) ? raw : new OptionMismatch();
    },
  };
}

/** A function that returns the time in ms since the epoch; once read, whole ones. */
export function clock(): OptionKind<() => number> {
  const kind = fn<() => number>('a function that returns the time in ms since the epoch');
  return {
    ...kind,
    parse(raw, source) {
      const now = kind.parse(raw, source);
      return now instanceof OptionMismatch ? now : wholeClock(now);
    },
  };
}

/** A function; only code can hand one in. What it takes and returns is for the types to say. */
export function fn<T>(expected: string): OptionKind<T> {
  return instance(expected, (value): value is T => typeof value === 'function');
}
