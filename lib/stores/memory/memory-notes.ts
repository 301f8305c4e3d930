import { SessionStoreFullError } from '../../errors.js';
import type { Shedding } from '../session-store.js';
import { MemoryRecords } from './memory-records.js';

/** How often a full store is searched for expired notes, in ms: each search takes time proportional to their number. */
const sweepEvery = 1_000;

/** Notes of one kind, in memory. When full, new ones are rejected: none is removed early unless a caller asks for it. */
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
      `The memory store holds ${String(this.most)} notes of one kind, and accepts no more. Raise SESSION_MEMORY_MAX_NOTES ` +
        '(memory.maxNotes), or use another store.',
    );
  }

  protected override inserted(): void {
    // Not needed for notes.
  }

  protected override used(): void {
    // Not needed for notes.
  }

  protected override forgotten(): void {
    // Not needed for notes.
  }
}
