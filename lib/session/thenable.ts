/** Whether a value can be awaited. Some thenables, such as a query, do not even start before that. */
export function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  if ((typeof answer !== 'object' && typeof answer !== 'function') || answer === null) return false;
  return 'then' in answer && typeof answer.then === 'function';
}
