import { describe, expect, it } from '@jest/globals';
import { SessionGoneError, SessionStoreUnavailableError } from '../../../lib/errors.js';
import { newSessionId, publicId } from '../../../lib/session/session-id.js';
import { stateOf, type SessionObject } from '../../../lib/session/session.js';
import { errorOf, idOf, MINUTE, SECOND, Setup, times } from './setup.js';

const login = (setup: Setup, session: SessionObject, id?: string, userId: string | number = 'ann'): Promise<void> =>
  setup.repository.login(session, { userId, at: setup.time }, id);

describe('a login under an id that several requests agreed on', () => {
  it.each(['new sessions', 'one stored session'])(
    'is one login, and every request is in its session: %s',
    async (kind) => {
      const setup = new Setup();
      const id = newSessionId(32);
      const former = kind === 'one stored session' ? await setup.begin({ cart: ['tea'] }) : null;
      const sessions = await times(20, async (index) => {
        const session = former === null ? setup.create() : await setup.request(former);
        return session.set(`key${String(index)}`, true);
      });
      await Promise.all(sessions.map((session) => login(setup, session, id)));
      await Promise.all(sessions.map((session) => session.commit()));

      expect(new Set(sessions.map(idOf))).toEqual(new Set([id]));
      expect(sessions.map((session) => stateOf(session).auth?.userId)).toEqual(Array.from({ length: 20 }, () => 'ann'));
      const data = await setup.dataOf(id);
      expect(Object.keys(data ?? {}).filter((key) => key.startsWith('key'))).toHaveLength(20);
      if (former !== null) {
        expect(data).toMatchObject({ cart: ['tea'] });
        expect(await setup.find(former)).toBeNull();
      }
      expect(await setup.keys()).toHaveLength(1);
    },
  );

  it('keeps that id, and nothing of the former session, where that was ended meanwhile', async () => {
    const setup = new Setup();
    const former = await setup.begin({ secret: 1 });
    const id = newSessionId(32);
    const session = (await setup.request(former)).set('own', 1);
    setup.store.forget();
    setup.store.before = async ({ number }) => {
      if (number === 2) await (await setup.requestElsewhere(former)).destroy();
    };
    await login(setup, session, id);
    expect(await setup.dataOf(id)).toEqual({ own: 1 });
    expect(await setup.keys()).toHaveLength(1);
  });

  it('is joined where another request has joined it before the former session was left', async () => {
    const setup = new Setup();
    const former = await setup.begin({ cart: 1 });
    const id = newSessionId(32);
    const session = await setup.request(former);
    setup.store.forget();
    setup.store.before = async ({ number }) => {
      if (number !== 2) return;
      await (await setup.requestElsewhere(former)).set('late', 1).commit();
      const other = setup.create({ theirs: 1 });
      await setup.repository.join(other, id);
      await other.commit();
    };
    await login(setup, session, id);
    await session.commit();
    expect(await setup.dataOf(id)).toMatchObject({ cart: 1, theirs: 1 });
    expect(stateOf(session).auth?.userId).toBe('ann');
  });

  it('that has ended is begun by nobody who only joins', async () => {
    const setup = new Setup();
    const session = setup.create({ a: 1 });
    expect(await setup.repository.join(session, newSessionId(32))).toBe(false);
    expect([session.toJSON(), session.isNew, stateOf(session).auth]).toEqual([{ a: 1 }, true, null]);
  });

  it('keeps what the joining request has changed, and gives it the id to send', async () => {
    const setup = new Setup();
    const id = newSessionId(32);
    await login(setup, setup.create({ theirs: 1 }), id);
    const session = setup.create({ mine: 2 });
    expect(await setup.repository.join(session, id)).toBe(true);
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ theirs: 1, mine: 2 });
    expect(stateOf(session).issuedAt).toBeNull();
  });
});

describe('a login while all sessions of the user are ended', () => {
  /** Ends them before the login's call of that number. */
  function endAllAt(setup: Setup, number: number): void {
    setup.store.forget();
    setup.store.before = async (call) => {
      if (call.number !== number) return;
      setup.store.before = () => undefined;
      await setup.repository.owned.endAll('ann');
    };
  }

  it('of another session goes on where it comes later', async () => {
    const setup = new Setup();
    await setup.begin({}, 'ann');
    const session = setup.create({ a: 1 });
    endAllAt(setup, 1);
    await login(setup, session);
    expect(await setup.repository.owned.list('ann')).toHaveLength(1);
  });

  it('ends with the others where its record was there by then', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    // The new record has been written, the old one has not gone yet.
    endAllAt(setup, 2);
    await login(setup, session);
    await session.set('late', true).commit();
    expect(await setup.keys()).toEqual([]);
    expect(setup.heard('lateWrite')).toHaveLength(1);
  });

  it('is refused where its record was deleted while it took in what others had stored', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    setup.store.forget();
    setup.store.before = async ({ number }) => {
      if (number === 2) await (await setup.requestElsewhere(id)).set('b', 1).commit();
      if (number === 3) setup.store.before = () => setup.repository.owned.endAll('ann');
    };
    expect(await errorOf(() => login(setup, session))).toBeInstanceOf(SessionGoneError);
    expect(stateOf(session).auth).toBeNull();
  });
});

describe('a confirmation', () => {
  const facts = (setup: Setup) => ({ userId: 'ann', at: setup.time, factors: { pwd: setup.time } });

  it('ASVS 7.2.4: gives a new id at once, and keeps the data and what others store meanwhile', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 }, 'ann');
    const session = await setup.request(id);
    const lineage = session.id;
    const other = await setup.request(id);
    await other.set('b', 2).commit();
    setup.time += MINUTE;
    await setup.repository.confirm(session, facts(setup));
    expect(idOf(session)).not.toBe(id);
    expect(await setup.find(id)).toBeNull();
    const next = await setup.request(idOf(session));
    expect([next.toJSON(), stateOf(next).auth]).toEqual([
      { a: 1, b: 2 },
      { ...facts(setup), lineage },
    ]);
    expect(setup.heard('rotated')).toHaveLength(1);
  });

  it('of a session that was ended meanwhile brings nobody back', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 }, 'ann');
    const session = await setup.request(id);
    await (await setup.request(id)).destroy();
    expect(await errorOf(() => setup.repository.confirm(session, facts(setup)))).toBeInstanceOf(SessionGoneError);
    expect(stateOf(session).auth).not.toHaveProperty('factors');
    await session.commit();
    expect(await setup.keys()).toEqual([]);
  });

  it('of nobody is refused', async () => {
    const setup = new Setup();
    const session = setup.create();
    expect(await errorOf(() => setup.repository.confirm(session, facts(setup)))).toBeInstanceOf(SessionGoneError);
  });

  it('that fails leaves the login as it was', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 }, 'ann');
    const session = await setup.request(id);
    setup.store.before = () => {
      throw new SessionStoreUnavailableError('away');
    };
    expect(await errorOf(() => setup.repository.confirm(session, facts(setup)))).toBeInstanceOf(
      SessionStoreUnavailableError,
    );
    expect(stateOf(session).auth).not.toHaveProperty('factors');
  });
});

describe('the sessions of a user', () => {
  it('are listed with their public ids, and nothing of them can be used', async () => {
    const setup = new Setup();
    const ids = [await setup.begin({ a: 1 }, 'ann'), await setup.begin({}, 'ann')];
    await setup.begin({}, 'bob');
    await setup.begin({ anonymous: true });
    const listed = await setup.repository.owned.list('ann');
    expect(new Set(listed.map((session) => session.publicId))).toEqual(new Set(ids.map(publicId)));
    for (const id of ids) expect(JSON.stringify(listed)).not.toContain(id);
  });

  it('are as many as there are, also where they are more than are read at a time', async () => {
    const setup = new Setup();
    await times(150, () => setup.begin({}, 'ann'));
    expect(await setup.repository.owned.list('ann')).toHaveLength(150);
    expect(await setup.repository.owned.endAll('ann')).toBe(150);
    expect(await setup.keys()).toEqual([]);
  });

  it.each<[string, (session: SessionObject, setup: Setup) => Promise<unknown>]>([
    ['regenerate', (session) => session.regenerate()],
    ['another login', (session, setup) => login(setup, session)],
  ])('are followed by their new ids: %s', async (_, move) => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }, 'ann'));
    await move(session, setup);
    const listed = await setup.repository.owned.list('ann');
    expect(listed.map((one) => one.publicId)).toEqual([session.id]);
    expect(await setup.repository.owned.endAll('ann')).toBeGreaterThan(0);
    expect(await setup.find(idOf(session))).toBeNull();
  });

  it('are followed by periodic rotation, whose pointer is no session', async () => {
    const setup = new Setup({ rotateEvery: 5 * MINUTE });
    const session = await setup.request(await setup.begin({ a: 1 }, 'ann'));
    setup.time += 6 * MINUTE;
    await session.commit();
    const listed = await setup.repository.owned.list('ann');
    expect(listed.map((one) => one.publicId)).toEqual([session.id]);
  });

  it('are counted as logins where all end: not what leads from a former id to the next, nor a record that is left behind', async () => {
    const setup = new Setup({ rotateEvery: 5 * MINUTE });
    const kept = await setup.request(await setup.begin({}, 'ann'));
    const other = await setup.request(await setup.begin({}, 'ann'));
    setup.time += 6 * MINUTE;
    await Promise.all([kept.commit(), other.commit()]);
    const listed = await setup.repository.owned.list('ann');
    const [session] = listed.filter(({ publicId }) => publicId === kept.id);
    expect(await setup.repository.owned.endAll('ann', session)).toBe(1);
    expect(await setup.find(idOf(kept))).not.toBeNull();

    setup.time += 6 * MINUTE;
    const later = await setup.request(idOf(kept));
    setup.store.forget();
    setup.store.before = ({ method, number }) => {
      // The new record is there, and the former one does not lead to it yet.
      if (method === 'write' && number > 1) throw new Error('The store is away.');
    };
    await expect(later.commit()).rejects.toThrow('away');
    setup.store.forget();
    expect(await setup.repository.owned.endAll('ann')).toBe(1);
    expect(await setup.keys()).toEqual([]);
    expect(await setup.repository.owned.endAll('ann')).toBe(0);
  });

  it('end one by one, and each is heard of once', async () => {
    const setup = new Setup();
    await setup.begin({}, 'ann');
    const [one] = await setup.repository.owned.list('ann');
    if (one === undefined) throw new Error('There is one.');
    const end = (): Promise<number> => setup.repository.owned.end('ann', { lineages: [one.lineage] });
    expect([await end(), await end()]).toEqual([1, 0]);
    expect(setup.heard('destroyed')).toEqual([{ publicId: one.publicId }]);
  });

  it('leave one out on demand', async () => {
    const setup = new Setup();
    const kept = await setup.request(await setup.begin({}, 'ann'));
    await setup.begin({}, 'ann');
    const [session] = (await setup.repository.owned.list('ann')).filter(({ publicId }) => publicId === kept.id);
    expect(await setup.repository.owned.endAll('ann', session)).toBe(1);
    expect(await setup.find(idOf(kept))).not.toBeNull();
  });

  it('are noted as seen when a refresh is due, by one write that parallel requests do not repeat', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 }, 'ann');
    const issuedAt = setup.time;
    setup.time += 3 * MINUTE + SECOND / 2;
    const sessions = await times(20, () => setup.request(id, issuedAt));
    setup.store.forget();
    await Promise.all(sessions.map((session) => session.commit()));
    const [one] = await setup.repository.owned.list('ann');
    expect(one?.auth.seenAt).toBe(Math.floor(setup.time / SECOND) * SECOND);
    expect(await setup.dataOf(id)).toEqual({ a: 1 });
    // What the first has written is all that the others wanted.
    expect(setup.store.methods.filter((method) => method === 'write')).toHaveLength(1);
  });
});
