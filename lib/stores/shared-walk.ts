import type { StepDone } from './session-store.js';

/** A run over all records, one at a time: concurrent callers share its result and its progress. */
export class SharedWalk<T> {
  private underWay: Promise<T> | null = null;
  private readonly listeners = new Set<StepDone>();

  async join(walk: (stepDone: StepDone) => Promise<T>, stepDone?: StepDone): Promise<T> {
    if (stepDone !== undefined) this.listeners.add(stepDone);
    try {
      this.underWay ??= walk(this.tell).finally(() => {
        this.underWay = null;
      });
      return await this.underWay;
    } finally {
      if (stepDone !== undefined) this.listeners.delete(stepDone);
    }
  }

  /** Waits for its end. The caller that started it receives any error. */
  async ended(): Promise<void> {
    await this.underWay?.catch(() => undefined);
  }

  private readonly tell = (): void => {
    for (const stepDone of this.listeners) stepDone();
  };
}
