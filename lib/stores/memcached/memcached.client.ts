/** What the memcached store needs of a client: the meta commands of memcached 1.6.13 or newer, on each server. */

/** What a server answers to a meta command. @publicApi */
export interface MetaReply {
  /** `HD`, `VA` (a value follows), `EN` (a miss), `NF`, `NS`, `EX`. */
  readonly code: string;
  /** What was asked for besides, e.g. `c123` for the token of compare-and-set. */
  readonly flags: readonly string[];
  /** The bytes as they were stored, in memory that is the caller's; with `VA` only. */
  readonly value: Buffer | null;
}

/** What a server has said of itself; `null` where it does not say. @publicApi */
export interface ServerSettings {
  /** The largest item in bytes, with its key and what the server keeps besides. */
  readonly itemSizeMax: number | null;
  /** Whether it evicts what lives when its memory is full. */
  readonly evicts: boolean | null;
}

/**
 * A memcached server. Commands are carried out in the order in which they were asked for.
 *
 * @publicApi
 */
export interface MemcachedServer {
  /** By it, keys are distributed: it must be the same in every process and after every start. */
  readonly name: string;
  /**
   * Sends a meta command.
   *
   * @param command the line without its end, e.g. `mg key v c`
   * @param body what follows the line, for `ms`; not changed until the answer has come
   * @returns a rejection where the server does not answer or answers with an error. A command is never sent twice.
   */
  request(command: string, body?: Uint8Array): Promise<MetaReply>;
  /** The settings, once the server can be reached. */
  settings(): Promise<ServerSettings>;
  /** How often the server has ended what lived to make room, since it was started. */
  evictions(): Promise<number>;
}

/** @publicApi */
export interface MemcachedClient {
  /** At least one. */
  readonly servers: readonly MemcachedServer[];
}

const methods = ['request', 'settings', 'evictions'];

export function isMemcachedClient(client: unknown): client is MemcachedClient {
  if (typeof client !== 'object' || client === null || !('servers' in client)) return false;
  const { servers } = client;
  return Array.isArray(servers) && servers.length > 0 && servers.every((server) => isServer(server));
}

function isServer(server: unknown): boolean {
  if (typeof server !== 'object' || server === null || !('name' in server)) return false;
  return typeof server.name === 'string' && methods.every((name) => typeof Reflect.get(server, name) === 'function');
}
