/** What a repository does with one session, and may ask the store for. */
export type SessionOperation = 'load' | 'commit' | 'login' | 'confirm' | 'regenerate' | 'destroy';

/** Measures the work of a repository. */
export interface SessionMeter {
  /** Starts `work` at once, and returns its result. */
  run<Result>(operation: SessionOperation, work: () => Promise<Result>): Promise<Result>;
  /** A write has found a newer record than the one that was read. */
  conflict(): void;
  /** A request's changes were merged with those of others. */
  merged(): void;
}

/** Where an application's meter is put. Null: nothing is measured, and no clock is read for it. */
export interface Metering {
  meter: SessionMeter | null;
}
