import { timerDelay } from '../../config/timer.js';
import type { StepDone } from '../session-store.js';
import { SharedWalk } from '../shared-walk.js';
import type { StoreLog } from '../store-context.js';
import type { SqlRunner } from './sql.runner.js';

export interface PrunerOptions {
  /** How often, in milliseconds; `null` for never. */
  readonly intervalMs: number | null;
  /** The most rows that one statement removes. */
  readonly batch: number;
}

/** Removes expired records in batches, so that no statement holds locks for long. */
export class SqlPruner {
  private timer: NodeJS.Timeout | null = null;
  private readonly walk = new SharedWalk<number>();
  private isEnded = false;

  constructor(
    private readonly runner: SqlRunner,
    private readonly statement: string,
    private readonly options: PrunerOptions,
    private readonly log: StoreLog,
  ) {}

  /** Starts the interval. The timer does not keep the process alive. */
  begin(): void {
    const { intervalMs } = this.options;
    if (this.timer !== null || this.isEnded || intervalMs === null) return;
    this.timer = setInterval(() => {
      this.prune().catch((error: unknown) => {
        // Errors of a database that is being closed are not worth reporting.
        if (this.isEnded) return;
        const reason = error instanceof Error ? error.message : 'the reason is unknown';
        this.log.warn(`Expired sessions could not be removed. ${reason}`);
      });
    }, timerDelay(intervalMs)).unref();
  }

  /** One run at a time; concurrent callers share its result. */
  prune(stepDone?: StepDone): Promise<number> {
    return this.walk.join((tell) => this.run(tell), stepDone);
  }

  async end(): Promise<void> {
    this.isEnded = true;
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.walk.ended();
  }

  private async run(stepDone: StepDone): Promise<number> {
    let removed = 0;
    for (;;) {
      const count = await this.runner.change(this.statement, [this.options.batch]);
      stepDone();
      removed += count;
      if (count < this.options.batch || this.isEnded) return removed;
    }
  }
}
