const originals = new WeakMap<() => number, () => number>();

/**
 * A clock in whole milliseconds, as stores and cookies need, from one that may have fractions, such as `performance.timeOrigin
 * + performance.now()`.
 */
export function wholeClock(now: () => number): () => number {
  if (now === Date.now || originals.has(now)) return now;
  const whole = (): number => Math.floor(now());
  originals.set(whole, now);
  return whole;
}

/** The clock that was passed to {@link wholeClock}. */
export function originalClock(now: () => number): () => number {
  return originals.get(now) ?? now;
}
