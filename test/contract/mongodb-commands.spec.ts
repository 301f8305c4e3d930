import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BSON, MongoClient } from 'mongodb';
import { isPrunable, type SessionStore } from '../../lib/index.js';
import { create } from '../../lib/stores/mongodb/create.js';
import { createSessionIndexes, MongoDbStore } from '../../lib/stores/mongodb/index.js';
import { CollectedLog } from '../support/collected-log.js';
import type { Fields } from '../support/servers/mongo-documents.js';
import { MongoStandIn } from '../support/servers/mongo-stand-in.js';
import { scaled } from '../support/patience.js';

const bytes = Buffer.from('a record');
const aMinute = 60_000;
const majority = { w: 'majority', j: true, wtimeout: 5_000 };
const settings = { client: null, database: null, collection: 'sessions' };

let server: MongoStandIn;
let log: CollectedLog;
const opened: { close?(): Promise<void> }[] = [];

beforeEach(async () => {
  server = await MongoStandIn.start();
  log = new CollectedLog();
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close?.();
  await server.stop();
});

async function open(url = server.url, more: { now?: () => number } = {}): Promise<MongoDbStore> {
  const store = await create({ ...settings, url }, { log, ...more });
  opened.push(store);
  return store;
}

/** The commands of a name, without what belongs to the connection. */
function sent(name: string): Fields[] {
  return server.commands.filter((command) => name in command);
}

async function failure(work: Promise<unknown>): Promise<Error & { code?: unknown }> {
  const error: unknown = await work.then(
    () => new Error('It did not fail.'),
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error : new Error(String(error));
}

describe('The commands of the MongoDB store', () => {
  it('read with one command, from the primary, by the key alone', async () => {
    const store = await open();
    await store.write('key', bytes, aMinute, 'absent');
    await store.touch('key', aMinute);
    const before = server.commands.length;
    await store.read('key');
    const asked = server.commands.slice(before).filter((command) => !('createIndexes' in command));
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      find: 'sessions',
      filter: { _id: { $eq: 'key' } },
      $db: 'shop',
      readConcern: { level: 'local' },
    });
  });

  it('write with one command each, which most servers must have on their disks', async () => {
    const store = await open();
    const created = await store.write('key', bytes, aMinute, 'absent', 'owner');
    await store.write('key', bytes, aMinute, 'written' in created && created.written);
    await store.touch('key', aMinute);
    await store.delete('key');
    await store.deleteOwnedBy('owner');
    const writes = server.commands.filter((command) => !('createIndexes' in command));
    expect(writes.map((command) => Object.keys(command)[0])).toEqual([
      ...['insert', 'update', 'update', 'delete'],
      ...['delete', 'delete'],
    ]);
    for (const command of writes) expect(command).toMatchObject({ writeConcern: majority });
  });

  it('go to the primary, and wait for most servers, whatever the application’s client does for itself', async () => {
    const client = new MongoClient(
      `${server.url}?readPreference=secondary&w=0&readConcernLevel=majority&journal=false`,
    );
    opened.push(client);
    const store = new MongoDbStore({ client });
    await store.write('key', bytes, aMinute, 'absent');
    await store.read('key');
    expect(sent('insert')).toMatchObject([{ writeConcern: majority }]);
    expect(sent('find')).toMatchObject([{ readConcern: { level: 'local' } }]);
    expect(sent('find')[0]).not.toHaveProperty('$readPreference.mode', 'secondary');
    await store.close();
  });

  it('give a record back as it was, however the application’s client takes documents', async () => {
    for (const options of [{ promoteBuffers: true }, { promoteValues: false }, { raw: true }]) {
      const client = new MongoClient(server.url, options);
      opened.push(client);
      const store = new MongoDbStore({ client });
      const created = await store.write(JSON.stringify(options), bytes, aMinute, 'absent', 'owner');
      const found = await store.read(JSON.stringify(options));
      expect({ options, bytes: found && Buffer.from(found.bytes).toString(), version: found?.version }).toEqual({
        options,
        bytes: 'a record',
        version: 'written' in created && created.written,
      });
      await store.close();
    }
  });

  it('put the version into the filter, and hand the newest record back where it is another', async () => {
    const store = await open();
    const first = await store.write('key', bytes, aMinute, 'absent');
    const version = 'written' in first ? first.written : null;
    await store.write('key', Buffer.from('newer'), aMinute, version);
    const before = server.commands.length;
    const late = await store.write('key', Buffer.from('late'), aMinute, version);
    expect('conflict' in late && Buffer.from(late.conflict.bytes).toString()).toBe('newer');
    const asked = server.commands.slice(before).filter((command) => !('createIndexes' in command));
    expect(asked.map((command) => Object.keys(command)[0])).toEqual(['update', 'find']);
    expect(asked[0]).toHaveProperty('updates.0.q.version', version);
  });

  it('do not ask by the time for the sessions of a user, so that one which is touched meanwhile is not missed', async () => {
    const store = await open();
    await store.write('key', bytes, aMinute, 'absent', 'owner');
    for await (const key of store.ownedBy('owner')) expect(key).toBe('key');
    expect(sent('find')).toMatchObject([{ filter: { owner: { $eq: 'owner' } } }]);
    expect(sent('find')[0]).not.toHaveProperty('filter.expiresAt');
    expect(await store.deleteOwnedBy('owner')).toBe(1);
    expect(sent('delete').at(-1)).not.toHaveProperty('deletes.0.q.expiresAt');
  });

  it('make the indexes beside the first write, once', async () => {
    const store = await open();
    for (const key of ['a', 'b']) await store.write(key, bytes, aMinute, 'absent');
    await store.close();
    expect(sent('createIndexes')).toHaveLength(1);
    expect(server.collection('sessions').indexes).toMatchObject([
      { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
      { key: { owner: 1 }, sparse: true },
    ]);
  });

  it('make the same indexes for a migration', async () => {
    const client = new MongoClient(server.url);
    opened.push(client);
    await createSessionIndexes(client, { database: 'shop', collection: 'visits' });
    expect(server.collection('visits').indexes).toHaveLength(2);
  });

  it('fail no write for want of an index, and say what is missing', async () => {
    server.happen('createIndexes', { answer: { ok: 0, code: 13, errmsg: 'not authorized on shop' } });
    const store = await open();
    expect(await store.write('key', bytes, aMinute, 'absent')).toHaveProperty('written');
    await store.write('other', bytes, aMinute, 'absent');
    await store.close();
    expect(log.warnings).toEqual([
      expect.stringMatching(/indexes .* not authorized on shop .*createSessionIndexes\(\)/),
    ]);
  });
});

describe('What has expired', () => {
  it('is absent before MongoDB removes it, and is replaced by what is created', async () => {
    let now = Date.now();
    const store = await open(server.url, { now: () => now });
    await store.write('key', bytes, aMinute, 'absent', 'owner');
    now += aMinute;
    expect(await store.read('key')).toBeNull();
    expect(await store.touch('key', aMinute)).toBe(false);
    expect(await store.delete('key')).toBe('absent');
    expect(await store.write('key', Buffer.from('new'), aMinute, 'absent')).toHaveProperty('written');
    expect(await store.deleteOwnedBy('owner')).toBe(0);
    expect(Buffer.from((await store.read('key'))?.bytes ?? []).toString()).toBe('new');
  });

  it('does not count among the sessions of a user that were ended', async () => {
    let now = Date.now();
    const store = await open(server.url, { now: () => now });
    await store.write('old', bytes, aMinute, 'absent', 'owner');
    await store.write('live', bytes, 3 * aMinute, 'absent', 'owner');
    now += 2 * aMinute;
    expect(await store.deleteOwnedBy('owner')).toBe(1);
    expect(server.collection('sessions').find({})).toEqual([]);
  });

  it('is also what has lost its time, and does not keep anybody from creating it anew', async () => {
    const store = await open();
    server
      .collection('sessions')
      .insert({ _id: 'key', record: new BSON.Binary(bytes), version: 'v', expiresAt: 'never' });
    expect(await store.read('key')).toBeNull();
    expect(await store.write('key', Buffer.from('new'), aMinute, 'absent')).toHaveProperty('written');
  });

  it('is left to MongoDB: there is nothing to prune', async () => {
    const store: SessionStore = await open();
    expect(isPrunable(store)).toBe(false);
  });
});

describe('A MongoDB server in trouble', () => {
  it('makes every call fail while it is away, and nothing has to be restarted when it is back', async () => {
    const store = await open();
    await store.write('key', bytes, aMinute, 'absent');
    const { port } = server;
    await server.stop();
    const calls = [store.read('key'), store.write('k', bytes, aMinute, 'absent'), store.delete('key')];
    for (const error of await Promise.all(calls.map(failure))) {
      expect(error).toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    }
    server = await MongoStandIn.start(port);
    expect(await store.write('key', bytes, aMinute, 'absent')).toHaveProperty('written');
  });

  it('may be away when the store is made', async () => {
    const { port, url } = server;
    await server.stop();
    const store = await open(url);
    expect((await failure(store.read('key'))).message).toContain('ECONNREFUSED');
    expect(await failure(store.keys().next())).toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    server = await MongoStandIn.start(port);
    expect(await store.read('key')).toBeNull();
  });

  it('leaves open whether a write whose answer was lost took place, and the store says that it does not know', async () => {
    const store = await open();
    const first = await store.write('key', bytes, aMinute, 'absent');
    server.happen('update', 'lost answer');
    const write = store.write('key', Buffer.from('in doubt'), aMinute, 'written' in first && first.written);
    expect(await failure(write)).toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    expect(Buffer.from((await store.read('key'))?.bytes ?? []).toString()).toBe('in doubt');
  });

  it('fails a write that most servers did not get', async () => {
    const store = await open();
    const refused = { code: 64, codeName: 'WriteConcernTimeout', errmsg: 'waiting for replication timed out' };
    server.happen('insert', { answer: { n: 1, writeConcernError: refused } });
    server.happen('delete', { answer: { n: 1, writeConcernError: refused } });
    for (const call of [store.write('key', bytes, aMinute, 'absent'), store.delete('key')]) {
      const error = await failure(call);
      expect(error).toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
      expect(error.message).toContain('waiting for replication timed out');
    }
  });

  it('fails a creation that another unique index forbids, instead of trying for ever', async () => {
    const store = await open();
    const other = { index: 0, code: 11_000, errmsg: 'E11000 duplicate key error index: owner_unique' };
    server.happen('insert', ...Array.from({ length: 20 }, () => ({ answer: { n: 0, writeErrors: [other] } })));
    const error = await failure(store.write('key', bytes, aMinute, 'absent', 'owner'));
    expect(error).toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    expect(error.message).toContain('unique index');
  });

  it('fails for a wrong password, which no message shows', async () => {
    const wrong = { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed for p@ss/word.' };
    server.happen('saslStart', { answer: wrong }, { answer: wrong });
    const url = server.url.replace('//', '//shop:p%40ss%2Fword@');
    const error = await failure((await open(url)).read('the key'));
    expect(error).toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    expect(error.message).toContain('Authentication failed');
    const cause = error.cause instanceof Error ? error.cause : new Error('There is no cause.');
    for (const text of [error.message, error.stack, cause.message, cause.stack, JSON.stringify(error)]) {
      expect(text).not.toMatch(/p@ss|p%40ss|the key/);
    }
  });

  it('is tried again after a login to it has failed', async () => {
    server.happen('ping', { answer: { ok: 0, code: 18, errmsg: 'Authentication failed.' } });
    server.happen('saslStart', { answer: { ok: 0, code: 18, errmsg: 'Authentication failed.' } });
    const store = await open(server.url.replace('//', '//shop:secret@'));
    for (const attempt of [1, 2]) {
      const error = await failure(store.read('key'));
      expect({ attempt, message: error.message }).toEqual({ attempt, message: expect.not.stringContaining('closed') });
    }
    expect(sent('saslStart').length).toBeGreaterThan(1);
  });

  it('does not hold up the end of the application when it stands still', async () => {
    const store = await open();
    server.happen('createIndexes', 'silence');
    await store.write('key', bytes, aMinute, 'absent');
    const started = performance.now();
    await store.close();
    expect(performance.now() - started).toBeLessThan(scaled(5_000));
    expect(log.warnings).toEqual([]);
  });
});

describe('The client of the MongoDB store', () => {
  it('is closed with the store that made it', async () => {
    const store = await open();
    await store.read('key');
    await store.close();
    expect(await failure(store.read('key'))).toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
  });

  it('is left alone where the application made it', async () => {
    const client = new MongoClient(server.url);
    opened.push(client);
    const store = await create({ ...settings, url: null, client }, { log });
    await store.write('key', bytes, aMinute, 'absent');
    await store.close();
    expect(await client.db().collection('sessions').findOne()).toHaveProperty('version');
  });

  it.each([
    ['that of the URL', { database: null }, 'shop', undefined],
    ['the one that is set', { database: 'visits' }, 'visits', undefined],
    ['`sessions` where the URL names none', { database: null }, 'sessions', /\/shop$/],
  ])('uses the database: %s', async (_, options, database, cut) => {
    const url = cut === undefined ? server.url : server.url.replace(cut, '');
    const store = await create({ ...settings, url, ...options }, { log });
    opened.push(store);
    await store.read('key');
    expect(sent('find')).toMatchObject([{ $db: database }]);
  });

  it('is asked for where there is none, and must be one', async () => {
    expect((await failure(create({ ...settings, url: null }))).message).toContain('SESSION_MONGODB (mongodb.url)');
    for (const client of [{ db: () => ({ collection: () => ({}) }), startSession: 1 }, null, { collection: 1 }]) {
      const make = (): unknown => Reflect.construct(MongoDbStore, [{ client }]);
      expect(make).toThrow(/expected a MongoClient/);
    }
    const client = new MongoClient(server.url);
    opened.push(client);
    for (const names of [
      { collection: 'system.users' },
      { collection: 'a$b' },
      { database: 'a.b' },
      { database: '' },
    ]) {
      expect(() => new MongoDbStore({ client, ...names })).toThrow(/expected the name of a (collection|database)/);
    }
  });

  it('is not made of settings that the driver does not take, and says which', async () => {
    const error = await failure(create({ ...settings, url: 'mongodb://u:p%40ss@127.0.0.1/shop?colour=blue' }));
    expect(error).toMatchObject({ code: 'SESSION_CONFIG_INVALID' });
    expect(error.message).toMatch(/SESSION_MONGODB \(mongodb.url\): .*colour/);
    expect(error.message).not.toMatch(/p@ss|p%40ss/);
  });
});
