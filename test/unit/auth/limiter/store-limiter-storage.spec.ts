import { describe, expect, it } from '@jest/globals';
import { SessionContendedError } from '../../../../lib/errors.js';
import type { Budget } from '../../../../lib/auth/limiter/budget.js';
import type { CoarserCount } from '../../../../lib/auth/limiter/limiter-storage.js';
import { StoreLimiterStorage } from '../../../../lib/auth/limiter/store-limiter-storage.js';
import {
  isListable,
  notesOf,
  type SessionStore,
  type Version,
  type WriteResult,
} from '../../../../lib/stores/session-store.js';
import { MemoryStore } from '../../../../lib/stores/memory/index.js';
import { standaloneContext } from '../../../../lib/stores/store-context.js';
import { FailingStore } from '../../../support/failing-store.js';
import { SpreadStore } from '../../../support/spread-store.js';
import { Clock, day, hour, memoryStore, minute, second } from './setup.js';

const budget: Budget = { free: 5, shortest: second, longest: 15 * minute, forgets: { after: day } };
const drained: Budget = { free: 60, shortest: second, longest: 15 * minute, forgets: { oneEvery: minute } };

function setUp(store?: SessionStore) {
  const clock = new Clock();
  const used = store ?? memoryStore(clock);
  return { clock, store: used, storage: new StoreLimiterStorage(used, { now: clock.read }) };
}

async function takeAll(storage: StoreLimiterStorage, count: number) {
  return Promise.all(Array.from({ length: count }, () => storage.take('key', budget)));
}

async function keysOf(store: SessionStore): Promise<string[]> {
  const notes = notesOf(store, 'limiter');
  if (!isListable(notes)) throw new Error('counts in memory can be listed');
  const keys: string[] = [];
  for await (const key of notes.keys()) keys.push(key);
  return keys;
}

describe('a count in a session store', () => {
  it('allows the free attempts and refuses the next, with the time that it has to wait', async () => {
    const { storage, clock } = setUp();
    for (let made = 0; made < 5; made++) expect(await storage.take('key', budget)).toHaveProperty('taken');
    expect(await storage.take('key', budget)).toEqual({ wait: second });
    clock.pass(400);
    expect(await storage.take('key', budget)).toEqual({ wait: 600 });
    clock.pass(600);
    expect(await storage.take('key', budget)).toHaveProperty('taken');
    expect(await storage.take('key', budget)).toEqual({ wait: 2 * second });
  });

  it('counts each key by itself', async () => {
    const { storage } = setUp();
    await takeAll(storage, 5);
    expect(await storage.take('another', budget)).toHaveProperty('taken');
  });

  it.each([
    ['in the store of one process', () => new MemoryStore()],
    ['in a store whose answers take their time', () => new SpreadStore()],
  ])('ASVS 15.4.2: of sixty parallel attempts allows exactly as many as are free, %s', async (_where, make) => {
    const { storage } = setUp(make());
    const takes = await takeAll(storage, 60);
    expect(takes.filter((take) => 'taken' in take)).toHaveLength(5);
    expect(takes.filter((take) => 'wait' in take && take.wait === second)).toHaveLength(55);
  });

  it('loses none of forty parallel failures, nor of attempts that are taken back meanwhile', async () => {
    const { storage, clock } = setUp(new SpreadStore());
    const many = { ...budget, free: 100 };
    const takes = await Promise.all(Array.from({ length: 40 }, () => storage.take('key', many)));
    await Promise.all(takes.slice(0, 15).map((take) => storage.giveBack('key', many, 'taken' in take && take.taken)));
    let left = 0;
    while ('taken' in (await storage.take('key', many))) left++;
    expect(left).toBe(100 - 25);
    expect(clock.now).toBe(new Clock().now);
  });

  it('counts all that come while another is counted by one write, and takes back with them what is to be taken back', async () => {
    const store = new FailingStore(new SpreadStore());
    const calls = (): number => store.calls.read + store.calls.write;
    const { storage } = setUp(store);
    const many = { ...budget, free: 150 };
    const takes = await Promise.all(Array.from({ length: 200 }, () => storage.take('key', many)));
    expect(takes.filter((take) => 'taken' in take)).toHaveLength(150);
    // One for the first, and for each of two groups one that learns what is there, and one that changes it.
    expect(calls()).toBe(5);
    const receipts = takes.flatMap((take) => ('taken' in take ? [take.taken] : []));
    await Promise.all(receipts.slice(-60).map((receipt) => storage.giveBack('key', many, receipt)));
    expect(calls()).toBe(9);
    let left = 0;
    while ('taken' in (await storage.take('key', many))) left++;
    expect(left).toBe(60);
  });

  it('does not let an attempt wait for one whose store does not answer any longer than a call may take', async () => {
    const store = new FailingStore();
    const storage = new StoreLimiterStorage(store, { storeTimeout: 20 });
    store.hang();
    void storage.take('key', budget);
    store.recover();
    expect(await storage.take('key', budget)).toHaveProperty('taken');
  });

  it('is as it was after an attempt that is taken back, and gone where that was the only one', async () => {
    const { storage, store } = setUp();
    const take = await storage.take('key', budget);
    expect('taken' in take).toBe(true);
    await storage.giveBack('key', budget, 'taken' in take && take.taken);
    expect(await keysOf(store)).toEqual([]);

    await takeAll(storage, 4);
    const fifth = await storage.take('key', budget);
    expect(await storage.take('key', budget)).toEqual({ wait: second });
    await storage.giveBack('key', budget, 'taken' in fifth && fifth.taken);
    expect(await storage.take('key', budget)).toHaveProperty('taken');
  });

  it('is forgotten on demand, and when its time has come', async () => {
    const { storage, store, clock } = setUp();
    await takeAll(storage, 9);
    await storage.clear('key');
    expect(await keysOf(store)).toEqual([]);
    await storage.clear('key');

    await takeAll(storage, 5);
    clock.pass(day - 1);
    expect(await keysOf(store)).toEqual(['limiter:key']);
    clock.pass(1);
    expect(await keysOf(store)).toEqual([]);
    expect(await storage.take('key', budget)).toHaveProperty('taken');
  });

  it('stays no longer than there is something left of it, where failures are forgotten one by one', async () => {
    const { storage, store, clock } = setUp();
    for (let made = 0; made < 30; made++) await storage.take('key', drained);
    clock.pass(30 * minute - 1);
    expect(await keysOf(store)).toHaveLength(1);
    clock.pass(1);
    expect(await keysOf(store)).toEqual([]);
  });

  it('costs one call where nothing was counted before, and two where something was', async () => {
    const store = new FailingStore();
    const { storage } = setUp(store);
    await storage.take('key', budget);
    expect(store.calls).toEqual({ read: 0, write: 1, touch: 0, delete: 0 });
    await storage.take('key', budget);
    expect(store.calls).toEqual({ read: 0, write: 3, touch: 0, delete: 0 });
  });

  it('is not written where an attempt is refused', async () => {
    const { storage, store } = setUp();
    await takeAll(storage, 5);
    const before = await store.read('limiter:key');
    await storage.take('key', budget);
    expect(await store.read('limiter:key')).toEqual(before);
  });

  it.each(['', 'x', '[]', '{"count":1}', '[1,2]', '[1,2,3,4]', '[-1,2,3]', '["1",2,3]', '[.,.,.]', '[1e999,2,3]'])(
    'begins anew where the store holds something else: %s',
    async (content) => {
      const { storage, store } = setUp();
      await store.write('limiter:key', Buffer.from(content), hour, 'absent');
      await storage.giveBack('key', budget, 0);
      const takes = [];
      for (let made = 0; made < 6; made++) takes.push(await storage.take('key', budget));
      expect(takes.filter((take) => 'taken' in take)).toHaveLength(5);
    },
  );

  it('hands on that the store fails', async () => {
    const store = new FailingStore();
    const { storage } = setUp(store);
    const error = new Error('down');
    store.fail(error);
    await expect(storage.take('key', budget)).rejects.toBe(error);
    await expect(storage.giveBack('key', budget, 0)).rejects.toBe(error);
    await expect(storage.clear('key')).rejects.toBe(error);
  });

  it('ASVS 15.4.3: gives up where others always write first, rather than let the attempt through', async () => {
    class BusyStore extends MemoryStore {
      writes = 0;

      override notes(): SessionStore {
        return this;
      }

      override async write(
        key: string,
        bytes: Uint8Array,
        ttlMs: number,
        expected: Version | 'absent',
      ): Promise<WriteResult> {
        this.writes++;
        await super.delete(key);
        await super.write(key, Buffer.from('[1,1,0]'), ttlMs, 'absent');
        return super.write(key, bytes, ttlMs, expected);
      }
    }
    const store = new BusyStore();
    const { storage } = setUp(store);
    await expect(storage.take('key', budget)).rejects.toThrow(SessionContendedError);
    expect(store.writes).toBe(129);
  });
});

describe('counts in memory, when there is no room for another', () => {
  const coarser: CoarserCount = { key: '~account:ab', budget };
  const another: CoarserCount = { key: '~account:cd', budget };

  function full() {
    const clock = new Clock();
    const store = new MemoryStore({ maxNotes: 2 }, { ...standaloneContext, now: clock.read });
    return { clock, store, storage: new StoreLimiterStorage(store, { now: clock.read }) };
  }

  it('are kept, and new ones are made together with those of others', async () => {
    const { storage } = full();
    for (const key of ['a', 'b']) {
      for (let made = 0; made < 5; made++) await storage.take(key, budget, coarser);
    }
    for (let made = 0; made < 5; made++) {
      expect(await storage.take(`stranger ${String(made)}`, budget, another)).toHaveProperty('taken');
    }
    expect(await storage.take('one more', budget, another)).toEqual({ wait: second });
    for (const key of ['a', 'b']) expect(await storage.take(key, budget, coarser)).toEqual({ wait: second });
  });

  it('are not forgotten as soon as there is room again', async () => {
    const { storage } = full();
    for (const key of ['a', 'b']) await storage.take(key, budget, coarser);
    for (let made = 0; made < 5; made++) await storage.take('late', budget, another);
    await storage.clear('a');
    expect(await storage.take('late', budget, another)).toEqual({ wait: second });
  });

  it('are taken back by one at a time: a success clears nothing that is shared', async () => {
    const { storage } = full();
    for (const key of ['a', 'b']) await storage.take(key, budget, coarser);
    for (let made = 0; made < 4; made++) await storage.take('stranger', budget, another);
    const take = await storage.take('mine', budget, another);
    await storage.clear('mine', 'taken' in take ? take.taken : undefined);
    expect(await storage.take('stranger', budget, another)).toHaveProperty('taken');
    expect(await storage.take('stranger', budget, another)).toEqual({ wait: second });
  });
});
