/** What the Redis store needs of a client. ioredis has it, as a single server, as a Cluster, and behind Sentinels. */

/** A client with `stringNumbers` hands numbers over as texts. */
type Integer = number | string;

/**
 * A Redis client of the form of ioredis (5.4 or newer): `Redis` or `Cluster`.
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
 * The commands that run scripts and leave the bytes of a reply as they are. ioredis has them, its types do not mention
 * them; `callBuffer`, which they do mention, loses an argument under auto-pipelining.
 */
export interface BinaryScripts {
  evalshaBuffer(sha: string, numberOfKeys: number, ...keysAndArguments: (string | Buffer | number)[]): Promise<unknown>;
  evalBuffer(script: string, numberOfKeys: number, ...keysAndArguments: (string | Buffer | number)[]): Promise<unknown>;
}

const methods = [
  ...['getBuffer', 'evalshaBuffer', 'evalBuffer', 'del', 'exists', 'pexpire'],
  ...['sadd', 'srandmember', 'srem', 'zadd', 'zrem', 'zremrangebyscore', 'zscan'],
];

/** Whether `client` can do what the store needs, replies in bytes above all: decoded text does not bring bytes back. */
export function isRedisClient(client: unknown): client is RedisClient & BinaryScripts {
  return typeof client === 'object' && client !== null && methods.every((method) => hasMethod(client, method));
}

/** Whether the client's keys lie on several servers, so that a command is about one key at a time. */
export function isCluster(client: object): boolean {
  return Reflect.get(client, 'isCluster') === true;
}

function hasMethod(client: object, method: string): boolean {
  return typeof Reflect.get(client, method) === 'function';
}
