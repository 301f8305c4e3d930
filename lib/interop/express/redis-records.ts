import type { ExpressRecords } from './records.js';

/** What is needed of a client of ioredis, `Redis` or `Cluster`. @publicApi */
export interface ExpressRedisClient {
  getBuffer(key: string): Promise<Uint8Array | null>;
  del(key: string): Promise<unknown>;
}

/** Where connect-redis keeps its records. @publicApi */
export interface ExpressRedisRecordsOptions {
  /** The option `prefix` of connect-redis. Default: `sess:`. */
  readonly prefix?: string | undefined;
}

/** The records that connect-redis keeps in Redis, which ends them by its own time. @publicApi */
export function expressRedisRecords(
  client: ExpressRedisClient,
  { prefix = 'sess:' }: ExpressRedisRecordsOptions = {},
): ExpressRecords {
  return {
    // As text, bytes that are no UTF-8 would pass for a record.
    get: (id) => client.getBuffer(prefix + id),
    delete: (id) => client.del(prefix + id),
    liveOnly: true,
  };
}
