/**
 * What the Keyv store needs: a Keyv (version 5), or anything else that keeps values under keys, synchronously or not.
 *
 * @publicApi
 */
export interface KeyvClient {
  /** The value as it was set: an object of strings and numbers. `undefined` or `null`: none. */
  get(key: string): unknown;
  /** @param ttl the lifetime in milliseconds, if the client supports one. Returns `false` if it was not stored. */
  set(key: string, value: unknown, ttl?: number): unknown;
  /** `false`: there was nothing. */
  delete(key: string): unknown;
}

export function isKeyvClient(client: unknown): client is KeyvClient {
  if (typeof client !== 'object' || client === null) return false;
  return ['get', 'set', 'delete'].every((method) => typeof Reflect.get(client, method) === 'function');
}

/** Whether errors are thrown. By default, Keyv emits an event and behaves as if there were nothing. */
export function rejectsErrors(client: object): boolean {
  return Reflect.get(client, 'throwOnErrors') !== false;
}
