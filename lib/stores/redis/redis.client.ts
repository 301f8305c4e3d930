/** The parts of a client that the Redis store needs. ioredis has them: as a single server, a Cluster, or behind Sentinels. */

/** A client with `stringNumbers` returns numbers as strings. */
type Integer = number | string;

/**
 * A Redis client compatible with ioredis (5.4 or newer): `Redis` or `Cluster`.
 *
 * @publicApi
 */
export interface RedisClient {
  getBuffer(key: string): Promise<Buffer | null>;
  evalsha(sha: string, numberOfKeys: number, ...keysAndArguments: (string | Buffer | number)[]): Promise<unknown>;
  del(...keys: string[]): Promise<Integer>;
  exists(key: string): Promise<Integer>;
  pexpire(key: string, milliseconds: number): Promise<Integer>;
  sadd(key: string, member: string): Promise<unknown>;
  srandmember(key: string, count: number): Promise<string[]>;
  srem(key: string, member: string): Promise<unknown>;
  zadd(key: string, score: number, member: string): Promise<unknown>;
  zrem(key: string, member: string): Promise<unknown>;
  zremrangebyscore(key: string, min: number, max: number): Promise<unknown>;
  zscan(key: string, cursor: string, token: 'COUNT', count: number): Promise<[cursor: string, elements: string[]]>;
}

/**
 * Commands that run scripts and return replies as bytes. ioredis has them, but its types lack them; `callBuffer`, which the
 * types have, loses an argument under auto-pipelining.
 */
export interface BinaryScripts {
  evalshaBuffer(sha: string, numberOfKeys: number, ...keysAndArguments: (string | Buffer | number)[]): Promise<unknown>;
  evalBuffer(script: string, numberOfKeys: number, ...keysAndArguments: (string | Buffer | number)[]): Promise<unknown>;
}

/** Reads several keys of one server. ioredis has it, but its types lack it, and a client of the application's own may. */
export interface BinaryBulkReads {
  mgetBuffer(...keys: string[]): Promise<(Buffer | null)[]>;
}

/** Whether one command can read several keys: not in a Cluster, where they are on several servers. */
export function readsSeveral(client: object): client is BinaryBulkReads {
  return !isCluster(client) && hasMethod(client, 'mgetBuffer');
}

const methods = [
  ...['getBuffer', 'evalshaBuffer', 'evalBuffer', 'del', 'exists', 'pexpire'],
  ...['sadd', 'srandmember', 'srem', 'zadd', 'zrem', 'zremrangebyscore', 'zscan'],
];

/** Whether `client` has what the store needs, above all binary replies: decoding to a string is lossy. */
export function isRedisClient(client: unknown): client is RedisClient & BinaryScripts {
  return typeof client === 'object' && client !== null && methods.every((method) => hasMethod(client, method));
}

/** Whether the client's keys are spread over several servers, so that a command may use one key only. */
export function isCluster(client: object): boolean {
  return Reflect.get(client, 'isCluster') === true;
}

function hasMethod(client: object, method: string): boolean {
  return typeof Reflect.get(client, method) === 'function';
}
