import { describe, expect, it } from '@jest/globals';
import { SessionStoreUnavailableError } from '../../../../lib/errors.js';
import { LimiterStorage, type Take } from '../../../../lib/auth/limiter/limiter-storage.js';
import { FailingStore } from '../../../support/failing-store.js';
import { MemoryStore } from '../../../../lib/stores/memory/index.js';
import { Clock, memoryStore, Rehearsal, second } from './setup.js';

/** A limiter whose store can be switched off. */
function setUp(options: Record<string, unknown> = {}) {
  const clock = new Clock();
  const store = new FailingStore(memoryStore(clock));
  return { store, rehearsal: new Rehearsal({ options, clock, store, timeout: 50 }) };
}

async function keysOf(store: FailingStore): Promise<number> {
  let count = 0;
  if (store.inner instanceof MemoryStore) for await (const _key of store.inner.keys()) count++;
  return count;
}

describe('an attempt', () => {
  it('leaves nothing in the store where it succeeds, nor where it is taken back', async () => {
    const { store, rehearsal } = setUp({ ceiling: 50 });
    for (const outcome of ['succeeded', 'taken back'] as const) {
      expect(await rehearsal.guess({ outcome })).toBe(0);
      expect(await keysOf(store)).toBe(0);
    }
    expect(await rehearsal.guess()).toBe(0);
    expect(await keysOf(store)).toBe(3);
  });

  it.each(['succeeded', 'taken back'] as const)(
    'whose outcome is "%s" leaves the failures of its address alone',
    async (outcome) => {
      const { rehearsal } = setUp({ addressAttempts: 3 });
      await rehearsal.guess({ account: 'a' });
      await rehearsal.guess({ account: 'b' });
      for (let made = 0; made < 20; made++) expect(await rehearsal.guess({ account: 'c', outcome })).toBe(0);
      expect(await rehearsal.guess({ account: 'd' })).toBe(0);
      expect(await rehearsal.guess({ account: 'e' })).toBe(second);
    },
  );

  it('costs the same calls for every account that has not failed, and for every one that has', async () => {
    const { store, rehearsal } = setUp();
    const calls = async (account: string): Promise<Record<string, number>> => {
      const before = { ...store.calls };
      await rehearsal.guess({ account, address: `10.0.0.${String(account.length)}` });
      return Object.fromEntries(
        Object.entries(store.calls).map(([name, count]) => [name, count - before[name as 'read']]),
      );
    };
    expect(await calls('ada')).toEqual(await calls('nobody'));
    expect(await calls('ada')).toEqual(await calls('nobody'));
  });
});

describe('while the store fails', () => {
  it('ASVS 16.5.3: no attempt is made, unless the application allows it', async () => {
    const { store, rehearsal } = setUp();
    const error = new SessionStoreUnavailableError('The store of this test is down.');
    store.fail(error);
    await expect(rehearsal.guess()).rejects.toBe(error);
    expect(rehearsal.errors).toEqual([error]);

    const allowing = setUp({ onStoreError: 'allow' });
    allowing.store.fail(error);
    for (let made = 0; made < 20; made++) expect(await allowing.rehearsal.guess()).toBe(0);
    expect(allowing.rehearsal.errors).toContain(error);
  });

  it('limits again as soon as the store is there again', async () => {
    const { store, rehearsal } = setUp({ onStoreError: 'allow' });
    store.fail();
    await rehearsal.guess();
    store.recover();
    expect(await rehearsal.guessOn()).toMatchObject({ made: 5 });
  });

  it('ASVS 13.1.3, 16.5.2: waits no longer than the time limit for a storage that does not answer', async () => {
    class SilentStorage extends LimiterStorage {
      override take(): Promise<Take> {
        return new Promise(() => undefined);
      }
    }
    const storage = new SilentStorage();
    await expect(new Rehearsal({ storage, timeout: 20 }).guess()).rejects.toThrow(SessionStoreUnavailableError);
    const allowing = new Rehearsal({ storage, timeout: 20, options: { onStoreError: 'allow' } });
    expect(await allowing.guess()).toBe(0);
  });

  it('takes a storage that throws for one that rejects', async () => {
    class BrokenStorage extends LimiterStorage {
      override take(): Promise<Take> {
        throw new Error('broken');
      }
    }
    const rehearsal = new Rehearsal({ storage: new BrokenStorage() });
    await expect(rehearsal.guess()).rejects.toThrow('broken');
    expect(rehearsal.errors).toHaveLength(1);
  });

  it('gives back what it has counted before, so that a failing store counts nobody out', async () => {
    class HalfStore extends FailingStore {
      failing: string | null = null;

      override write(...args: Parameters<FailingStore['write']>): ReturnType<FailingStore['write']> {
        const [key] = args;
        this.failing ??= key;
        return key === this.failing ? super.write(...args) : Promise.reject(new Error('down'));
      }
    }
    const clock = new Clock();
    const store = new HalfStore(memoryStore(clock));
    const rehearsal = new Rehearsal({ clock, store });
    await expect(rehearsal.guess()).rejects.toThrow('down');
    expect(await keysOf(store)).toBe(0);
  });

  it('does not fail a login that is right, which stays counted', async () => {
    const { store, rehearsal } = setUp();
    const error = new Error('down');
    expect(await rehearsal.guess({ outcome: 'succeeded', meanwhile: () => store.fail(error) })).toBe(0);
    // For the account, and for the address.
    expect(rehearsal.errors).toEqual([error, error]);
    store.recover();
    expect(await rehearsal.guessOn()).toMatchObject({ made: 4 });
  });
});
