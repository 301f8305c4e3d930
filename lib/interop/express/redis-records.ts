import type { ExpressRecords } from './records.js';

/** The parts of an ioredis client, `Redis` or `Cluster`, that are needed. @publicApi */
export interface ExpressRedisClient {
  getBuffer(key: string): Promise<Uint8Array | null>;
  del(key: string): Promise<unknown>;
}

export interface ExpressRedisRecordsOptions {
  /** The option `prefix` of connect-redis. Default: `sess:`. */
  readonly prefix?: string | undefined;
}

/** The records that connect-redis keeps in Redis, which expires them itself. @publicApi */
export function expressRedisRecords(
  client: ExpressRedisClient,
  { prefix = 'sess:' }: ExpressRedisRecordsOptions = {},
): ExpressRecords {
  return {
    // As a string, bytes that are not UTF-8 would be accepted.
    get: (id) => client.getBuffer(prefix + id),
    delete: (id) => client.del(prefix + id),
    liveOnly: true,
  };
}
