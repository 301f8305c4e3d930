import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SessionStoreUnavailableError } from '../../../lib/errors.js';
import { stateOf, type SessionObject } from '../../../lib/session/session.js';
import { errorOf, idOf, MINUTE, Setup } from './setup.js';

const rotateEvery = 10 * MINUTE;
const down = new SessionStoreUnavailableError('The store of this test is down.');

/** Before the store hears of a call, or after it has done its part and only the answer is lost. */
type Fault = 'before' | 'after';

interface Operation {
  readonly name: string;
  readonly rotates?: boolean;
  /** What another request does before the operation. */
  readonly others?: (setup: Setup, id: string) => Promise<unknown>;
  readonly change?: (session: SessionObject) => unknown;
  readonly run: (setup: Setup, session: SessionObject) => Promise<unknown>;
}

interface Data {
  list: string[];
  n: number;
}

const dataOf = (session: SessionObject): Data => session.toJSON() as unknown as Data;

function changeBy(who: string, n: number): (session: SessionObject) => void {
  return (session) => {
    dataOf(session).list.push(who);
    session.mutate('n', (was) => (was as number) + n);
  };
}

const mine = changeBy('mine', 1);

async function theirs(setup: Setup, id: string): Promise<void> {
  const other = await setup.requestElsewhere(id);
  changeBy('theirs', 100)(other);
  await other.commit();
}

const commit: Operation['run'] = (setup, session) => setup.repository.commit(session) ?? Promise.resolve();
const regenerate: Operation['run'] = (_, session) => session.regenerate();
const login: Operation['run'] = (setup, session) => setup.repository.login(session, { userId: 'ann', at: setup.time });

const operations: Operation[] = [
  { name: 'a save', change: mine, run: commit },
  { name: 'a save after a conflict', change: mine, others: theirs, run: commit },
  { name: 'a refresh', run: commit },
  { name: 'regenerate', change: mine, run: regenerate },
  { name: 'regenerate after a conflict', change: mine, others: theirs, run: regenerate },
  { name: 'a login', change: mine, run: login },
  { name: 'a login after a conflict', change: mine, others: theirs, run: login },
  { name: 'a periodic rotation', rotates: true, change: mine, run: commit },
  {
    name: 'a periodic rotation after a conflict',
    rotates: true,
    change: mine,
    others: (setup, id) => saveOnly(setup, id),
    run: commit,
  },
  { name: 'a periodic rotation that another one preceded', rotates: true, change: mine, others: theirs, run: commit },
];

/** Saves without rotating, as a request does whose headers are out. */
async function saveOnly(setup: Setup, id: string): Promise<void> {
  const other = await setup.requestElsewhere(id);
  stateOf(other).deliver();
  changeBy('theirs', 100)(other);
  await other.commit();
}

function failAt(setup: Setup, number: number, fault: Fault): void {
  setup.store.forget();
  setup.store[fault] = (call) => {
    if (call.number === number) throw down;
  };
}

async function begin(operation: Operation): Promise<{ setup: Setup; id: string; session: SessionObject }> {
  const setup = new Setup({ rotateEvery: operation.rotates ? rotateEvery : null });
  const id = await setup.begin({ list: ['x'], n: 0 });
  const issuedAt = setup.time;
  setup.time += rotateEvery;
  const session = await setup.request(id, issuedAt);
  operation.change?.(session);
  await operation.others?.(setup, id);
  return { setup, id, session };
}

async function callsOf(operation: Operation): Promise<number> {
  const { setup, session } = await begin(operation);
  setup.store.forget();
  await operation.run(setup, session);
  return setup.store.calls.length;
}

const unhandled: unknown[] = [];
const hear = (error: unknown): void => void unhandled.push(error);

beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', hear);
});

afterEach(async () => {
  await new Promise(setImmediate);
  process.off('unhandledRejection', hear);
  expect(unhandled).toEqual([]);
});

const list = (operation: Operation, ...more: string[]): string[] => [
  'x',
  ...(operation.others ? ['theirs'] : []),
  ...(operation.change ? ['mine'] : []),
  ...more,
];
const count = (operation: Operation): number => (operation.others ? 100 : 0) + (operation.change ? 1 : 0);

describe.each<[Fault, string]>([
  ['before', 'the store fails'],
  ['after', 'an answer of the store is lost'],
])('where (%s the call) %s', (fault) => {
  it.each(operations)(
    '$name, at whichever call, fails with it, and saves all of it exactly once when the store is back',
    async (operation) => {
      const calls = await callsOf(operation);
      expect(calls).toBeGreaterThan(0);
      for (let number = 1; number <= calls; number++) {
        const { setup, id, session } = await begin(operation);
        failAt(setup, number, fault);
        const at = `call ${String(number)} of ${String(calls)}`;
        expect([at, await errorOf(() => operation.run(setup, session))]).toEqual([at, down]);
        setup.store.forget();

        // What the old cookie leads to is the session before or after, never half of either, and never a login that failed.
        const seen = await setup.find(id);
        if (seen !== null) {
          const { n } = dataOf(seen);
          expect([at, [0, 1, 100, 101]]).toEqual([at, expect.arrayContaining([n])]);
          expect([at, dataOf(seen).list.includes('mine')]).toEqual([at, n % 100 === 1]);
          expect([at, dataOf(seen).list.includes('theirs')]).toEqual([at, n >= 100]);
        }
        expect([at, seen && stateOf(seen).auth]).toEqual([at, null]);
        expect([at, stateOf(session).auth]).toEqual([at, null]);

        // The request goes on, as the response gate does.
        dataOf(session).list.push('later');
        await session.commit();
        if (stateOf(session).end === 'gone') {
          expect([at, await setup.find(id)]).toEqual([at, null]);
          continue;
        }
        const stored = await setup.request(idOf(session));
        expect([at, stored.toJSON()]).toEqual([at, { list: list(operation, 'later'), n: count(operation) }]);
        expect([at, stateOf(stored).auth, setup.heard('lateWrite')]).toEqual([at, null, []]);
        if (operation.rotates) expect([at, await setup.dataOf(id)]).toEqual([at, stored.toJSON()]);
      }
    },
  );

  it.each(operations.filter(({ run }) => run !== commit))(
    '$name can be tried again in the same request',
    async (operation) => {
      const calls = await callsOf(operation);
      for (let number = 1; number <= calls; number++) {
        const { setup, id, session } = await begin(operation);
        failAt(setup, number, fault);
        await errorOf(() => operation.run(setup, session));
        setup.store.forget();
        await operation.run(setup, session);
        if (stateOf(session).end === 'gone') continue;
        expect(await setup.find(id)).toBeNull();
        const stored = await setup.request(idOf(session));
        expect(stateOf(stored).auth?.userId).toBe(operation.run === login ? 'ann' : undefined);
        if (stored.has('list')) expect(stored.toJSON()).toEqual({ list: list(operation), n: count(operation) });
      }
    },
  );

  it('a new session is stored once, under an id that the client gets', async () => {
    const setup = new Setup();
    const session = setup.create({ list: ['x'] });
    failAt(setup, 1, fault);
    expect(await errorOf(() => session.commit())).toBe(down);
    expect(session.isNew).toBe(true);
    setup.store.forget();
    (session.get('list') as string[]).push('later');
    await session.commit();
    expect(await setup.dataOf(idOf(session))).toEqual({ list: ['x', 'later'] });
    expect(await setup.keys()).toHaveLength(1);
  });

  it('the login of a new session leaves no login behind', async () => {
    const setup = new Setup();
    const session = setup.create({ a: 1 });
    failAt(setup, 1, fault);
    expect(await errorOf(() => login(setup, session))).toBe(down);
    setup.store.forget();
    await session.commit();
    expect(stateOf(await setup.request(idOf(session))).auth).toBeNull();
    expect(await setup.keys()).toHaveLength(1);
  });

  it('the login of a session that was ended meanwhile leaves neither the old login nor the new one', async () => {
    for (let number = 1; number <= 4; number++) {
      const setup = new Setup();
      const id = await setup.begin({ secret: 1 }, 'eve');
      const [session, other] = [await setup.request(id), await setup.request(id)];
      await other.destroy();
      failAt(setup, number, fault);
      expect(await errorOf(() => login(setup, session))).toBe(down);
      setup.store.forget();
      session.set('after', 1);
      await session.commit();
      expect(stateOf(session).auth === null || stateOf(session).end === 'gone').toBe(true);
      expect(await setup.find(id)).toBeNull();
      if (stateOf(session).end === 'gone') continue;
      const stored = await setup.request(idOf(session));
      expect([stored.toJSON(), stateOf(stored).auth]).toEqual([{ after: 1 }, null]);
    }
  });

  it('the removal of an emptied session fails with it, and can be tried again', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    session.clear();
    failAt(setup, 1, fault);
    expect(await errorOf(() => session.commit())).toBe(down);
    setup.store.forget();
    await session.commit();
    expect(await setup.keys()).toEqual([]);
  });

  it.each([
    ['', null],
    [' after a rotation elsewhere', rotateEvery],
  ])('destroy%s, at whichever call, leaves the session whole, and can be tried again', async (_, every) => {
    const start = async (): Promise<{ setup: Setup; id: string; session: SessionObject }> => {
      const setup = new Setup({ rotateEvery: every });
      const id = await setup.begin({ a: 1 }, 'ann');
      const session = await setup.request(id);
      setup.time += rotateEvery;
      await (await setup.requestElsewhere(id)).set('b', 1).commit();
      return { setup, id, session };
    };
    const dry = await start();
    dry.setup.store.forget();
    await dry.session.destroy();
    const calls = dry.setup.store.calls.length;
    expect(calls).toBe(every === null ? 2 : 4);
    for (let number = 1; number <= calls; number++) {
      const { setup, id, session } = await start();
      failAt(setup, number, fault);
      expect(await errorOf(() => session.destroy())).toBe(down);
      setup.store.forget();
      expect([session.toJSON(), stateOf(session).auth?.userId, stateOf(session).end]).toEqual([{ a: 1 }, 'ann', null]);
      await session.destroy();
      expect(await setup.find(id)).toBeNull();
      expect(await setup.keys()).toEqual([]);
      expect(session.toJSON()).toEqual({});
    }
  });

  it('reading a session fails with it: that is no unknown session', async () => {
    const setup = new Setup({ rotateEvery });
    const id = await setup.begin({ a: 1 });
    setup.time += rotateEvery;
    await (await setup.request(id)).commit();
    for (const number of [1, 2]) {
      failAt(setup, number, fault);
      expect(await errorOf(() => setup.find(id))).toBe(down);
    }
    expect(await setup.dataOf(id)).toEqual({ a: 1 });
  });

  it('reload fails with it, and keeps what was changed', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    session.set('a', 2);
    failAt(setup, 1, fault);
    expect(await errorOf(() => setup.repository.reload(session))).toBe(down);
    setup.store.forget();
    await session.commit();
    expect(await setup.dataOf(idOf(session))).toEqual({ a: 2 });
  });
});
