import { setTimeout as pause } from 'node:timers/promises';
import { patienceMs } from './patience.js';

/** Waits until `isSo` says so, by asking over and over; fails with what was waited for. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`Waited for ${String(patienceMs)} ms in vain: ${what}`);
    await pause(5);
  }
}
