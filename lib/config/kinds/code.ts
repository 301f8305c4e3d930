import { wholeClock } from '../clock.js';
import { type OptionKind, OptionMismatch } from '../option.js';

/** An object that can only be passed in code, such as a client. `guard` checks for the methods that are needed. */
export function instance<T>(expected: string, guard: (value: unknown) => value is T): OptionKind<T> {
  return {
    expected,
    parse(raw, source) {
      return source === 'code' && guard(raw) ? raw : new OptionMismatch();
    },
  };
}

/** A function that returns the time in ms since the epoch; once read, it returns whole ms. */
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

/** A function; can only be passed in code. Its parameters and result are checked by types alone. */
export function fn<T>(expected: string): OptionKind<T> {
  return instance(expected, (value): value is T => typeof value === 'function');
}
