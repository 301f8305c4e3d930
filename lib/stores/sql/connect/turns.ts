import { limitMs } from './watch.js';

/** Told to go on, or why not. */
type Admit = (refusal: Error | null) => void;

/**
 * Lets so many in at a time, and sends away who has waited too long: while a server stands still, those who wait would otherwise
 * become ever more, and whoever comes after them would have to wait until the last of them, long given up, has had its turn.
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
      admit(new Error('no connection has become free in time'));
    }, limitMs).unref();
    this.waiting.set(admit, timer);
  }

  /** Once for each that was let in. */
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
