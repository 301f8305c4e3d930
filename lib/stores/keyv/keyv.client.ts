/**
 * What the Keyv store needs of a Keyv (version 5): reading, writing with a time to live in milliseconds, deleting.
 *
 * @publicApi
 */
export interface KeyvClient {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, ttl?: number): Promise<boolean>;
  delete(key: string): Promise<boolean>;
}

export function isKeyvClient(client: unknown): client is KeyvClient {
  if (typeof client !== 'object' || client === null) return false;
  return ['get', 'set', 'delete'].every((method) => typeof Reflect.get(client, method) === 'function');
}

/** Whether what goes wrong is a rejection. By default Keyv emits an event, and answers as if there were nothing. */
export function rejectsErrors(client: object): boolean {
  return Reflect.get(client, 'throwOnErrors') !== false;
}
