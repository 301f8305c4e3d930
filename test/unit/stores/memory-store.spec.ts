import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { CollectedLog } from '../../support/collected-log.js';

const aMinute = 60_000;

describe('MemoryStore', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('holds as many sessions as it may, and evicts the one that was unused for longest', async () => {
    const { store } = setUp({ maxSessions: 3 });
    for (const key of ['a', 'b', 'c']) await create(store, key);
    await store.read('a');
    await store.touch('b', aMinute);
    await create(store, 'd');
    expect(await keysOf(store)).toEqual(['a', 'b', 'd']);
    const record = await store.read('a');
    await store.write('a', Buffer.from('2'), aMinute, record?.version);
    await create(store, 'e');
    expect(await keysOf(store)).toEqual(['d', 'a', 'e']);
  });

  it('warns once when it evicts, naming the setting', async () => {
    const { store, log } = setUp({ maxSessions: 1 });
    await create(store, 'a');
    expect(log.warnings).toEqual([]);
    for (const key of ['b', 'c', 'd']) await create(store, key);
    expect(log.warnings).toEqual([expect.stringContaining('SESSION_MEMORY_MAX (memory.maxSessions)')]);
  });

  it('does not warn of making room at the cost of what has expired', async () => {
    const { store, log, clock } = setUp({ maxSessions: 1 });
    await create(store, 'a', 1_000);
    clock.now += 1_000;
    await create(store, 'b');
    expect(log.warnings).toEqual([]);
    expect(await keysOf(store)).toEqual(['b']);
  });

  it('ends a record at the very millisecond', async () => {
    const { store, clock } = setUp();
    await create(store, 'a', 1_000);
    clock.now += 999;
    expect(await store.read('a')).not.toBeNull();
    clock.now += 1;
    expect(await store.read('a')).toBeNull();
  });

  it('sweeps what has expired out of memory by itself, with a timer that runs only while there is something', async () => {
    jest.useFakeTimers();
    const store = new MemoryStore();
    expect(jest.getTimerCount()).toBe(0);
    await create(store, 'a', 1_000);
    expect(jest.getTimerCount()).toBe(1);
    await jest.advanceTimersByTimeAsync(aMinute);
    expect(jest.getTimerCount()).toBe(0);
    expect(await store.prune()).toBe(0);
    await create(store, 'b');
    expect(jest.getTimerCount()).toBe(1);
    await store.delete('b');
    expect(jest.getTimerCount()).toBe(0);
    await create(store, 'c');
    await store.close();
    expect(jest.getTimerCount()).toBe(0);
  });

  describe('and its owners', () => {
    /** What it knows of owners, as it lies in memory. */
    function known(store: MemoryStore): Map<string, Set<string>> {
      return Reflect.get(Reflect.get(store, 'owned') as object, 'byOwner') as Map<string, Set<string>>;
    }

    it('forgets whose a record was as soon as it is gone: deleted, expired, evicted, swept or ended', async () => {
      const { store, clock } = setUp({ maxSessions: 4 });
      const create = async (key: string, ttlMs = aMinute): Promise<void> => {
        expect(await store.write(key, Buffer.from('1'), ttlMs, 'absent', `owner of ${key}`)).toHaveProperty('written');
      };
      for (const key of ['deleted', 'read', 'swept', 'ended']) await create(key, key === 'ended' ? aMinute : 1_000);
      expect([...known(store).keys()]).toEqual(['deleted', 'read', 'swept', 'ended'].map((key) => `owner of ${key}`));
      await store.delete('deleted');
      expect(known(store).has('owner of deleted')).toBe(false);
      clock.now += 1_000;
      await store.read('read');
      expect(known(store).has('owner of read')).toBe(false);
      await store.prune();
      expect(known(store).has('owner of swept')).toBe(false);
      expect(await store.deleteOwnedBy('owner of ended')).toBe(1);
      expect(known(store).size).toBe(0);
      for (let index = 0; index < 10; index++) await create(String(index));
      expect([...known(store).keys()]).toEqual(['6', '7', '8', '9'].map((key) => `owner of ${key}`));
      expect(await listed(store.ownedBy('owner of 5'))).toEqual([]);
    });

    it('knows a record that is created again for another owner for that one’s alone', async () => {
      const { store, clock } = setUp();
      await store.write('key', Buffer.from('1'), 1_000, 'absent', 'one');
      clock.now += 1_000;
      await store.write('key', Buffer.from('2'), aMinute, 'absent', 'another');
      expect(await store.deleteOwnedBy('one')).toBe(0);
      expect(await listed(store.ownedBy('another'))).toEqual(['key']);
    });

    it('lists and counts none that has expired, at the very millisecond', async () => {
      const { store, clock } = setUp();
      for (const [key, ttlMs] of [['short', 1_000] as const, ['long', aMinute] as const]) {
        await store.write(key, Buffer.from('1'), ttlMs, 'absent', 'owner');
      }
      clock.now += 999;
      expect(await listed(store.ownedBy('owner'))).toEqual(['long', 'short']);
      clock.now += 1;
      expect(await listed(store.ownedBy('owner'))).toEqual(['long']);
      expect(await store.deleteOwnedBy('owner')).toBe(1);
    });

    it('does not take it for use that a record is listed, or excepted', async () => {
      const { store } = setUp({ maxSessions: 2 });
      await store.write('a', Buffer.from('1'), aMinute, 'absent', 'owner');
      await store.write('b', Buffer.from('1'), aMinute, 'absent', 'another');
      expect(await listed(store.ownedBy('owner'))).toEqual(['a']);
      expect(await store.deleteOwnedBy('owner', 'a')).toBe(0);
      await create(store, 'c');
      expect(await keysOf(store)).toEqual(['b', 'c']);
    });

    it('stops its timer when the last records are ended', async () => {
      jest.useFakeTimers();
      const store = new MemoryStore();
      await store.write('a', Buffer.from('1'), aMinute, 'absent', 'owner');
      expect(jest.getTimerCount()).toBe(1);
      await store.deleteOwnedBy('owner');
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  it('does not keep the process alive', async () => {
    const timers = jest.spyOn(globalThis, 'setInterval');
    const store = new MemoryStore();
    await create(store, 'a');
    const [timer] = timers.mock.results.map((result) => result.value as NodeJS.Timeout);
    expect(timer?.hasRef()).toBe(false);
    await store.close();
    timers.mockRestore();
  });
});

function setUp(options: { maxSessions?: number } = {}): {
  store: MemoryStore;
  log: CollectedLog;
  clock: { now: number };
} {
  const log = new CollectedLog();
  const clock = { now: 1_700_000_000_000 };
  return { store: new MemoryStore(options, { log, now: () => clock.now }), log, clock };
}

async function create(store: MemoryStore, key: string, ttlMs = aMinute): Promise<void> {
  expect('written' in (await store.write(key, Buffer.from('1'), ttlMs, 'absent'))).toBe(true);
}

async function keysOf(store: MemoryStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.keys()) keys.push(key);
  return keys;
}

async function listed(keys: AsyncIterable<string>): Promise<string[]> {
  const list: string[] = [];
  for await (const key of keys) list.push(key);
  return list.sort();
}
