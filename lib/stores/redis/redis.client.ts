/** What the Redis store needs of a client. ioredis has it, as a single server, as a Cluster, and behind Sentinels. */

/**
 * A Redis client of the form of ioredis (5.4 or newer): `Redis` or `Cluster`.
 *
 * @publicApi
 */
export interface RedisClient {
  getBuffer(key: string): Promise<Buffer | null>;
  evalsha(sha: string, numberOfKeys: number, ...keysAndArguments: (string | Buffer | number)[]): Promise<unknown>;
  del(key: string): Promise<number>;
  pexpire(key: string, milliseconds: number): Promise<number>;
}

/**
 * The commands that run scripts and leave the bytes of a reply as they are. ioredis has them, its types do not mention
 * them; `callBuffer`, which they do mention, loses an argument under auto-pipelining.
 */
export interface BinaryScripts {
  evalshaBuffer(sha: string, numberOfKeys: number, ...keysAndArguments: (string | Buffer | number)[]): Promise<unknown>;
  evalBuffer(script: string, numberOfKeys: number, ...keysAndArguments: (string | Buffer | number)[]): Promise<unknown>;
}

const methods = ['getBuffer', 'evalshaBuffer', 'evalBuffer', 'del', 'pexpire'];

/** Whether `client` can do what the store needs, replies in bytes above all: decoded text does not bring bytes back. */
export function isRedisClient(client: unknown): client is RedisClient & BinaryScripts {
  return typeof client === 'object' && client !== null && methods.every((method) => hasMethod(client, method));
}

function hasMethod(client: object, method: string): boolean {
  return typeof Reflect.get(client, method) === 'function';
}
