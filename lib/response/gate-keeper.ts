import type { ResponseHead } from './head.js';

/** What a response is held back for: something that is to be saved before it goes out. */
export interface GateKeeper {
  /**
   * The head is about to go out. A promise: everything waits for it, and where it fails, nothing of this answer is sent. Nothing:
   * nothing has to wait.
   *
   * @param status that the answer is going to have
   */
  beforeHead(status: number): Promise<void> | undefined;
  /** Adds headers of its own. */
  writeHead(head: ResponseHead): void;
  /**
   * The answer is complete, or its client has gone. A promise: its end waits, and takes place also where it fails.
   *
   * @param isAllOfIt whether its head has not gone out before, but goes with it, so that nobody was in between
   */
  beforeEnd(isAllOfIt: boolean): Promise<void> | undefined;
  /** What the client gets in place of the answer that was meant to go out; null: another one is given, by whoever hears of it. */
  answerTo(error: unknown): SubstituteAnswer | null;
  /** What was waited for has failed: before the head, so that another answer is given, or after all of it. */
  failed(error: unknown): void;
  /** Hears of what nobody is answered for. */
  report(error: unknown): void;
  /** Something has failed, so that the answer which is given is the one for that, whoever still writes another one. */
  readonly hasFailed: boolean;
  /** Whether an `end` right after `writeHead` is the server's own, so that nothing can have changed in between. */
  endsAtOnce(args: readonly unknown[]): boolean;
}

export interface SubstituteAnswer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: object;
}
