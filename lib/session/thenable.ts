/** Whether something is to be waited for. Some that are like a promise, such as a query, do not even begin before somebody asks. */
export function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  if ((typeof answer !== 'object' && typeof answer !== 'function') || answer === null) return false;
  return 'then' in answer && typeof answer.then === 'function';
}
