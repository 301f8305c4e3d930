import { setTimeout as pause } from 'node:timers/promises';

/** Waits until `isSo` says so, by asking over and over; fails after `limitMs` with what was waited for. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`Waited for ${String(limitMs)} ms in vain: ${what}`);
    await pause(5);
  }
}
