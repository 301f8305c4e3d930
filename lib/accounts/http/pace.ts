/** In ms. */
const step = 25;

/** Waits until a multiple of 25 ms has passed since the work began, so that small differences of its time do not show. */
export async function atNextStep(begunAt: number, now: () => number = () => performance.now()): Promise<void> {
  const passed = now() - begunAt;
  const rest = Math.ceil(passed / step) * step - passed;
  // Timers count in whole milliseconds, and may fire a fraction of one early.
  if (rest > 0) await new Promise((resolve) => setTimeout(resolve, Math.ceil(rest)));
}
