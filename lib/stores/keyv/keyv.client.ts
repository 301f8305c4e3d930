/**
 * What the Keyv store needs: a Keyv (version 5), or anything else that keeps values under keys, at once or by a promise.
 *
 * @publicApi
 */
export interface KeyvClient {
  /** What was set, as it was set: an object of texts and numbers. `undefined` or `null`: nothing. */
  get(key: string): unknown;
  /** @param ttl for how many milliseconds, if the client knows of such a thing. `false`: it was not stored. */
  set(key: string, value: unknown, ttl?: number): unknown;
  /** `false`: there was nothing. */
  delete(key: string): unknown;
}

export function isKeyvClient(client: unknown): client is KeyvClient {
  if (typeof client !== 'object' || client === null) return false;
  return ['get', 'set', 'delete'].every((method) => typeof Reflect.get(client, method) === 'function');
}

/** Whether what goes wrong is a rejection. By default Keyv emits an event, and answers as if there were nothing. */
export function rejectsErrors(client: object): boolean {
  return Reflect.get(client, 'throwOnErrors') !== false;
}
