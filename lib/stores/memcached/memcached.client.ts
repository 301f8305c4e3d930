/** The parts of a client that the memcached store needs: the meta commands of memcached 1.6.13 or newer, on each server. */

/** A server's reply to a meta command. @publicApi */
export interface MetaReply {
  /** `HD`, `VA` (a value follows), `EN` (a miss), `NF`, `NS`, `EX`. */
  readonly code: string;
  /** The requested flags, e.g. `c123` for the compare-and-set token. */
  readonly flags: readonly string[];
  /** The stored bytes, in memory that belongs to the caller; with `VA` only. */
  readonly value: Buffer | null;
}

/** The settings that a server reports; `null` if it does not report them. @publicApi */
export interface ServerSettings {
  /** The largest item in bytes, key and overhead included. */
  readonly itemSizeMax: number | null;
  /** Whether it evicts live items when its memory is full. */
  readonly evicts: boolean | null;
}

/**
 * A memcached server. Commands are executed in the order of the calls.
 *
 * @publicApi
 */
export interface MemcachedServer {
  /** Keys are distributed by it: it must be the same in every process and after every restart. */
  readonly name: string;
  /**
   * Sends a meta command.
   *
   * @param command the line without its ending, e.g. `mg key v c`
   * @param body what follows the line, for `ms`; you must not change it before the reply
   * @returns rejects if the server does not answer or answers with an error. A command is never sent twice.
   */
  request(command: string, body?: Uint8Array): Promise<MetaReply>;
  /** The settings, once the server can be reached. */
  settings(): Promise<ServerSettings>;
  /** How many live items the server has evicted since it was started. */
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
