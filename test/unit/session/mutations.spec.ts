import { describe, expect, it } from '@jest/globals';
import { ownData, type SessionObject } from '../../../lib/session/session.js';
import { errorOf, idOf, Setup, times } from './setup.js';

const increment = (n: unknown): number => ((n as number | undefined) ?? 0) + 1;

/** Another request changes the session and saves, in another process, after this one has read it. */
async function meanwhile(setup: Setup, id: string, change: (session: SessionObject) => unknown): Promise<void> {
  const other = await setup.requestElsewhere(id);
  change(other);
  await other.commit();
}

describe('mutate', () => {
  it('changes the value and returns it', () => {
    const session = new Setup().create({ n: 1 });
    expect(session.mutate('n', increment)).toBe(2);
    expect(session.get('n')).toBe(2);
  });

  it('hands in undefined where there is no value', () => {
    const session = new Setup().create();
    const seen: unknown[] = [];
    session.mutate('n', (n) => {
      seen.push(n);
      return 1;
    });
    expect([seen, session.get('n')]).toEqual([[undefined], 1]);
  });

  it('keeps a value that was changed in place, by a function that returns nothing', () => {
    const session = new Setup().create({ list: [1] });
    expect(session.mutate('list', (list) => void (list as number[]).push(2))).toEqual([1, 2]);
  });

  it('leaves an absent key absent where the function returns nothing', () => {
    const session = new Setup().create();
    expect(session.mutate('n', () => undefined)).toBeUndefined();
    expect(session.has('n')).toBe(false);
  });

  it('counts all of twenty parallel requests', async () => {
    const setup = new Setup();
    const id = await setup.begin({ other: 1 });
    const sessions = await times(20, () => setup.request(id));
    for (const session of sessions) session.mutate('n', increment);
    await Promise.all(sessions.map((session) => session.commit()));
    expect(await setup.dataOf(id)).toEqual({ other: 1, n: 20 });
    expect(setup.heard('overwritten')).toEqual([]);
  });

  it('counts every call of twenty parallel requests that count several times, with plain changes of other keys', async () => {
    const setup = new Setup();
    const id = await setup.begin({ n: 100 });
    await times(20, async (index) => {
      const session = await setup.request(id);
      for (let call = 0; call < 3; call++) session.mutate('n', increment);
      session.set(`key${String(index)}`, index);
      await session.commit();
    });
    const data = await setup.dataOf(id);
    expect(data?.['n']).toBe(160);
    expect(Object.keys(data ?? {})).toHaveLength(21);
  });

  it('runs again on the newest value, as often as others come first', async () => {
    const setup = new Setup();
    const id = await setup.begin({ n: 1 });
    const session = await setup.request(id);
    session.mutate('n', increment);
    setup.store.before = async ({ method, number }) => {
      if (method !== 'write' || number > 3) return;
      const { before } = setup.store;
      setup.store.before = () => undefined;
      await meanwhile(setup, id, (other) => other.mutate('n', (n) => (n as number) * 10));
      setup.store.before = before;
    };
    setup.store.calls = [];
    await session.commit();
    const tenfold = setup.store.methods.filter((method) => method === 'read').length;
    expect(tenfold).toBeGreaterThan(0);
    expect(await setup.dataOf(id)).toEqual({ n: 10 ** tenfold + 1 });
  });

  it('keeps plain changes of the same key before, between and after, through several conflicts', async () => {
    const setup = new Setup();
    const id = await setup.begin({ log: ['start'] });
    const session = await setup.request(id);
    const log = (entry: string): void => void (ownData(session)['log'] as string[]).push(entry);
    log('before');
    session.mutate('log', (list) => [...(list as string[]), 'first']);
    log('between');
    session.mutate('log', (list) => void (list as string[]).push('second'));
    log('after');
    for (const entry of ['one', 'two']) {
      await meanwhile(setup, id, (other) => (other.get('log') as string[]).push(entry));
    }
    let left = 2;
    setup.store.before = async ({ method }) => {
      if (method !== 'write' || left-- <= 0) return;
      const { before } = setup.store;
      setup.store.before = () => undefined;
      await meanwhile(setup, id, (other) => (other.get('log') as string[]).push(`late ${String(left)}`));
      setup.store.before = before;
    };
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({
      log: ['start', 'one', 'two', 'late 1', 'late 0', 'before', 'first', 'between', 'second', 'after'],
    });
    expect(setup.heard('overwritten')).toEqual([]);
  });

  it('yields to a plain value that is set after it, and tells that theirs was overwritten', async () => {
    const setup = new Setup();
    const id = await setup.begin({ n: 1 });
    const session = await setup.request(id);
    session.mutate('n', increment);
    session.set('n', 'mine');
    await meanwhile(setup, id, (other) => other.set('n', 50));
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ n: 'mine' });
    expect(setup.heard('overwritten')).toEqual([{ publicId: session.id, paths: ['n'] }]);
  });

  it('of a key that is deleted afterwards deletes', async () => {
    const setup = new Setup();
    const id = await setup.begin({ n: 1, kept: 1 });
    const session = await setup.request(id);
    session.mutate('n', increment);
    session.pop('n');
    await meanwhile(setup, id, (other) => other.set('other', 1));
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ kept: 1, other: 1 });
  });

  it('makes a key again that another request has deleted', async () => {
    const setup = new Setup();
    const id = await setup.begin({ n: 5, kept: 1 });
    const session = await setup.request(id);
    session.mutate('n', increment);
    await meanwhile(setup, id, (other) => other.pop('n'));
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ kept: 1, n: 1 });
  });

  it('is not run again once it is saved', async () => {
    const setup = new Setup();
    const id = await setup.begin({ n: 0 });
    const session = await setup.request(id);
    session.mutate('n', increment);
    await session.commit();
    await meanwhile(setup, id, (other) => other.set('n', 100));
    session.set('a', 1);
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ n: 100, a: 1 });
  });

  it('is not run again once others turn out to have stored the same', async () => {
    const setup = new Setup();
    const id = await setup.begin({ n: 9 });
    const session = await setup.request(id);
    const upToTen = (n: unknown): number => Math.min(10, (n as number) + 1);
    session.mutate('n', upToTen);
    await meanwhile(setup, id, (other) => other.mutate('n', upToTen));
    await session.commit();
    await meanwhile(setup, id, (other) => other.set('n', 0));
    session.set('a', 1);
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ n: 0, a: 1 });
  });

  it('that comes while a commit is under way is not lost, nor counted twice', async () => {
    const setup = new Setup();
    const id = await setup.begin({ n: 0, log: ['x'] });
    const session = await setup.request(id);
    const log = (entry: string): void => void (ownData(session)['log'] as string[]).push(entry);
    session.mutate('n', increment);
    log('plain');
    setup.store.before = ({ method }) => {
      if (method !== 'write') return;
      setup.store.before = () => undefined;
      session.mutate('n', increment);
      session.mutate('log', (list) => void (list as string[]).push('mutated'));
      log('late');
    };
    await session.commit();
    await meanwhile(setup, id, (other) => {
      other.mutate('n', (n) => (n as number) + 100);
      (other.get('log') as string[]).push('theirs');
    });
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ n: 102, log: ['x', 'plain', 'theirs', 'mutated', 'late'] });
  });

  it('throws what its function throws; what that changed in place counts as a plain change', async () => {
    const setup = new Setup();
    const id = await setup.begin({ list: [1] });
    const session = await setup.request(id);
    const error = new Error('stop');
    expect(() =>
      session.mutate('list', (list) => {
        (list as number[]).push(2);
        throw error;
      }),
    ).toThrow(error);
    await meanwhile(setup, id, (other) => (other.get('list') as number[]).push(3));
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ list: [1, 3, 2] });
  });

  it('whose function throws on the newer value fails the commit, and leaves the session as it was', async () => {
    const setup = new Setup();
    const id = await setup.begin({ list: ['x'], n: 1 });
    const session = await setup.request(id);
    (session.get('list') as string[]).push('mine');
    session.mutate('n', (n) => {
      if ((n as number) > 5) throw new RangeError('too many');
      return (n as number) + 1;
    });
    await meanwhile(setup, id, (other) => {
      (other.get('list') as string[]).push('theirs');
      other.set('n', 6);
    });
    expect(await errorOf(() => session.commit())).toEqual(new RangeError('too many'));
    expect(session.toJSON()).toEqual({ list: ['x', 'mine'], n: 2 });
    await meanwhile(setup, id, (other) => other.set('n', 3));
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ list: ['x', 'theirs', 'mine'], n: 4 });
  });

  it('refuses an asynchronous function, whose own failure then harms nobody', async () => {
    const session = new Setup().create({ n: 1 });
    const unhandled: unknown[] = [];
    const hear = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', hear);
    try {
      for (const fn of [() => Promise.reject(new Error('late')), () => ({ then: () => undefined })]) {
        expect(() => session.mutate('n', fn)).toThrow(/must not be asynchronous/);
      }
      await new Promise(setImmediate);
      await new Promise(setImmediate);
    } finally {
      process.off('unhandledRejection', hear);
    }
    expect(unhandled).toEqual([]);
    expect(session.toJSON()).toEqual({ n: 1 });
  });

  it('names the key of a value that cannot be stored, at once, and changes nothing', () => {
    const session = new Setup().create({ n: { a: 1 } });
    expect(() => session.mutate('n', () => ({ deep: [() => 1] }))).toThrow(/^session\.n\.deep\[0\] cannot be stored/);
    expect(session.toJSON()).toEqual({ n: { a: 1 } });
  });

  it.each(['msgpack', 'json'] as const)(
    'sees a value as it comes back, so that dates and instances do no harm (%s)',
    async (serializer) => {
      class Line {
        constructor(readonly sku: string) {}
        toJSON(): string {
          return this.sku;
        }
      }
      const setup = new Setup({ serializer });
      const id = await setup.begin({ lines: [] });
      const sessions = await times(5, () => setup.request(id));
      sessions.forEach((session, index) => {
        session.mutate('lines', (lines) => [...(lines as unknown[]), new Line(`sku ${String(index)}`), new Date(0)]);
      });
      for (const session of sessions) await session.commit();
      const lines = (await setup.dataOf(id))?.['lines'] as unknown[];
      expect(lines.filter((line) => typeof line === 'string' && line.startsWith('sku'))).toEqual(
        [0, 1, 2, 3, 4].map((n) => `sku ${String(n)}`),
      );
      expect(lines).toHaveLength(10);
      expect(setup.heard('overwritten')).toEqual([]);
    },
  );

  it('keeps a plain value before it through several conflicts, however a function changes it in place', async () => {
    const setup = new Setup();
    const id = await setup.begin({ other: 0 });
    const session = await setup.request(id);
    session.set('list', ['plain']);
    session.mutate('list', (list) => void (list as string[]).push('mutated'));
    let left = 3;
    setup.store.before = async ({ method }) => {
      if (method !== 'write' || left-- <= 0) return;
      const { before } = setup.store;
      setup.store.before = () => undefined;
      await meanwhile(setup, id, (other) => other.set('other', left));
      setup.store.before = before;
    };
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ other: 0, list: ['plain', 'mutated'] });
  });

  it('of a value that comes back in another form is no overwriting', async () => {
    const setup = new Setup({ serializer: 'json' });
    const id = await setup.begin({ d: 1 });
    const session = await setup.request(id);
    session.mutate('d', () => new Date(0));
    session.set('d', 'mine');
    await meanwhile(setup, id, (other) => other.set('other', 1));
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ d: 'mine', other: 1 });
    expect(setup.heard('overwritten')).toEqual([]);
  });

  it('keeps working after it was taken back by discard', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ n: 1 }));
    session.mutate('n', increment);
    setup.repository.discard(session);
    expect(session.get('n')).toBe(1);
    session.mutate('n', increment);
    await session.commit();
    expect(await setup.dataOf(idOf(session))).toEqual({ n: 2 });
  });
});
