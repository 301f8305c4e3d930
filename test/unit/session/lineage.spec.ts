import { describe, expect, it } from '@jest/globals';
import { stateOf, type SessionObject } from '../../../lib/session/session.js';
import { collect, idOf, MINUTE, SECOND, Setup } from './setup.js';

const rotateEvery = 10 * MINUTE;
const grace = 30 * SECOND;

type Move = (setup: Setup, session: SessionObject) => Promise<unknown>;

const confirm: Move = (setup, session) =>
  setup.repository.confirm(session, { ...stateOf(session).auth!, at: setup.time, factors: { pwd: setup.time } });
const login =
  (userId: string): Move =>
  (setup, session) =>
    setup.repository.login(session, { userId, at: setup.time });

/** What gives a session a new id and leaves it the same login. */
const moves: [string, Move][] = [
  ['regenerate()', (_, session) => session.regenerate()],
  ['confirm()', confirm],
  [
    'a periodic rotation',
    async (setup, session) => {
      setup.time += rotateEvery;
      await session.commit();
    },
  ],
];

function lineagesOf(setup: Setup, userId = 'ann'): Promise<string[]> {
  return setup.repository.owned.list(userId).then((sessions) => sessions.map(({ lineage }) => lineage));
}

async function storedAuth(setup: Setup, session: SessionObject): Promise<unknown> {
  const found = await setup.memory.read(stateOf(session).stored!.key);
  return (setup.codec.decode(found!.bytes) as { auth: unknown }).auth;
}

describe('the lineage of a login', () => {
  it.each(moves)('is kept by %s, however often', async (_, move) => {
    const setup = new Setup({ rotateEvery });
    const session = await setup.request(await setup.begin({}, 'ann'));
    const begun = session.id;
    for (let round = 0; round < 3; round++) {
      await move(setup, session);
      expect(session.id).not.toBe(begun);
      expect(await lineagesOf(setup)).toEqual([begun]);
    }
  });

  it('is not written down where it is the public id of the record itself', async () => {
    const setup = new Setup({ rotateEvery });
    const session = await setup.request(await setup.begin({}, 'ann'));
    expect(await storedAuth(setup, session)).not.toHaveProperty('lineage');
    const begun = session.id;
    await session.regenerate();
    expect(await storedAuth(setup, session)).toMatchObject({ lineage: begun });
    expect(setup.repository.commit(await setup.request(idOf(session)))).toBeUndefined();
  });

  it.each(moves)('stays where it was when %s fails, and nothing is written for it later', async (_, move) => {
    const setup = new Setup({ rotateEvery });
    const session = await setup.request(await setup.begin({ a: 1 }, 'ann'));
    setup.store.before = ({ method }) => {
      if (method === 'write') throw new Error('The store is away.');
    };
    await expect(move(setup, session)).rejects.toThrow('away');
    setup.store.forget();
    expect(stateOf(session).auth).not.toHaveProperty('lineage');
    expect(await lineagesOf(setup)).toEqual([session.id]);
  });

  it('outlives a rotation that has arrived although it failed', async () => {
    const setup = new Setup({ rotateEvery });
    const session = await setup.request(await setup.begin({ a: 1 }, 'ann'));
    const begun = session.id;
    setup.time += rotateEvery;
    let writes = 0;
    setup.store.after = ({ method }) => {
      if (method === 'write' && ++writes === 2) throw new Error('The answer was lost.');
    };
    await expect(session.commit()).rejects.toThrow('lost');
    setup.store.forget();
    await session.set('b', 2).commit();
    expect(await lineagesOf(setup)).toEqual([begun]);
    expect(await setup.dataOf(idOf(session))).toEqual({ a: 1, b: 2 });
  });

  it.each(moves)('is kept by %s that meets a change of a parallel request', async (_, move) => {
    const setup = new Setup({ rotateEvery });
    const id = await setup.begin({}, 'ann');
    const [session, other] = [await setup.request(id), await setup.request(id)];
    const begun = session.id;
    setup.store.forget();
    setup.store.before = async ({ number }) => {
      if (number === 2) await other.set('theirs', true).commit();
    };
    await move(setup, session);
    expect([await lineagesOf(setup), await setup.dataOf(idOf(session))]).toEqual([[begun], { theirs: true }]);
  });

  it('is kept by a confirmation that meets a periodic rotation', async () => {
    const setup = new Setup({ rotateEvery });
    const id = await setup.begin({}, 'ann');
    setup.time += rotateEvery;
    const [session, other] = [await setup.request(id), await setup.request(id)];
    const begun = session.id;
    setup.store.forget();
    setup.store.before = async ({ number }) => {
      if (number === 1) await other.commit();
    };
    await confirm(setup, session);
    expect(await lineagesOf(setup)).toEqual([begun]);
  });

  it('begins anew with another login, also of the same user', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({}, 'ann'));
    await session.regenerate();
    await login('ann')(setup, session);
    expect(await lineagesOf(setup)).toEqual([session.id]);
    await login('eve')(setup, session);
    expect([await lineagesOf(setup), await lineagesOf(setup, 'eve')]).toEqual([[], [session.id]]);
  });

  it('is none of an anonymous session, and none of it comes into the login', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    await session.regenerate();
    await login('ann')(setup, session);
    expect(await lineagesOf(setup)).toEqual([session.id]);
  });
});

describe('ending a login by its lineage', () => {
  const end = (setup: Setup, lineage: string): Promise<number> =>
    setup.repository.owned.end('ann', { lineages: [lineage] });

  it.each(moves)('finds it after %s', async (_, move) => {
    const setup = new Setup({ rotateEvery });
    const session = await setup.request(await setup.begin({}, 'ann'));
    await setup.begin({}, 'ann');
    const begun = session.id;
    await move(setup, session);
    setup.events.length = 0;
    expect(await end(setup, begun)).toBe(1);
    expect(await setup.find(idOf(session))).toBeNull();
    expect(await lineagesOf(setup)).toHaveLength(1);
    expect(setup.heard('destroyed')).toEqual([{ publicId: session.id }]);
  });

  // At every call of the store that it makes, the session is moved by another request, as often as that can move it.
  for (const [name, move] of moves) {
    it(`holds at whichever step ${name} comes between`, async () => {
      for (let step = 1, isLast = false; !isLast; step++) {
        const setup = new Setup({ rotateEvery, idleTimeout: null, absoluteTimeout: null });
        const id = await setup.begin({}, 'ann');
        const session = await setup.request(id);
        const begun = session.id;
        let isMoving = false;
        setup.store.forget();
        setup.store.before = async ({ number }) => {
          if (isMoving || number !== step) return;
          isMoving = true;
          await move(setup, session).catch(() => undefined);
        };
        const ended = await end(setup, begun);
        isLast = !isMoving;
        setup.store.forget();
        expect([step, await lineagesOf(setup), await setup.find(id)]).toEqual([step, [], null]);
        expect([step, ended]).toEqual([step, 1]);
      }
    });

    it(`holds at whichever step of ${name} it comes`, async () => {
      for (let step = 1, isLast = false; !isLast; step++) {
        const setup = new Setup({ rotateEvery, idleTimeout: null, absoluteTimeout: null });
        const id = await setup.begin({}, 'ann');
        const session = await setup.request(id);
        const begun = session.id;
        const ended: number[] = [];
        setup.store.forget();
        setup.store.before = async ({ number }) => {
          if (number !== step) return;
          setup.store.before = () => undefined;
          ended.push(await end(setup, begun));
        };
        await move(setup, session).catch(() => undefined);
        isLast = ended.length === 0;
        setup.store.forget();
        if (isLast) continue;
        expect([step, ended, await lineagesOf(setup)]).toEqual([step, [1], []]);
        expect([await setup.find(id), stateOf(session).end]).toEqual([null, 'gone']);
      }
    });
  }

  it('ends it against what others write to it all the time', async () => {
    const setup = new Setup();
    const id = await setup.begin({}, 'ann');
    const begun = (await setup.request(id)).id;
    let writes = 0;
    setup.store.before = async ({ method, key }) => {
      if (method !== 'delete' || !/^session:[\w-]{43}$/.test(key) || writes >= 20) return;
      writes++;
      await (await setup.request(id)).set(`key${String(writes)}`, 1).commit();
    };
    expect(await end(setup, begun)).toBe(1);
    expect([writes, await setup.find(id)]).toEqual([20, null]);
  });

  it('is an error, and no success, where it cannot be ended', async () => {
    const setup = new Setup();
    const id = await setup.begin({}, 'ann');
    const begun = (await setup.request(id)).id;
    setup.store.before = async ({ method, key }) => {
      if (method === 'delete' && /^session:[\w-]{43}$/.test(key)) {
        await (await setup.request(id)).set('n', Math.random()).commit();
      }
    };
    await expect(end(setup, begun)).rejects.toThrow('some are left');
    setup.store.forget();
    expect(await lineagesOf(setup)).toEqual([begun]);
  });

  it("marks nothing of another user's", async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({}, 'ann'));
    expect(await setup.repository.owned.end('eve', { lineages: [session.id] })).toBe(0);
    await session.regenerate();
    expect(stateOf(session).end).toBeNull();
  });

  it('ends every session of a remembered login, and leaves those that its caller ends', async () => {
    const setup = new Setup();
    const sessions = [];
    for (const family of ['one', 'one', 'other', undefined]) {
      const session = setup.create();
      await setup.repository.login(session, { userId: 'ann', at: setup.time, ...(family && { family }) });
      sessions.push(session);
    }
    const [kept] = sessions;
    expect(await setup.repository.owned.end('ann', { families: ['one'] }, ({ lineage }) => lineage === kept!.id)).toBe(
      1,
    );
    const left = await Promise.all(sessions.map((session) => setup.find(idOf(session))));
    expect(left.map((session) => session !== null)).toEqual([true, false, true, true]);
  });
});

describe('a logout that has read the session before', () => {
  const moved: [string, Move][] = moves.slice(0, 2);

  it.each(moved)('%s of a parallel request ends it under its new id, and says so', async (_, move) => {
    for (const often of [1, 2, 3]) {
      const setup = new Setup();
      const id = await setup.begin({ a: 1 }, 'ann');
      const [session, leaving] = [await setup.request(id), await setup.request(id)];
      for (let round = 0; round < often; round++) await move(setup, session);
      expect(await setup.repository.destroy(leaving)).toBe(true);
      expect([await setup.find(idOf(session)), stateOf(leaving).end]).toEqual([null, 'ended']);
      expect(setup.heard('destroyed')).toHaveLength(1);
    }
  });

  it.each(moved)('ends it at whichever step of %s it comes, and the other way round', async (_, move) => {
    for (const isInner of [true, false]) {
      for (let step = 1, isLast = false; !isLast; step++) {
        const setup = new Setup();
        const id = await setup.begin({ a: 1 }, 'ann');
        const [session, leaving] = [await setup.request(id), await setup.request(id)];
        let ended: boolean | null = null;
        const leave = async (): Promise<void> => void (ended = await setup.repository.destroy(leaving));
        const go = (): Promise<unknown> => move(setup, session).catch(() => undefined);
        const met: number[] = [];
        setup.store.forget();
        setup.store.before = async ({ number }) => {
          if (number !== step || met.length > 0) return;
          met.push(step);
          await (isInner ? leave() : go());
        };
        await (isInner ? go() : leave());
        isLast = met.length === 0;
        setup.store.forget();
        if (isLast) continue;
        expect([step, ended, await lineagesOf(setup)]).toEqual([step, true, []]);
        expect(await setup.find(idOf(session))).toBeNull();
      }
    }
  });

  it('ends the one that has held of several confirmations at once', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 }, 'ann');
    const leaving = await setup.request(id);
    const sessions = await Promise.all(Array.from({ length: 10 }, () => setup.request(id)));
    const done = await Promise.allSettled(sessions.map((session) => confirm(setup, session)));
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await setup.repository.destroy(leaving)).toBe(true);
    expect(await lineagesOf(setup)).toEqual([]);
  });

  it.each(moved)('follows %s for the grace time and no longer, and nobody who reads follows it', async (_, move) => {
    for (const isLate of [false, true]) {
      const setup = new Setup({ rotateGrace: grace });
      const id = await setup.begin({ a: 1 }, 'ann');
      const [session, leaving] = [await setup.request(id), await setup.request(id)];
      await move(setup, session);
      expect([await setup.find(id), await setup.repository.reload(leaving)]).toEqual([null, false]);
      setup.time += grace - 1 + Number(isLate);
      expect(await setup.repository.destroy(leaving)).toBe(!isLate);
      expect((await setup.find(idOf(session))) !== null).toBe(isLate);
    }
  });

  it.each<[string, Move]>([
    ['login', login('ann')],
    [
      'regenerate(), and no login after it',
      async (setup, session) => {
        await session.regenerate();
        await login('ann')(setup, session);
      },
    ],
  ])('as an anonymous one ends no %s', async (_, move) => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const [session, leaving] = [await setup.request(id), await setup.request(id)];
    await move(setup, session);
    expect((await collect(setup.memory.keys())).filter((key) => key.includes('moved'))).toEqual([]);
    expect(await setup.repository.destroy(leaving)).toBe(false);
    expect(await lineagesOf(setup)).toEqual([session.id]);
  });

  it('is not led to the login of another user that came after a confirmation', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 }, 'ann');
    const [session, leaving] = [await setup.request(id), await setup.request(id)];
    await confirm(setup, session);
    await login('eve')(setup, session);
    expect(await setup.repository.destroy(leaving)).toBe(false);
    expect(await lineagesOf(setup, 'eve')).toEqual([session.id]);
  });

  it('leaves nothing in the store that names an id', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 }, 'ann');
    const session = await setup.request(id);
    await session.regenerate();
    for (const key of await collect(setup.memory.keys())) {
      const text = `${key}\n${Buffer.from((await setup.memory.read(key))!.bytes).toString('latin1')}`;
      expect(text).not.toContain(id);
      expect(text).not.toContain(idOf(session));
    }
  });
});
