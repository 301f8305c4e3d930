import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisStore } from '../../lib/stores/redis/index.js';
import { RedisSentinel } from '../support/servers/redis-sentinel.js';
import { until } from '../support/until.js';

const aMinute = 60_000;

describe('RedisStore behind a sentinel', () => {
  let servers: RedisSentinel;
  let client: Redis;

  beforeAll(async () => {
    servers = await RedisSentinel.start();
    client = new Redis({
      sentinels: [{ host: '127.0.0.1', port: servers.port }],
      name: RedisSentinel.masterName,
      maxRetriesPerRequest: 0,
      retryStrategy: () => 100,
    });
    client.on('error', () => undefined); // there will be some, while the master is away
  });

  afterAll(async () => {
    client.disconnect();
    await servers.stop();
  });

  it('goes on with the new master, and keeps what was there, when the old one has died', async () => {
    const store = new RedisStore({ client });
    const created = await store.write('key', Buffer.from('1'), aMinute, 'absent');
    if (!('written' in created)) throw new Error('not written');
    await until('the replica has the record', () =>
      servers.replica.administer(async (replica) => (await replica.exists('key')) === 1),
    );
    await servers.killMaster();
    await until('a read works', () =>
      store.read('key').then(
        (record) => record !== null,
        () => false,
      ),
    );
    // The new master has never seen the script.
    expect('written' in (await store.write('key', Buffer.from('2'), aMinute, created.written))).toBe(true);
    expect(await servers.replica.administer((master) => master.get('key'))).toBe('2');
  });
});
