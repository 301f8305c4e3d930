import { types } from 'node:util';

/**
 * An error passed to a callback. It is `any`, as in express-session's declarations: a handler that reads `error.message` must
 * compile.
 */
export type CallbackError = ReturnType<JSON['parse']>;

/** Called by a store or a session on completion. */
export type DoneCallback = (error?: CallbackError) => void;

/** The default callback: stores may call it without checking. */
export const nobodyWaits: DoneCallback = () => undefined;

/** Promisifies one call with a callback. A store may also throw, or return a promise that rejects. */
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

/** Passes a promise's result to a callback in a turn of its own, so that an error thrown by the callback does not affect others. */
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
