import type { Answer } from './answers.js';
import { RefusedError } from './memcached.errors.js';
import type { Reply } from './reply-parser.js';

/** A command, sent or queued. */
export interface Command {
  /** Without its line ending. */
  readonly line: string;
  readonly body: Uint8Array | undefined;
  /** Returns whether the reply is complete. @throws ProtocolError for an invalid reply */
  take(reply: Reply): boolean;
  reject(error: Error): void;
}

export function toCommand<T>(
  line: string,
  body: Uint8Array | undefined,
  answer: Answer<T>,
  resolve: (answer: T) => void,
  reject: (error: Error) => void,
): Command {
  return {
    line,
    body,
    take(reply) {
      try {
        const whole = answer(reply);
        if (whole === undefined) return false;
        resolve(whole);
      } catch (error) {
        // The connection is still usable: the server understood the command and rejected it.
        if (!(error instanceof RefusedError)) throw error;
        reject(error);
      }
      return true;
    },
    reject,
  };
}
