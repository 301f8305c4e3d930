import { timerDelay } from './timer.js';

/**
 * Waits for `work`, but not longer than `ms`; then it rejects, whatever the later result.
 *
 * @param late creates the error.
 * @param options.unref whether the process may end meanwhile. Default: false.
 */
export async function within<Result>(
  ms: number,
  work: () => Promise<Result>,
  late: () => Error,
  { unref = false }: { readonly unref?: boolean } = {},
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(late());
    }, timerDelay(ms));
    if (unref) timer.unref();
  });
  try {
    return await Promise.race([work(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
