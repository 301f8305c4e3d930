import { describe, expect, it } from '@jest/globals';
import session from 'express-session';
import {
  expressRedisRecords,
  expressStoreRecords,
  type ExpressStoreClient,
} from '../../../../lib/interop/express/index.js';

const record = Buffer.from('{"cookie":{},"a":1}');

describe('the records of connect-redis', () => {
  const client = {
    keys: [] as string[],
    getBuffer: async (key: string) => (client.keys.push(key), record),
    del: async (key: string) => client.keys.push(`del ${key}`),
  };

  it('are read as bytes, and removed, under its prefix', async () => {
    client.keys = [];
    const records = expressRedisRecords(client);
    expect(await records.get('id')).toBe(record);
    await records.delete?.('id');
    expect(client.keys).toEqual(['sess:id', 'del sess:id']);
  });

  it('may have another prefix, or none', async () => {
    client.keys = [];
    await expressRedisRecords(client, { prefix: 'shop:' }).get('id');
    await expressRedisRecords(client, { prefix: '' }).get('id');
    expect(client.keys).toEqual(['shop:id', 'id']);
  });
});

describe('the records of a store of express-session', () => {
  it('are those of a MemoryStore', async () => {
    const store = new session.MemoryStore();
    const kept = { cookie: new session.Cookie(), a: 1 };
    await new Promise<void>((resolve) => {
      store.set('id', kept, () => {
        resolve();
      });
    });
    const records = expressStoreRecords(store);
    expect(await records.get('id')).toMatchObject({ cookie: { path: '/' }, a: 1 });
    await records.delete?.('id');
    expect(await records.get('id')).toBeNull();
  });

  it('are those of a store that calls back and gives a promise besides', async () => {
    const kept = { cookie: {} };
    const store: ExpressStoreClient = {
      get: async (_id, callback) => {
        callback(null, kept);
      },
      destroy: async (_id, callback) => callback?.(),
    };
    expect(await expressStoreRecords(store).get('id')).toBe(kept);
    await expect(expressStoreRecords(store).delete?.('id')).resolves.toBeUndefined();
  });

  it.each<[string, ExpressStoreClient['get']]>([
    [
      'tells the callback',
      (_id, callback) => {
        callback(new Error('away'));
      },
    ],
    [
      'throws',
      () => {
        throw new Error('away');
      },
    ],
    ['rejects', () => Promise.reject(new Error('away'))],
    [
      'does both',
      async (_id, callback) => {
        callback(new Error('away'));
        throw new Error('away');
      },
    ],
  ])('reject where the store %s of a failure', async (_, get) => {
    const records = expressStoreRecords({ get, destroy: get });
    const failure = {
      code: 'SESSION_STORE_UNAVAILABLE',
      message: 'The express-session store did not answer: away',
      cause: new Error('away'),
    };
    await expect(records.get('id')).rejects.toMatchObject(failure);
    await expect(records.delete?.('id')).rejects.toMatchObject(failure);
  });

  it('reject with no word of what the store says, where that is no error', async () => {
    const records = expressStoreRecords({
      get: (_id, callback) => {
        callback('the id is secret');
      },
      destroy: () => 0,
    });
    await expect(records.get('id')).rejects.toThrow(/: The session store failed\.$/);
  });

  it('are none where a store of files has no file', async () => {
    const records = expressStoreRecords({
      get: (_id, callback) => {
        callback(Object.assign(new Error('no file'), { code: 'ENOENT' }));
      },
      destroy: () => 0,
    });
    expect(await records.get('id')).toBeNull();
  });
});
