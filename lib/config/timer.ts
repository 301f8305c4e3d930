/** Node's timers count in 31 bits, which is 24.8 days: a longer one fires at once. In ms. */
const longestDelay = 2 ** 31 - 1;

/** Caps a delay of `ms` milliseconds to what a timer supports. */
export function timerDelay(ms: number): number {
  return Math.min(ms, longestDelay);
}
