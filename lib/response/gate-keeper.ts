import type { ResponseHead } from './head.js';

/** Something to be saved before a response goes out. */
export interface GateKeeper {
  /**
   * Called before the headers are sent. Return a promise to hold the response back; if it rejects, nothing of this response is
   * sent. Return undefined if nothing has to wait.
   *
   * @param status the status of the response
   */
  beforeHead(status: number): Promise<void> | undefined;
  /** Adds headers of its own. */
  writeHead(head: ResponseHead): void;
  /**
   * Called when the response is complete, or its client has disconnected. Return a promise to hold its end back, which follows
   * even if it rejects.
   *
   * @param isAllOfIt whether the headers have not been sent yet and go out with the end, so nothing can have happened in
   *   between
   */
  beforeEnd(isAllOfIt: boolean): Promise<void> | undefined;
  /** The response to send instead; null: the code that receives the error sends one. */
  answerTo(error: unknown): SubstituteAnswer | null;
  /** The promise has rejected: before the headers, so another response is sent, or after the whole response. */
  failed(error: unknown): void;
  /** Called with an error that no response reports. */
  report(error: unknown): void;
  /** Something has failed, so the response now written is the error response, no matter what writes it. */
  readonly hasFailed: boolean;
  /** Whether an `end` right after `writeHead` is the server's own, so nothing can have changed in between. */
  endsAtOnce(args: readonly unknown[]): boolean;
}

export interface SubstituteAnswer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: object;
}
