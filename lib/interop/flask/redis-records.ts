import type { FlaskRecords } from './records.js';

/** The parts of an ioredis client, `Redis` or `Cluster`, that are needed. @publicApi */
export interface FlaskRedisClient {
  getBuffer(key: string): Promise<Uint8Array | null>;
  del(key: string): Promise<unknown>;
}

/** The records that Flask-Session keeps in Redis (`SESSION_TYPE=redis`). @publicApi */
export function flaskRedisRecords(client: FlaskRedisClient): FlaskRecords {
  return {
    // As a string, a record would not keep its bytes.
    get: (key) => client.getBuffer(key),
    delete: (key) => client.del(key),
  };
}
