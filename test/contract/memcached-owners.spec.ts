import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SessionStoreUnavailableError } from '../../lib/errors.js';
import { create } from '../../lib/stores/memcached/create.js';
import { type ConnectedClient, connectMemcached, MemcachedStore } from '../../lib/stores/memcached/index.js';
import { ownerListKey } from '../../lib/stores/memcached/stored-key.js';
import { ownerHash } from '../../lib/stores/memcached/stored-value.js';
import { isOwned, type Owned, type SessionStore, type WriteResult } from '../../lib/stores/session-store.js';
import { CollectedLog } from '../support/collected-log.js';
import { MemcachedServerProcess } from '../support/servers/memcached.js';
import { StoppableClient } from '../support/servers/memcached-stop.js';
import { MemcachedWire } from '../support/servers/memcached-wire.js';
import { until } from '../support/until.js';

const aMinute = 60_000;
const list = ownerListKey(ownerHash('owner'));

type OwnedStore = SessionStore & Owned;

describe('MemcachedStore and owners', () => {
  let server: MemcachedServerProcess;
  let client: ConnectedClient;
  let now: number;

  beforeAll(async () => {
    server = await MemcachedServerProcess.start({ args: ['-M'] });
  });

  beforeEach(async () => {
    await server.send('flush_all\r\n', /OK/);
    client = connectMemcached([server.address]);
    now = Date.now();
  });

  afterEach(() => {
    client.close();
  });

  afterAll(() => server.stop());

  function owning(of: ConnectedClient | StoppableClient = client): OwnedStore {
    const store = new MemcachedStore({ client: of, owners: true }, { log: new CollectedLog(), now: () => now });
    if (!isOwned(store)) throw new Error('the store does not know owners');
    return store;
  }

  function created(store: SessionStore, key: string, ttlMs = aMinute): Promise<WriteResult> {
    return store.write(key, Buffer.from('1'), ttlMs, 'absent', 'owner');
  }

  it('does not know owners unless it is asked to', () => {
    expect(isOwned(new MemcachedStore({ client }))).toBe(false);
    expect(isOwned(owning())).toBe(true);
  });

  it('refuses a login that comes between, and leaves nothing of it', async () => {
    const stoppable = new StoppableClient(client);
    const [store, another] = [owning(stoppable), owning()];
    const held = stoppable.hold(/^ms key /); // it is announced, and not there yet
    const creating = created(store, 'key');
    await held.reached;
    expect(await another.deleteOwnedBy('owner')).toBe(0);
    held.release();
    expect(await creating).toEqual({ gone: true });
    expect(await store.read('key')).toBeNull();
  });

  it('refuses a login whose list is gone when it is done, since nobody would find it', async () => {
    const stoppable = new StoppableClient(client);
    const store = owning(stoppable);
    const held = stoppable.hold(/^ms key /);
    const creating = created(store, 'key');
    await held.reached;
    await server.send('flush_all\r\n', /OK/);
    held.release();
    expect(await creating).toEqual({ gone: true });
    expect(await store.read('key')).toBeNull();
  });

  it('still knows the sessions after a process ended in the middle of ending them', async () => {
    const stoppable = new StoppableClient(client);
    const [store, another] = [owning(stoppable), owning()];
    for (const key of ['one', 'two', 'three']) await created(store, key);
    stoppable.lose(/^md two/);
    await expect(store.deleteOwnedBy('owner')).rejects.toThrow(SessionStoreUnavailableError);
    expect(await listed(another)).toContain('two');
    expect(await another.deleteOwnedBy('owner')).toBeGreaterThan(0);
    expect(await listed(another)).toEqual([]);
    for (const key of ['one', 'two', 'three']) expect(await another.read(key)).toBeNull();
  });

  it('lists a session whose creator ended after it had created it', async () => {
    const stoppable = new StoppableClient(client);
    const store = owning(stoppable);
    await created(store, 'first');
    const held = stoppable.hold(/^ms key /);
    const creating = created(store, 'key');
    await held.reached;
    stoppable.lose(/^mg ~o/); // the look at the list
    held.release();
    await expect(creating).rejects.toThrow(SessionStoreUnavailableError);
    expect((await listed(owning())).sort()).toEqual(['first', 'key']);
  });

  it('lists a session whose creator ended before it could see that all were being ended', async () => {
    const stoppable = new StoppableClient(client);
    const store = owning(stoppable);
    const held = stoppable.hold(/^ms key /);
    const creating = created(store, 'key');
    await held.reached;
    expect(await owning().deleteOwnedBy('owner')).toBe(0);
    stoppable.lose(/^mg ~o/); // the look at the list
    held.release();
    await expect(creating).rejects.toThrow(SessionStoreUnavailableError);
    expect(await listed(owning())).toEqual(['key']);
    expect(await owning().deleteOwnedBy('owner')).toBe(1);
  });

  it('keeps the list for as long as its sessions may be kept alive by touches and writes', async () => {
    const store = owning();
    const result = await created(store, 'key');
    if (!('written' in result)) throw new Error('not written');
    const aYear = 365 * 24 * 60 * aMinute;
    for (const lengthen of [
      () => store.touch('key', aMinute),
      () => store.write('key', Buffer.from('2'), aMinute, result.written),
    ]) {
      await server.send(`mg ${list} T10\r\n`, /HD/);
      await lengthen();
      const answer = await server.send(`mg ${list} t\r\n`, /HD/);
      expect(Number(/t(\d+)/.exec(answer)?.[1]) * 1_000).toBeGreaterThan(aYear);
    }
  });

  it('drops entries of sessions that have ended from a list that has grown, and none of a session that may be on its way', async () => {
    const stoppable = new StoppableClient(client);
    const store = owning(stoppable);
    for (let index = 0; index < 30; index++) {
      await created(store, `old ${String(index)}`);
      if (index >= 3) await store.delete(`old ${String(index)}`);
    }
    now += 59_000;
    const held = stoppable.hold(/^ms coming /);
    const creating = created(store, 'coming');
    await held.reached;
    expect(await entries()).toBe(31);
    for (const key of ['old 0', 'old 1', 'old 2']) await store.touch(key, aMinute);
    now += 1_500; // the old ones are a minute old now
    await created(store, 'one');
    expect(await entries()).toBe(5);
    held.release();
    expect(await creating).toMatchObject({ written: expect.anything() });
    expect((await listed(store)).sort()).toEqual(['coming', 'old 0', 'old 1', 'old 2', 'one']);
  });

  it('lets the logins of one process take turns at an owner’s list, rather than run into one another', async () => {
    const wire = new MemcachedWire();
    const counted = connectMemcached([server.address], { open: wire.open });
    try {
      const store = owning(counted);
      await store.read('warm-up');
      const commands = await wire.countOf(() =>
        Promise.all(Array.from({ length: 50 }, (_, index) => created(store, `key ${String(index)}`))),
      );
      expect(commands).toBe(50 * 4); // the list read and written, the session written, the list looked at
    } finally {
      counted.close();
    }
  });

  it('gives no further session to an owner with very many, and works on for others', async () => {
    const store = owning();
    const many = Array.from({ length: 5_000 }, (_, index) => [`key ${String(index)}`, now, 0]);
    const body = JSON.stringify([0, 5_000, many]);
    await server.send(`ms ${list} ${String(Buffer.byteLength(body))} T1000\r\n${body}\r\n`, /HD/);
    await expect(created(store, 'one more')).rejects.toThrow('more than 5000 sessions');
    expect(await store.read('one more')).toBeNull();
    expect('written' in (await store.write('other', Buffer.from('1'), aMinute, 'absent', 'another'))).toBe(true);
  });

  it('rejects rather than guesses where the list is not one of its own', async () => {
    const store = owning();
    for (const body of ['', '{}', '[0,0,["key"]]', '[0,0,[["key","since",0]]]', '[0', 'null']) {
      await server.send(`ms ${list} ${String(body.length)} T1000\r\n${body}\r\n`, /HD/);
      await expect(store.deleteOwnedBy('owner')).rejects.toThrow('this store did not write');
      await expect(created(store, 'key')).rejects.toThrow(SessionStoreUnavailableError);
    }
  });

  it('says at boot that a server evicts, and does not claim to know all sessions of an owner then', async () => {
    const evicting = await MemcachedServerProcess.start();
    const log = new CollectedLog();
    const store = create({ servers: [evicting.address, server.address], owners: true, client: null }, { log });
    try {
      await until('it is said', () => log.errors.length > 0);
      expect(log.errors).toEqual([
        expect.stringMatching(
          new RegExp(
            `^memcached at ${evicting.address} evicts .*SESSION_MEMCACHED_OWNERS \\(memcached\\.owners\\).*-M`,
          ),
        ),
      ]);
      if (!isOwned(store)) throw new Error('the store does not know owners');
      await expect(store.deleteOwnedBy('owner')).rejects.toThrow("a user's sessions cannot be listed reliably");
      await expect(listed(store)).rejects.toThrow(SessionStoreUnavailableError);
      expect('written' in (await created(store, 'key'))).toBe(true);
    } finally {
      await store.close();
      await evicting.stop();
    }
  });

  it('does not claim to have ended all sessions while one of the servers is away, and has not forgotten them', async () => {
    const second = await MemcachedServerProcess.start({ args: ['-M'] });
    const two = connectMemcached([server.address, second.address], { log: new CollectedLog() });
    const store = owning(two);
    try {
      const keys = Array.from({ length: 60 }, (_, index) => `key ${String(index)}`);
      for (const key of keys) await created(store, key);
      await second.pause();
      await expect(
        Promise.race([store.deleteOwnedBy('owner'), new Promise((resolve) => setTimeout(resolve, 300, 'no answer'))]),
      ).resolves.toBe('no answer');
      second.resume();
      await until('it is done', async () => (await listed(store)).length === 0);
      for (const key of keys) await created(store, key);
      await second.kill();
      await expect(store.deleteOwnedBy('owner')).rejects.toThrow(SessionStoreUnavailableError);
      await expect(listed(store)).rejects.toThrow(SessionStoreUnavailableError);
      await second.restart();
      await until('it is back', () =>
        listed(store).then(
          (left) => left.length > 0 && left.length < 60, // the server's own are gone, with their list
          () => false,
        ),
      );
      const left = await listed(store);
      expect(await store.deleteOwnedBy('owner')).toBe(left.length);
    } finally {
      two.close();
      await second.stop();
    }
  });

  /** How many entries the owner's list has. */
  async function entries(): Promise<number> {
    const answer = await server.send(`mg ${list} v\r\n`, /\r\n[^]*\r\n$/);
    const [, , kept] = JSON.parse(answer.slice(answer.indexOf('\r\n') + 2)) as [number, number, unknown[]];
    return kept.length;
  }
});

async function listed(store: Owned): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.ownedBy('owner')) keys.push(key);
  return keys;
}
