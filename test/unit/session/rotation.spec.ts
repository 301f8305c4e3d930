import { describe, expect, it } from '@jest/globals';
import { SessionGoneError, SessionHeadersSentError, SessionStoreUnavailableError } from '../../../lib/errors.js';
import { publicId } from '../../../lib/session/session-id.js';
import { stateOf, type SessionObject } from '../../../lib/session/session.js';
import { errorOf, HOUR, idOf, MINUTE, SECOND, Setup, times } from './setup.js';

const login = (setup: Setup, session: SessionObject, userId = 'ann'): Promise<void> =>
  setup.repository.login(session, { userId, at: setup.time });

const rotateEvery = 10 * MINUTE;

/** Lets a change of another request, in another process, be saved right before the `number`th call of this one. */
function interfere(setup: Setup, number: number, work: () => Promise<unknown>): void {
  setup.store.forget();
  setup.store.before = async (call) => {
    if (call.number !== number) return;
    setup.store.before = () => undefined;
    await work();
  };
}

describe.each<[string, (setup: Setup, session: SessionObject) => Promise<void>]>([
  ['regenerate', (_, session) => session.regenerate()],
  ['login', login],
])('%s', (reason, rotate) => {
  it('gives a new id, keeps data, times and flash messages, and makes the old id unknown', async () => {
    const setup = new Setup();
    const began = setup.time;
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    session.set('b', 2);
    session.flash('info', 'hi');
    setup.time += MINUTE;
    const former = session.id;
    await rotate(setup, session);
    expect(idOf(session)).not.toBe(id);
    expect(await setup.find(id)).toBeNull();
    const next = await setup.request(idOf(session));
    expect([next.toJSON(), next.createdAt, next.flashes()]).toEqual([
      { a: 1, b: 2 },
      new Date(began),
      [{ category: 'info', message: 'hi' }],
    ]);
    expect(await setup.keys()).toHaveLength(1);
    expect(stateOf(session).issuedAt).toBeNull();
    expect(setup.heard('rotated')).toEqual([{ publicId: session.id, formerPublicId: former }]);
  });

  it.each([1, 2])('keeps what a parallel request has saved right before its call %i', async (number) => {
    const setup = new Setup();
    const id = await setup.begin({ list: [1], a: 1 });
    const [session, other] = [await setup.request(id), await setup.requestElsewhere(id)];
    (session.get('list') as number[]).push(2);
    session.mutate('n', (n) => ((n as number | undefined) ?? 0) + 1);
    interfere(setup, number, async () => {
      other.set('theirs', true);
      other.mutate('n', (n) => ((n as number | undefined) ?? 0) + 1);
      (other.get('list') as number[]).push(3);
      await other.commit();
    });
    await rotate(setup, session);
    expect(await setup.dataOf(idOf(session))).toEqual({ list: [1, 3, 2], a: 1, theirs: true, n: 2 });
    expect(await setup.find(id)).toBeNull();
    expect(await setup.keys()).toHaveLength(1);
  });

  it('of a session that is not stored yet gives it another id', async () => {
    const setup = new Setup();
    const session = setup.create({ a: 1 });
    const { id } = session;
    await rotate(setup, session);
    await session.commit();
    expect(session.id).not.toBe(id);
    expect(await setup.dataOf(idOf(session))).toEqual({ a: 1 });
  });

  it('is refused once the headers are out, and changes nothing', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    stateOf(session).deliver();
    expect(await errorOf(() => rotate(setup, session))).toBeInstanceOf(SessionHeadersSentError);
    expect([idOf(session), stateOf(session).auth]).toEqual([id, null]);
  });

  it('tells where the store has lost the new record, and the session stays where it was', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    interfere(setup, 2, async () => {
      await (await setup.requestElsewhere(id)).set('b', 1).commit();
      setup.store.before = async ({ method, key }) => {
        if (method === 'write') await setup.memory.delete(key);
      };
    });
    // That of a login may also have been ended along with all of the user's sessions.
    const expected = reason === 'login' ? SessionGoneError : SessionStoreUnavailableError;
    expect(await errorOf(() => rotate(setup, session))).toBeInstanceOf(expected);
    setup.store.forget();
    await session.commit();
    expect([await setup.dataOf(id), stateOf(session).auth]).toEqual([{ a: 1, b: 1 }, null]);
  });
});

describe('a session that was ended while', () => {
  it.each([1, 2])('regenerate ran (call %i) ends there, too, and is not brought back', async (number) => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 }, 'ann');
    const [session, other] = [await setup.request(id), await setup.requestElsewhere(id)];
    interfere(setup, number, () => other.destroy());
    await session.regenerate();
    session.set('late', 1);
    await session.commit();
    expect(await setup.keys()).toEqual([]);
    expect(stateOf(session).end).toBe('gone');
    expect(setup.heard('lateWrite')).toEqual([{ publicId: publicId(id) }]);
  });

  it.each([1, 2])('a periodic rotation ran (call %i) ends there, too', async (number) => {
    const setup = new Setup({ rotateEvery });
    const id = await setup.begin({ a: 1 }, 'ann');
    setup.time += rotateEvery;
    const [session, other] = [await setup.request(id), await setup.requestElsewhere(id)];
    interfere(setup, number, () => other.destroy());
    await session.commit();
    expect(await setup.keys()).toEqual([]);
    expect(stateOf(session).end).toBe('gone');
  });

  it('regenerate ran is a SessionGoneError with onGone: error, and nothing is left', async () => {
    const setup = new Setup({ onGone: 'error' });
    const id = await setup.begin({ a: 1 });
    const [session, other] = [await setup.request(id), await setup.requestElsewhere(id)];
    interfere(setup, 2, () => other.destroy());
    expect(await errorOf(() => session.regenerate())).toBeInstanceOf(SessionGoneError);
    await session.commit();
    expect(await setup.keys()).toEqual([]);
  });

  it.each([1, 2])(
    'a login ran (call %i) goes on with what this request has set, and nothing of the old',
    async (number) => {
      const setup = new Setup({ onGone: 'error' });
      const id = await setup.begin({ secret: 'old', list: ['old'], map: { old: 1 }, count: 1 }, 'eve');
      const [session, other] = [await setup.request(id), await setup.requestElsewhere(id)];
      session.set('mine', 1);
      session.set('count', 2);
      (session.get('list') as string[]).push('mine');
      (session.get('map') as Record<string, unknown>)['mine'] = 1;
      session.flash('info', 'Welcome.');
      session.permanent = true;
      interfere(setup, number, () => other.destroy());
      await login(setup, session, 'ann');
      expect(await setup.keys()).toHaveLength(1);
      expect(idOf(session)).not.toBe(id);
      const next = await setup.request(idOf(session));
      expect([next.toJSON(), next.permanent, stateOf(next).auth?.userId]).toEqual([{ mine: 1, count: 2 }, true, 'ann']);
      expect(next.flashes()).toEqual([{ category: 'info', message: 'Welcome.' }]);
      expect(next.createdAt).toEqual(new Date(setup.time));
    },
  );

  it('a login came, noticed before: begins anew as well', async () => {
    const setup = new Setup();
    const id = await setup.begin({ secret: 'old' }, 'eve');
    const [session, other] = [await setup.request(id), await setup.requestElsewhere(id)];
    await other.destroy();
    await session.set('a', 1).commit();
    await login(setup, session);
    expect(await setup.dataOf(idOf(session))).toEqual({});
    expect(stateOf(await setup.request(idOf(session))).auth?.userId).toBe('ann');
  });

  it('a login ran, by the absolute timeout: the login holds', async () => {
    const setup = new Setup({ absoluteTimeout: 2 * HOUR, idleTimeout: null });
    const session = await setup.request(await setup.begin({ old: 1 }));
    setup.time += 2 * HOUR;
    await login(setup, session);
    const next = await setup.request(idOf(session));
    expect([next.toJSON(), stateOf(next).auth?.userId]).toEqual([{}, 'ann']);
  });
});

describe('a periodic rotation', () => {
  it('happens when it is due, with the commit, whether something changed or not', async () => {
    const setup = new Setup({ rotateEvery });
    const id = await setup.begin({ a: 1 });
    setup.time += rotateEvery - 1;
    const early = await setup.request(id);
    expect(setup.repository.commit(early)).toBeUndefined();
    setup.time += 1;
    const due = await setup.request(id);
    setup.store.forget();
    await due.commit();
    expect(setup.store.methods).toEqual(['write', 'write']);
    expect(idOf(due)).not.toBe(id);
    expect(setup.repository.commit(due)).toBeUndefined();
  });

  it('lets the old id lead to the session for the grace time, and not a moment longer', async () => {
    const setup = new Setup({ rotateEvery, rotateGrace: 30 * SECOND });
    const id = await setup.begin({ a: 1 });
    setup.time += rotateEvery;
    const session = await setup.request(id);
    await session.commit();
    setup.time += 30 * SECOND - 1;
    const late = await setup.request(id);
    expect([idOf(late), stateOf(late).issuedAt, late.toJSON()]).toEqual([idOf(session), null, { a: 1 }]);
    setup.time += 1;
    expect(await setup.find(id)).toBeNull();
    expect(await setup.dataOf(idOf(session))).toEqual({ a: 1 });
  });

  it('is not outlived by the old id where a parallel request refreshes at the same time', async () => {
    const setup = new Setup({ rotateEvery, rotateGrace: 30 * SECOND, refreshInterval: 3 * MINUTE });
    const issuedAt = setup.time;
    const id = await setup.begin({ a: 1 });
    setup.time += rotateEvery - 1;
    const refreshing = await setup.request(id, issuedAt);
    interfere(setup, 1, async () => {
      setup.time += 1;
      await (await setup.requestElsewhere(id)).commit();
    });
    await refreshing.commit();
    expect(idOf(refreshing)).not.toBe(id);
    setup.time += 30 * SECOND;
    expect(await setup.find(id)).toBeNull();
    expect(await setup.dataOf(idOf(refreshing))).toEqual({ a: 1 });
  });

  it('by two requests at once happens once: the other follows, and both keep their changes', async () => {
    const setup = new Setup({ rotateEvery });
    const id = await setup.begin({ list: ['x'] });
    setup.time += rotateEvery;
    const sessions = await times(2, () => setup.request(id));
    sessions.forEach((session, index) => {
      session.set(`key${String(index)}`, index);
      (session.get('list') as string[]).push(`item ${String(index)}`);
      session.mutate('n', (n) => ((n as number | undefined) ?? 0) + 1);
    });
    await Promise.all(sessions.map((session) => session.commit()));
    expect(idOf(sessions[0]!)).toBe(idOf(sessions[1]!));
    expect(sessions.map((session) => stateOf(session).issuedAt)).toEqual([null, null]);
    expect(setup.heard('rotated')).toHaveLength(1);
    expect(await setup.keys()).toHaveLength(2);
    for (const cookie of [id, idOf(sessions[0]!)]) {
      expect(await setup.dataOf(cookie)).toEqual({ list: ['x', 'item 0', 'item 1'], key0: 0, key1: 1, n: 2 });
    }
  });

  it('by twenty requests at once leaves one session, with all that they added', async () => {
    const setup = new Setup({ rotateEvery });
    const id = await setup.begin({ n: 0 });
    setup.time += rotateEvery;
    const sessions = await times(20, () => setup.request(id));
    await times(20, async (index) => {
      const session = sessions[index]!;
      session.mutate('n', (n) => (n as number) + 1);
      await session.set(`key${String(index)}`, index).commit();
    });
    expect(new Set(sessions.map(idOf)).size).toBe(1);
    expect((await setup.dataOf(id))?.['n']).toBe(20);
    expect(Object.keys((await setup.dataOf(id)) ?? {})).toHaveLength(21);
    expect(await setup.keys()).toHaveLength(2);
  });

  it('is followed by a request that has read the old record and saves later', async () => {
    const setup = new Setup({ rotateEvery });
    const id = await setup.begin({ a: 1 });
    const slow = await setup.request(id);
    setup.time += rotateEvery;
    await (await setup.request(id)).set('b', 2).commit();
    stateOf(slow).deliver();
    await slow.set('c', 3).commit();
    expect(await setup.dataOf(id)).toEqual({ a: 1, b: 2, c: 3 });
    expect(await setup.keys()).toHaveLength(2);
  });

  it('is followed by a reload, whose request then gets the cookie of the new id', async () => {
    const setup = new Setup({ rotateEvery });
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    setup.time += rotateEvery;
    const rotating = await setup.request(id);
    await rotating.set('b', 2).commit();
    expect(await setup.repository.reload(session)).toBe(true);
    expect([idOf(session), stateOf(session).issuedAt, session.toJSON()]).toEqual([
      idOf(rotating),
      null,
      { a: 1, b: 2 },
    ]);
  });

  it('is ended by a logout with either cookie, and by one that read before', async () => {
    for (const which of ['old', 'new', 'read before'] as const) {
      const setup = new Setup({ rotateEvery });
      const id = await setup.begin({ a: 1 }, 'ann');
      const before = await setup.request(id);
      setup.time += rotateEvery;
      const session = await setup.request(id);
      await session.commit();
      const ending = which === 'read before' ? before : await setup.request(which === 'old' ? id : idOf(session));
      await ending.destroy();
      expect([which, stateOf(ending).end]).toEqual([which, 'ended']);
      expect([await setup.find(id), await setup.find(idOf(session))]).toEqual([null, null]);
      await session.set('late', 1).commit();
      expect(stateOf(session).end).toBe('gone');
      setup.time += 30 * SECOND;
      await setup.memory.prune();
      expect(await setup.keys()).toEqual([]);
    }
  });

  it('is not ended by a logout that comes too late for the session, and finds only the pointer', async () => {
    const setup = new Setup({ rotateEvery });
    const id = await setup.begin({ a: 1 });
    const ending = await setup.request(id);
    setup.time += rotateEvery;
    const session = await setup.request(id);
    await session.commit();
    interfere(setup, 3, () => session.regenerate());
    await ending.destroy();
    expect(stateOf(ending).end).toBeNull();
    expect(setup.heard('destroyed')).toEqual([]);
    expect(await setup.dataOf(idOf(session))).toEqual({ a: 1 });
    expect(await setup.find(id)).toBeNull();
  });

  it('keeps no id anywhere in the store, of the old and the new ones', async () => {
    const setup = new Setup({ rotateEvery });
    const id = await setup.begin({ a: 1 }, 'ann');
    const ids = [id];
    for (let round = 0; round < 3; round++) {
      setup.time += rotateEvery;
      const session = await setup.request(ids.at(-1)!);
      await session.commit();
      ids.push(idOf(session));
    }
    expect(new Set(ids).size).toBe(4);
    for (const key of await setup.keys()) {
      const stored = Buffer.concat([Buffer.from(key), (await setup.memory.read(key))!.bytes]);
      for (const each of ids) {
        expect(stored.includes(each)).toBe(false);
        expect(stored.includes(Buffer.from(each, 'base64url'))).toBe(false);
      }
    }
  });

  it('is not done for a session that is to be removed, nor once the headers are out', async () => {
    const setup = new Setup({ rotateEvery });
    const id = await setup.begin({ a: 1 });
    setup.time += rotateEvery;
    const answered = await setup.request(id);
    stateOf(answered).deliver();
    expect(setup.repository.commit(answered)).toBeUndefined();
    const emptied = await setup.request(id);
    emptied.clear();
    await emptied.commit();
    expect(await setup.keys()).toEqual([]);
  });

  it('of a broken successor is no session', async () => {
    const setup = new Setup({ rotateEvery });
    const id = await setup.begin({ a: 1 });
    setup.time += rotateEvery;
    const session = await setup.request(id);
    await session.commit();
    await setup.memory.delete(stateOf(session).stored!.key);
    expect(await setup.find(id)).toBeNull();
  });
});
