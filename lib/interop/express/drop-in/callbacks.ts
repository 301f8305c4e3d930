import { types } from 'node:util';

/**
 * An error as a callback gets it. It is of no type, as in the declarations of express-session: a handler that reads
 * `error.message` must compile.
 */
export type CallbackError = ReturnType<JSON['parse']>;

/** How a store or a session says that it is done. */
export type DoneCallback = (error?: CallbackError) => void;

/** For whoever gave no callback: a store may call it without a look. */
export const nobodyWaits: DoneCallback = () => undefined;

/** Makes a promise of one call with a callback. A store may also throw, or give a promise that is rejected. */
export function promiseOf(call: (done: (error?: unknown, result?: unknown) => void) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (reason: unknown): void => {
      reject(asError(reason));
    };
    const done = (error?: unknown, result?: unknown): void => {
      if (error) fail(error);
      else resolve(result);
    };
    try {
      Promise.resolve(call(done)).catch(fail);
    } catch (error) {
      fail(error);
    }
  });
}

/** Gives a callback what comes of a promise, in a turn of its own: what the callback throws is nobody's else. */
export function answer<Result>(
  promise: Promise<Result>,
  callback: ((error?: CallbackError, result?: Result) => void) | undefined,
): void {
  promise.then(
    (result) => {
      if (callback !== undefined) setImmediate(callback, null, result);
    },
    (error: unknown) => {
      if (callback !== undefined) setImmediate(callback, error);
    },
  );
}

function asError(reason: unknown): Error {
  return types.isNativeError(reason) ? reason : new Error('The session store failed.', { cause: reason });
}
