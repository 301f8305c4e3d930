import type { Answer } from './answers.js';
import { RefusedError } from './memcached.errors.js';
import type { Reply } from './reply-parser.js';

/** A command that was sent, or is to be. */
export interface Command {
  /** Without its end. */
  readonly line: string;
  readonly body: Uint8Array | undefined;
  /** Whether the answer is whole now. @throws ProtocolError for what is no answer to it */
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
        // The connection goes on: the server has understood the command, and refused it.
        if (!(error instanceof RefusedError)) throw error;
        reject(error);
      }
      return true;
    },
    reject,
  };
}
