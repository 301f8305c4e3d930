import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { SessionStoreUnavailableError, SessionTooLargeError } from '../../../lib/errors.js';
import { publicId } from '../../../lib/session/session-id.js';
import { stateOf, type SessionObject } from '../../../lib/session/session.js';
import { Checkpoint } from '../../support/checkpoint.js';
import { errorOf, HOUR, idOf, MINUTE, SECOND, Setup, times } from './setup.js';

// Many requests that write one session at the same time, in one process unless it is said otherwise.

const increment = (n: unknown): number => ((n as number | undefined) ?? 0) + 1;
const down = new SessionStoreUnavailableError('The store of this test is down.');

/** Holds the next call of a method; those after it go on. */
function holdNext(setup: Setup, held: 'write' | 'delete' | 'touch'): Checkpoint {
  const checkpoint = new Checkpoint();
  setup.store.before = async ({ method }) => {
    if (method !== held) return;
    setup.store.before = () => undefined;
    await checkpoint.pass();
  };
  return checkpoint;
}

/** As many requests that have read the session, and those of them that wait behind the write of one more. */
async function queued(
  setup: Setup,
  id: string,
  count: number,
): Promise<{ sessions: SessionObject[]; held: Checkpoint; first: Promise<void> }> {
  const sessions = await times(count, () => setup.request(id));
  const before = await setup.request(id);
  setup.store.forget();
  const held = holdNext(setup, 'write');
  const first = before.set('first', true).commit();
  await held.reached;
  return { sessions, held, first };
}

const writesOf = (setup: Setup): number => setup.store.methods.filter((method) => method === 'write').length;

describe('two hundred requests that each add a key', () => {
  it('cost at most thirty writes where a write takes 10 ms, and all keys are kept', async () => {
    const setup = new Setup({ storeTimeout: HOUR });
    const id = await setup.begin({ began: true });
    setup.store.before = async ({ method }) => {
      if (method === 'write') await setTimeout(10);
    };
    const sessions = await times(200, () => setup.request(id));
    await times(200, async (index) => {
      const session = sessions[index]!;
      session.mutate('n', increment);
      await session.set(`key${String(index)}`, index).commit();
    });
    expect(writesOf(setup)).toBeLessThanOrEqual(30);
    const data = await setup.dataOf(id);
    expect([Object.keys(data ?? {}).length, data?.['n']]).toEqual([202, 200]);
    expect(setup.heard('overwritten')).toEqual([]);
  });

  it('cost one write each and no conflict where one comes after the other, whatever they have read', async () => {
    const setup = new Setup();
    const id = await setup.begin({ began: true });
    const sessions = await times(200, () => setup.request(id));
    setup.store.forget();
    for (const [index, session] of sessions.entries()) await session.set(`key${String(index)}`, index).commit();
    expect(setup.store.methods).toEqual(sessions.map(() => 'write'));
    expect(Object.keys((await setup.dataOf(id)) ?? {})).toHaveLength(201);
  });

  it('are all kept over two processes, for at most three writes each', async () => {
    const setup = new Setup({ storeTimeout: HOUR });
    const id = await setup.begin({ began: true });
    setup.store.before = async ({ method }) => {
      if (method === 'write') await setTimeout(1);
    };
    await times(200, async (index) => {
      const session = await (index % 2 === 0 ? setup.request(id) : setup.requestElsewhere(id));
      session.mutate('n', increment);
      await session.set(`key${String(index)}`, index).commit();
    });
    expect(writesOf(setup)).toBeLessThanOrEqual(600);
    const data = await setup.dataOf(id);
    expect([Object.keys(data ?? {}).length, data?.['n']]).toEqual([202, 200]);
  });
});

describe('requests that wait for one write', () => {
  it('are saved together by the next one, as if one had come after the other', async () => {
    const setup = new Setup();
    const id = await setup.begin({ list: ['x'], shared: { a: 1 } });
    const { sessions, held, first } = await queued(setup, id, 5);
    const commits = sessions.map((session, index) => {
      (session.get('list') as string[]).push(`item ${String(index)}`);
      session.flash('info', String(index));
      session.set('last', index);
      return session.commit();
    });
    held.release();
    await Promise.all([first, ...commits]);
    expect(setup.store.methods).toEqual(['write', 'write']);
    const stored = await setup.request(id);
    expect(stored.toJSON()).toEqual({
      list: ['x', 'item 0', 'item 1', 'item 2', 'item 3', 'item 4'],
      shared: { a: 1 },
      first: true,
      last: 4,
    });
    expect(stored.flashes().map(({ message }) => message)).toEqual(['0', '1', '2', '3', '4']);
    expect(setup.heard('overwritten')).toEqual([1, 2, 3, 4].map(() => ({ publicId: publicId(id), paths: ['last'] })));
  });

  it('have what the others saved, as values of their own', async () => {
    const setup = new Setup();
    const id = await setup.begin({ mine: ['x'] });
    const { sessions, held, first } = await queued(setup, id, 2);
    const [one, two] = sessions as [SessionObject, SessionObject];
    const mine = one.get('mine') as string[];
    one.set('ones', { deep: [1] });
    two.set('twos', { deep: [2] });
    const commits = [one.commit(), two.commit()];
    held.release();
    await Promise.all([first, ...commits]);
    expect(one.toJSON()).toEqual({ mine: ['x'], first: true, ones: { deep: [1] }, twos: { deep: [2] } });
    (one.get('twos') as { deep: number[] }).deep.push(3);
    expect(two.get('twos')).toEqual({ deep: [2] });
    // What nobody else has changed is the object that it was, and what is done to it is still seen.
    mine.push('y');
    await one.commit();
    expect(await setup.dataOf(id)).toMatchObject({ mine: ['x', 'y'], twos: { deep: [2, 3] } });
  });

  it('keep what they change while they wait for the next commit, once', async () => {
    const setup = new Setup();
    const id = await setup.begin({ list: ['x'] });
    const { sessions, held, first } = await queued(setup, id, 3);
    const commits = sessions.map((session, index) => {
      session.mutate('n', increment);
      const commit = session.commit();
      session.mutate('n', increment);
      (session.get('list') as string[]).push(`late ${String(index)}`);
      return commit;
    });
    held.release();
    await Promise.all([first, ...commits]);
    expect(await setup.dataOf(id)).toEqual({ list: ['x'], first: true, n: 3 });
    for (const session of sessions) await session.commit();
    expect(await setup.dataOf(id)).toEqual({ list: ['x', 'late 0', 'late 1', 'late 2'], first: true, n: 6 });
  });

  it('that want the same as what was written meanwhile cost no write', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const { sessions, held, first } = await queued(setup, id, 5);
    const commits = sessions.map((session) => session.set('first', true).commit());
    held.release();
    await Promise.all([first, ...commits]);
    expect(setup.store.methods).toEqual(['write']);
  });

  it('refuse the one that makes the session too large, and save the others', async () => {
    const setup = new Setup({ maxSize: 600 });
    const id = await setup.begin({ a: 1 });
    const { sessions, held, first } = await queued(setup, id, 4);
    const sizes = [250, 400, 100, 100];
    const commits = sessions.map((session, index) =>
      session.set(`key${String(index)}`, 'x'.repeat(sizes[index] ?? 0)).commit(),
    );
    held.release();
    await first;
    const answers = await Promise.allSettled(commits);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(await errorOf(() => commits[1])).toBeInstanceOf(SessionTooLargeError);
    expect(Object.keys((await setup.dataOf(id)) ?? {})).toEqual(['a', 'first', 'key0', 'key2', 'key3']);
  });

  it('fail alone for a function that throws on the newer value, also where a session elsewhere made it do so', async () => {
    const setup = new Setup();
    const id = await setup.begin({ n: 1 });
    const { sessions, held, first } = await queued(setup, id, 3);
    const upTo = (limit: number) => (n: unknown) => {
      if ((n as number) >= limit) throw new RangeError('too many');
      return (n as number) + 1;
    };
    const commits = sessions.map((session, index) => {
      session.mutate('n', upTo(index === 1 ? 2 : 10));
      return session.set(`key${String(index)}`, index).commit();
    });
    held.release();
    await first;
    const answers = await Promise.allSettled(commits);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await setup.dataOf(id)).toEqual({ n: 3, first: true, key0: 0, key2: 2 });

    // It is as it was, and is saved when the value allows it again, which this process has not seen yet.
    await (await setup.requestElsewhere(id)).set('n', 0).commit();
    await sessions[1]?.commit();
    expect(await setup.dataOf(id)).toEqual({ n: 1, first: true, key0: 0, key1: 1, key2: 2 });
  });

  it.each([
    ['before it arrives', 'before'],
    ['and its answer is lost', 'after'],
  ] as const)('fail together where their write fails %s, and are saved once when they try again', async (_, fault) => {
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
    ]) {
      const setup = new Setup();
      const id = await setup.begin({ list: ['x'] });
      const { sessions, held, first } = await queued(setup, id, 3);
      const commits = sessions.map((session, index) => {
        session.mutate('n', increment);
        (session.get('list') as string[]).push(`item ${String(index)}`);
        return session.commit();
      });
      setup.store[fault] = ({ number }) => {
        if (number !== 2) return;
        setup.store.forget();
        throw down;
      };
      held.release();
      await first;
      const answers = await Promise.allSettled(commits);
      expect(answers.map((answer) => answer.status === 'rejected' && (answer.reason as unknown))).toEqual([
        down,
        down,
        down,
      ]);
      for (const index of order) {
        // Each writes on top of what the one before has written: nobody finds the bytes of the group any more.
        await sessions[index]?.set(`again${String(index)}`, true).commit();
      }
      const data = await setup.dataOf(id);
      expect(data).toMatchObject({ n: 3, first: true, again0: true, again1: true, again2: true });
      expect([...(data?.['list'] as string[])].sort()).toEqual(['item 0', 'item 1', 'item 2', 'x']);
      expect(setup.heard('overwritten')).toEqual([]);
    }
  });

  it('are refused together after too many conflicts, and lose nothing', async () => {
    const setup = new Setup({ maxRetries: 2 });
    const id = await setup.begin({ n: 0 });
    const { sessions, held, first } = await queued(setup, id, 3);
    let others = 0;
    const commits = sessions.map((session, index) => session.set(`key${String(index)}`, index).commit());
    setup.store.before = async ({ method }) => {
      if (method !== 'write') return;
      const { before } = setup.store;
      setup.store.before = () => undefined;
      await (await setup.requestElsewhere(id)).set('n', ++others).commit();
      setup.store.before = before;
    };
    held.release();
    await first;
    const answers = await Promise.allSettled(commits);
    expect(answers.map((answer) => answer.status === 'rejected' && (answer.reason as Error).message)).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/3 times.*SESSION_MAX_RETRIES/)),
    );
    setup.store.forget();
    for (const session of sessions) await session.commit();
    expect(await setup.dataOf(id)).toEqual({ n: 3, first: true, key0: 0, key1: 1, key2: 2 });
  });

  it('that refresh a login at the same time write once', async () => {
    const setup = new Setup();
    const issuedAt = setup.time;
    const id = await setup.begin({ a: 1 }, 'ann');
    setup.time += 4 * MINUTE;
    const sessions = await times(20, () => setup.request(id, issuedAt));
    setup.store.forget();
    await Promise.all(sessions.map((session) => session.commit()));
    expect(setup.store.methods).toEqual(['write']);
    expect(sessions.map((session) => stateOf(session).issuedAt)).toEqual(sessions.map(() => setup.time));
  });
});

describe('what is no commit keeps its place among them:', () => {
  it('a regenerate takes along what was saved before it, and what comes after it is too late', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const { sessions, held, first } = await queued(setup, id, 3);
    const [before, moving, after] = sessions as [SessionObject, SessionObject, SessionObject];
    const all = [before.set('before', 1).commit(), moving.regenerate(), after.set('after', 1).commit()];
    held.release();
    await Promise.all([first, ...all]);
    expect(await setup.dataOf(idOf(moving))).toEqual({ a: 1, first: true, before: 1 });
    expect([await setup.find(id), stateOf(after).end]).toEqual([null, 'gone']);
    expect(setup.heard('lateWrite')).toEqual([{ publicId: publicId(id) }]);
  });

  it('a login likewise', async () => {
    const setup = new Setup();
    const id = await setup.begin({ cart: [] });
    const { sessions, held, first } = await queued(setup, id, 3);
    const [before, moving, after] = sessions as [SessionObject, SessionObject, SessionObject];
    const all = [
      before.set('before', 1).commit(),
      setup.repository.login(moving, { userId: 'ann', at: setup.time }),
      after.set('after', 1).commit(),
    ];
    held.release();
    await Promise.all([first, ...all]);
    const stored = await setup.request(idOf(moving));
    expect([stored.toJSON(), stateOf(stored).auth?.userId]).toEqual([{ cart: [], first: true, before: 1 }, 'ann']);
    expect(stateOf(after).end).toBe('gone');
  });

  it('a destroy ends what was saved before it, and what comes after it is too late', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 }, 'ann');
    const { sessions, held, first } = await queued(setup, id, 3);
    const [before, leaving, after] = sessions as [SessionObject, SessionObject, SessionObject];
    const all = [before.set('before', 1).commit(), leaving.destroy(), after.set('after', 1).commit()];
    held.release();
    await Promise.all([first, ...all]);
    expect([stateOf(before).end, stateOf(leaving).end, stateOf(after).end]).toEqual([null, 'ended', 'gone']);
    expect(await setup.keys()).toEqual([]);
    expect(setup.store.methods).toEqual(['write', 'write', 'delete', 'write']);
  });

  it('a touch comes after the write before it', async () => {
    const setup = new Setup();
    const issuedAt = setup.time;
    const id = await setup.begin({ a: 1 });
    setup.time += 4 * MINUTE;
    const refreshing = await setup.request(id, issuedAt);
    const { held, first } = await queued(setup, id, 0);
    const touched = refreshing.commit();
    expect(setup.store.methods).toEqual(['write']);
    held.release();
    await Promise.all([first, touched]);
    expect(setup.store.methods).toEqual(['write', 'touch']);
  });

  it('a periodic rotation happens once, and all who are due follow it together', async () => {
    const setup = new Setup({ rotateEvery: 10 * MINUTE, rotateGrace: 30 * SECOND });
    const id = await setup.begin({ a: 1 });
    setup.time += 10 * MINUTE;
    const sessions = await times(50, () => setup.request(id));
    setup.store.forget();
    setup.store.before = () => new Promise(setImmediate);
    await Promise.all(sessions.map((session, index) => session.set(`key${String(index)}`, index).commit()));
    expect(new Set(sessions.map(idOf)).size).toBe(1);
    expect(Object.keys((await setup.dataOf(id)) ?? {})).toHaveLength(51);
    expect(setup.heard('rotated')).toHaveLength(1);
    expect(writesOf(setup)).toBeLessThanOrEqual(10);
  });

  it('commits that wait behind a rotation are saved where it has led', async () => {
    const setup = new Setup({ rotateEvery: 10 * MINUTE, rotateGrace: 30 * SECOND });
    const id = await setup.begin({ a: 1 });
    setup.time += 10 * MINUTE;
    const sessions = await times(4, () => setup.request(id));
    const [rotating, ...others] = sessions as [SessionObject, ...SessionObject[]];
    for (const session of others) stateOf(session).deliver();
    const held = holdNext(setup, 'write');
    const commits = [
      rotating.commit(),
      ...others.map((session, index) => session.set(`key${String(index)}`, 1).commit()),
    ];
    held.release();
    await Promise.all(commits);
    expect(await setup.dataOf(idOf(rotating))).toEqual({ a: 1, key0: 1, key1: 1, key2: 1 });
  });
});

describe('where a write is stuck', () => {
  it('a logout waits no longer than a call of the store may take, and ends the session', async () => {
    const setup = new Setup({ storeTimeout: 20 });
    const id = await setup.begin({ a: 1 }, 'ann');
    const { sessions, held, first } = await queued(setup, id, 2);
    const [leaving, saving] = sessions as [SessionObject, SessionObject];
    const saved = saving.set('b', 1).commit();
    await leaving.destroy();
    expect([stateOf(leaving).end, await setup.find(id)]).toEqual(['ended', null]);
    await saved;
    held.release();
    await first;
    expect(await setup.keys()).toEqual([]);
  });

  it('a request that asks for its session from within the store goes on as well', async () => {
    const setup = new Setup({ storeTimeout: 20 });
    const id = await setup.begin({ a: 1 });
    const [session, other] = [await setup.request(id), await setup.request(id)];
    setup.store.before = async () => {
      setup.store.before = () => undefined;
      await other.set('inner', true).commit();
    };
    await session.set('outer', true).commit();
    expect(await setup.dataOf(id)).toEqual({ a: 1, inner: true, outer: true });
  });
});
