import { stat } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { SessionContendedError, SessionStoreUnavailableError } from '../../../lib/errors.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import {
  isListable,
  isOwned,
  isPrunable,
  type Listable,
  type Owned,
  type Prunable,
  type SessionStore,
  type StepDone,
} from '../../../lib/stores/session-store.js';
import { withTimeLimit } from '../../../lib/stores/time-limit.js';
import { FailingStore } from '../../support/failing-store.js';
import { scaled } from '../../support/patience.js';

const aMinute = 60_000;

describe('withTimeLimit', () => {
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('hands every method on, with its arguments and its answer', async () => {
    const store = withTimeLimit(new MemoryStore(), 1_000);
    const result = await store.write('key', Buffer.from('1'), aMinute, 'absent');
    const version = 'written' in result ? result.written : null;
    expect(await store.read('key')).toMatchObject({ version });
    expect(await store.touch('key', aMinute)).toBe(true);
    expect(await store.delete('key', 'another version')).toMatchObject({ conflict: { version } });
    expect(await store.delete('key', version)).toBe('deleted');
    expect(await store.delete('key')).toBe('absent');
  });

  it('rejects what takes longer than the limit, naming the setting', async () => {
    const inner = new FailingStore();
    inner.hang();
    const store = withTimeLimit(inner, 30);
    const before = performance.now();
    for (const call of [
      store.read('key'),
      store.write('key', Buffer.from('1'), aMinute, 'absent'),
      store.touch('key', aMinute),
      store.delete('key'),
    ]) {
      await expect(call).rejects.toMatchObject({
        code: 'SESSION_STORE_UNAVAILABLE',
        message: expect.stringMatching(/within 30 ms.*SESSION_STORE_TIMEOUT \(storeTimeout\)/),
      });
    }
    expect(performance.now() - before).toBeGreaterThan(29);
  });

  it('gives each call its own limit, and answers in time those that are quicker', async () => {
    const answers = new Map<string, (value: null) => void>();
    const store = withTimeLimit(
      storeThatReads((key) => new Promise((resolve) => answers.set(key, resolve))),
      scaled(40),
    );
    const order: string[] = [];
    const read = (key: string): Promise<void> =>
      store.read(key).then(
        () => void order.push(`${key} answered`),
        () => void order.push(`${key} late`),
      );
    const first = read('first');
    const middle = read('middle');
    await pause(scaled(20));
    const last = read('last');
    answers.get('middle')?.(null);
    await middle;
    await first;
    expect(order).toEqual(['middle answered', 'first late']);
    await last;
    expect(order).toEqual(['middle answered', 'first late', 'last late']);
    answers.get('first')?.(null); // too late, and nobody is disturbed
    const again = read('again');
    answers.get('again')?.(null);
    await again;
    expect(order[3]).toBe('again answered');
  });

  it('runs one timer for all calls together, which does not keep the process alive', async () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const store = withTimeLimit(new MemoryStore(), 1_000);
    await Promise.all(Array.from({ length: 100 }, () => store.read('key')));
    for (let index = 0; index < 100; index++) await store.read('key');
    expect(timers).toHaveBeenCalledTimes(1);
    expect((timers.mock.results[0]?.value as NodeJS.Timeout).hasRef()).toBe(false);
  });

  it('lets the timer rest when nothing is under way', async () => {
    jest.useFakeTimers();
    const store = withTimeLimit(new MemoryStore(), 1_000);
    await store.read('key');
    await jest.advanceTimersByTimeAsync(500);
    await store.read('key');
    await expect(store.touch('key', aMinute)).resolves.toBe(false);
    expect(jest.getTimerCount()).toBe(1);
    await jest.advanceTimersByTimeAsync(600);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('takes no answer for late that lies there unread because the process was busy', async () => {
    // The file system answers while the process computes, for longer than the limit.
    const store = withTimeLimit(
      storeThatReads(
        () =>
          new Promise((resolve) => {
            stat('.', () => {
              resolve(null);
            });
          }),
      ),
      50,
    );
    // From here, timers come next in Node's round, and answers of the file system after them.
    await new Promise((resolve) => setImmediate(resolve));
    const reading = store.read('key');
    const end = performance.now() + 200;
    while (performance.now() < end);
    await expect(reading).resolves.toBeNull();
  });

  it('makes an error of this package of whatever a store rejects with, or throws, and keeps the reason as its cause', async () => {
    const reason = new Error('ECONNRESET while asking for session:abc');
    for (const misbehave of [
      () => Promise.reject(reason),
      () => {
        throw reason;
      },
    ]) {
      const error: unknown = await withTimeLimit(storeThatReads(misbehave), 1_000)
        .read('key')
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SessionStoreUnavailableError);
      expect(error).toMatchObject({ cause: reason });
      expect(String(error)).not.toContain('session:abc');
    }
  });

  it('leaves an error of this package as it is', async () => {
    const error = new SessionContendedError('as it was');
    await expect(
      withTimeLimit(
        storeThatReads(() => Promise.reject(error)),
        1_000,
      ).read('key'),
    ).rejects.toBe(error);
  });

  it('shows the abilities that the store has, and no others', async () => {
    const able = withTimeLimit(new MemoryStore(), 1_000);
    await able.write('key', Buffer.from('1'), aMinute, 'absent');
    if (!isPrunable(able) || !isListable(able)) throw new Error('the abilities are hidden');
    expect(await able.prune()).toBe(0);
    const keys = [];
    for await (const key of able.keys()) keys.push(key);
    expect(keys).toEqual(['key']);
    const unable = withTimeLimit(new FailingStore(), 1_000);
    expect(isPrunable(unable)).toBe(false);
    expect(isListable(unable)).toBe(false);
  });

  it('hands the owner on, and the abilities to list and to end what is an owner’s', async () => {
    const store = withTimeLimit(new MemoryStore(), 1_000);
    if (!isOwned(store)) throw new Error('the ability is hidden');
    for (const key of ['one', 'two', 'three']) await store.write(key, Buffer.from('1'), aMinute, 'absent', 'owner');
    await store.write('nobody’s', Buffer.from('1'), aMinute, 'absent');
    expect(await listed(store.ownedBy('owner'))).toEqual(['one', 'three', 'two']);
    expect(await store.deleteOwnedBy('owner', 'two')).toBe(2);
    expect(await listed(store.ownedBy('owner'))).toEqual(['two']);
    expect(isOwned(withTimeLimit(storeWithoutOwners(), 1_000))).toBe(false);
  });

  it('limits each step of what grows with the number of records, and not the whole', async () => {
    const limit = scaled(100);
    const inner = new SteppedStore((stepDone) => inSteps(4, () => pause(limit / 2), stepDone));
    const store = ableStore(withTimeLimit(inner, limit));
    expect(await Promise.all([store.prune(), store.deleteOwnedBy('owner')])).toEqual([4, 4]);
    expect(await listed(store.ownedBy('owner'))).toEqual(['key']);
    expect(await listed(store.keys())).toEqual(['key']);
  });

  it('limits the wait for each key, where a store tells of no step', async () => {
    const limit = scaled(100);
    const inner = new MemoryStore();
    jest.spyOn(inner, 'keys').mockImplementation(async function* () {
      for (const key of ['a', 'b', 'c', 'd']) yield await pause(limit / 2, key);
    });
    expect(await listed(ableStore(withTimeLimit(inner, limit)).keys())).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each([0, 2])('gives up a step that never ends, after %s that did', async (steps) => {
    const inner = new SteppedStore(async (stepDone) => {
      await inSteps(steps, () => Promise.resolve(), stepDone);
      return never();
    });
    const store = ableStore(withTimeLimit(inner, 20));
    for (const call of [
      () => store.prune(),
      () => store.deleteOwnedBy('owner'),
      () => listed(store.ownedBy('owner')),
      () => listed(store.keys()),
      async () => store.close?.(),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 'SESSION_STORE_UNAVAILABLE',
        message: expect.stringMatching(/within 20 ms.*SESSION_STORE_TIMEOUT \(storeTimeout\)/),
      });
    }
  });

  it('does not count the time that somebody takes for what is listed', async () => {
    const inner = new MemoryStore();
    for (const key of ['a', 'b']) await inner.write(key, Buffer.from('1'), aMinute, 'absent');
    const keys: string[] = [];
    for await (const key of ableStore(withTimeLimit(inner, 20)).keys()) {
      await pause(50);
      keys.push(key);
    }
    expect(keys).toEqual(['a', 'b']);
  });

  it('lets the store put away what it holds for a list when somebody has seen enough', async () => {
    const inner = new MemoryStore();
    let isPutAway = false;
    jest.spyOn(inner, 'keys').mockImplementation(async function* () {
      try {
        for (;;) yield 'key';
      } finally {
        isPutAway = true;
      }
    });
    const keys = ableStore(withTimeLimit(inner, aMinute)).keys()[Symbol.asyncIterator]();
    expect(await keys.next()).toEqual({ done: false, value: 'key' });
    await keys.return?.();
    expect(isPutAway).toBe(true);
  });

  it('lets a step that comes after the limit disturb nobody', async () => {
    let late: StepDone = () => undefined;
    const inner = new SteppedStore((stepDone) => {
      late = stepDone ?? late;
      return never();
    });
    const store = ableStore(withTimeLimit(inner, 20));
    await expect(store.prune()).rejects.toThrow('within 20 ms');
    late();
    expect(await store.read('key')).toBeNull();
  });

  it('makes an error of this package of whatever they reject with', async () => {
    const inner = new FailingStore();
    const reason = new Error('ECONNRESET while asking for session:owner:abc');
    const store = withTimeLimit(inner, 1_000);
    if (!isOwned(store)) throw new Error('the ability is hidden');
    inner.fail(reason);
    for (const call of [() => store.deleteOwnedBy('owner'), () => listed(store.ownedBy('owner'))]) {
      const error: unknown = await call().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SessionStoreUnavailableError);
      expect(error).toMatchObject({ cause: reason });
      expect(String(error)).not.toContain('owner:abc');
    }
    inner.fail();
    await expect(store.deleteOwnedBy('owner')).rejects.toThrow('The store of this test is down.');
    inner.recover();
    expect(await store.deleteOwnedBy('owner')).toBe(0);
  });

  it('makes one also of what pruning and listing reject with', async () => {
    const inner = new MemoryStore();
    const reason = new Error('EACCES: /home/shop/sessions');
    jest.spyOn(inner, 'prune').mockRejectedValue(reason);
    jest.spyOn(inner, 'keys').mockImplementation(async function* () {
      yield await Promise.reject<string>(reason);
    });
    const store = withTimeLimit(inner, 1_000);
    if (!isPrunable(store) || !isListable(store)) throw new Error('the abilities are hidden');
    for (const call of [() => store.prune(), () => listed(store.keys())]) {
      const error: unknown = await call().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SessionStoreUnavailableError);
      expect(error).toMatchObject({ cause: reason });
      expect(String(error)).not.toContain('/home/shop');
    }
  });

  it('closes the store', async () => {
    const inner = new MemoryStore();
    const closing = jest.spyOn(inner, 'close');
    await withTimeLimit(inner, 1_000).close?.();
    expect(closing).toHaveBeenCalledTimes(1);
  });
});

/** A store that does in all its long calls what a test says. */
class SteppedStore extends MemoryStore {
  constructor(private readonly work: (stepDone?: StepDone) => Promise<number>) {
    super();
  }

  override prune(stepDone?: StepDone): Promise<number> {
    return this.work(stepDone);
  }

  override deleteOwnedBy(_owner: string, _exceptKey?: string, stepDone?: StepDone): Promise<number> {
    return this.work(stepDone);
  }

  override async *ownedBy(_owner: string, stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    await this.work(stepDone);
    yield 'key';
  }

  override async *keys(stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    await this.work(stepDone);
    yield 'key';
  }

  override async close(): Promise<void> {
    await this.work();
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

async function inSteps(count: number, step: () => Promise<void>, stepDone?: StepDone): Promise<number> {
  for (let done = 0; done < count; done++) {
    await step();
    stepDone?.();
  }
  return count;
}

function ableStore(store: SessionStore): SessionStore & Prunable & Listable & Owned {
  if (isPrunable(store) && isListable(store) && isOwned(store)) return store;
  throw new Error('the abilities are hidden');
}

async function listed(keys: AsyncIterable<string>): Promise<string[]> {
  const list: string[] = [];
  for await (const key of keys) list.push(key);
  return list.sort();
}

/** A store with the four methods alone. */
function storeWithoutOwners(): SessionStore {
  const inner = new MemoryStore();
  return {
    read: (key) => inner.read(key),
    write: (key, bytes, ttlMs, expected) => inner.write(key, bytes, ttlMs, expected),
    touch: (key, ttlMs) => inner.touch(key, ttlMs),
    delete: (key, expected) => inner.delete(key, expected),
  };
}

function storeThatReads(read: (key: string) => Promise<null>): SessionStore {
  class ReadingStore extends FailingStore {
    override read(key: string): Promise<null> {
      return read(key);
    }
  }
  return new ReadingStore();
}
