const originals = new WeakMap<() => number, () => number>();

/**
 * A clock that counts in whole milliseconds, as stores and cookies do, by one that may have fractions, such as
 * `performance.timeOrigin + performance.now()`.
 */
export function wholeClock(now: () => number): () => number {
  if (now === Date.now || originals.has(now)) return now;
  const whole = (): number => Math.floor(now());
  originals.set(whole, now);
  return whole;
}

/** The clock that {@link wholeClock} was given. */
export function originalClock(now: () => number): () => number {
  return originals.get(now) ?? now;
}
