import { limitMs } from './watch.js';

/** Called with null to proceed, or with the reason for the rejection. */
type Admit = (refusal: Error | null) => void;

/**
 * Lets a number of callers in at a time and rejects those that have waited too long: while a server hangs, the queue would
 * otherwise keep growing, and new callers would wait for others that gave up long ago.
 */
export class Turns {
  private readonly waiting = new Map<Admit, NodeJS.Timeout>();

  constructor(private free: number) {}

  enter(admit: Admit): void {
    if (this.free > 0) {
      this.free--;
      admit(null);
      return;
    }
    const timer = setTimeout(() => {
      this.waiting.delete(admit);
      admit(new Error('no connection became free in time'));
    }, limitMs).unref();
    this.waiting.set(admit, timer);
  }

  /** Call once for each caller that was let in. */
  leave(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.free++;
      return;
    }
    const [admit, timer] = next;
    clearTimeout(timer);
    this.waiting.delete(admit);
    admit(null);
  }
}
