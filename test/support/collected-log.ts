import type { StoreLog } from '../../lib/stores/store-context.js';

/** A log that keeps what it is told, for a test to look at. */
export class CollectedLog implements StoreLog {
  readonly warnings: string[] = [];
  readonly errors: string[] = [];

  warn(message: string): void {
    this.warnings.push(message);
  }

  error(message: string): void {
    this.errors.push(message);
  }
}
