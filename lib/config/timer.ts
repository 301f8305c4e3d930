/** Node's timers count in 31 bits, which is 24.8 days: one that is to wait longer goes off at once. In ms. */
const longestDelay = 2 ** 31 - 1;

/** How long a timer can be told to wait that is to wait for `ms` milliseconds. */
export function timerDelay(ms: number): number {
  return Math.min(ms, longestDelay);
}
