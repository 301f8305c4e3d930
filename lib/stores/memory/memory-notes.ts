import { SessionStoreFullError } from '../../errors.js';
import type { Shedding } from '../session-store.js';
import { MemoryRecords } from './memory-records.js';

/** How often a full space is looked through for what has expired, in ms: each look takes as long as there are notes. */
const sweepEvery = 1_000;

/** Notes of one kind, in memory. One too many is refused: none is forgotten before its time, unless somebody asks for it. */
export class MemoryNotes extends MemoryRecords implements Shedding {
  private sweptAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly most: number,
    now: () => number,
  ) {
    super(now);
  }

  shed(): number | null {
    let last: number | null = null;
    let left = Math.ceil(this.entries.size / 2);
    for (const [key, entry] of this.entries) {
      if (left-- === 0) break;
      last = Math.max(last ?? 0, entry.writtenAt);
      this.remove(key, entry);
    }
    return last;
  }

  protected override makeRoom(): void {
    if (this.entries.size < this.most) return;
    const now = this.now();
    if (Math.abs(now - this.sweptAt) >= sweepEvery) {
      this.sweptAt = now;
      if (this.sweep() > 0) return;
    }
    throw new SessionStoreFullError(
      `The memory store holds ${String(this.most)} notes of one kind, and takes no more. Raise SESSION_MEMORY_MAX_NOTES ` +
        '(memory.maxNotes), or use another store.',
    );
  }

  protected override inserted(): void {
    // Nothing else goes by it.
  }

  protected override used(): void {
    // Nothing else goes by it.
  }

  protected override forgotten(): void {
    // Nothing else goes by it.
  }
}
