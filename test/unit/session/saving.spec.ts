import { describe, expect, it } from '@jest/globals';
import { publicId } from '../../../lib/session/session-id.js';
import { stateOf } from '../../../lib/session/session.js';
import { errorOf, HOUR, idOf, Setup, times } from './setup.js';

describe('a new session', () => {
  it('that was never written to is never stored: there is no store call at all', async () => {
    const setup = new Setup();
    const session = setup.create();
    expect([session.get('a'), session.keys(), session.flashes(), session.isNew, session.id.length]).toEqual([
      undefined,
      [],
      [],
      true,
      16,
    ]);
    expect(setup.repository.commit(session)).toBeUndefined();
    expect(setup.store.calls).toEqual([]);
  });

  it('is not stored where it was forced, or written to and emptied again', async () => {
    const setup = new Setup();
    const session = setup.create({ a: 1 });
    session.pop('a');
    session.modified = true;
    await session.commit();
    expect(setup.store.calls).toEqual([]);
  });

  it('is stored for a flash message alone, and for permanence alone', async () => {
    const setup = new Setup();
    const flashed = setup.create();
    flashed.flash('info', 'hi');
    const permanent = setup.create();
    permanent.permanent = true;
    for (const session of [flashed, permanent]) await session.commit();
    expect(await setup.keys()).toHaveLength(2);
    expect((await setup.request(idOf(permanent))).permanent).toBe(true);
  });

  it('is not stored for a permanence that all sessions begin with', () => {
    const setup = new Setup({ permanent: true });
    expect(setup.repository.commit(setup.create())).toBeUndefined();
  });

  it('is stored in one call, under a key that is not its id, for the idle timeout', async () => {
    const setup = new Setup({ idleTimeout: HOUR });
    const session = setup.create({ a: 1 });
    await session.commit();
    expect(setup.store.methods).toEqual(['write']);
    const id = idOf(session);
    expect((await setup.keys()).join()).not.toContain(id);
    expect(setup.heard('created')).toEqual([{ publicId: session.id }]);
    setup.time += HOUR - 1;
    expect(await setup.dataOf(id)).toEqual({ a: 1 });
    setup.time += 1;
    expect(await setup.dataOf(id)).toBeNull();
  });

  it('takes another id where the one that it drew is taken', async () => {
    const setup = new Setup();
    const taken = await setup.begin({ whose: 'theirs' });
    const session = setup.create({ whose: 'mine' });
    stateOf(session).planId(taken);
    await session.commit();
    expect(idOf(session)).not.toBe(taken);
    expect(await setup.dataOf(taken)).toEqual({ whose: 'theirs' });
    expect(await setup.dataOf(idOf(session))).toEqual({ whose: 'mine' });
  });
});

describe('a commit', () => {
  it('of a session that nobody changed gives undefined at once, without a store call', async () => {
    const setup = new Setup();
    const session = await setup.request(
      await setup.begin({ a: { b: 1 }, d: new Date(), m: new Map([[1, new Set([2])]]) }),
    );
    setup.store.forget();
    expect(setup.repository.commit(session)).toBeUndefined();
    expect(setup.store.calls).toEqual([]);
  });

  it.each(['msgpack', 'json'] as const)(
    'of a session in the other format than %s is one only where it changed',
    async (serializer) => {
      const former = new Setup({ serializer: serializer === 'json' ? 'msgpack' : 'json' });
      const id = await former.begin({ a: 1, b: serializer === 'json' ? new Map([['m', 1]]) : [] });
      const setup = new Setup({ serializer, store: former.memory });
      const session = await setup.request(id);
      expect([session.modified, setup.repository.commit(session)]).toEqual([false, undefined]);
      session.update({ a: 2, b: 'plain' });
      await session.commit();
      expect(setup.repository.commit(session)).toBeUndefined();
      expect(await setup.dataOf(id)).toEqual({ a: 2, b: 'plain' });
      expect(await former.dataOf(id)).toEqual({ a: 2, b: 'plain' });
      expect(setup.store.methods).toEqual(['read', 'write', 'read']);
    },
  );

  it('of a change is one call', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    setup.store.forget();
    session.set('a', 2);
    await session.commit();
    await session.commit();
    expect(setup.store.methods).toEqual(['write']);
  });

  it('throws the error of a value that cannot be stored, and works when the value is gone', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    session.set('bad', { deep: [() => 1] });
    session.set('good', 1);
    expect((await errorOf(() => session.commit())).message).toMatch(/^session\.bad\.deep\[0\] cannot be stored/);
    expect(await setup.dataOf(id)).toEqual({ a: 1 });
    session.pop('bad');
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ a: 1, good: 1 });
  });

  it('of twenty parallel requests that each add a key keeps twenty', async () => {
    const setup = new Setup();
    const id = await setup.begin({ began: true });
    const sessions = await times(20, () => setup.request(id));
    await Promise.all(sessions.map((session, index) => session.set(`key${String(index)}`, index).commit()));
    const expected = Object.fromEntries(sessions.map((_, index) => [`key${String(index)}`, index]));
    expect(await setup.dataOf(id)).toEqual({ began: true, ...expected });
    expect(setup.heard('overwritten')).toEqual([]);
  });

  it.each([
    ['a list that was there', { cart: [] as string[] }],
    ['a list that all of them make', {}],
  ])('of twenty parallel requests that each push an item to %s keeps twenty', async (_, data) => {
    const setup = new Setup();
    const id = await setup.begin({ began: true, ...data });
    const sessions = await times(20, () => setup.request(id));
    sessions.forEach((session, index) => (session.setDefault('list', []) as string[]).push(`item ${String(index)}`));
    await Promise.all(sessions.map((session) => session.commit()));
    expect((await setup.dataOf(id))?.['list']).toHaveLength(20);
  });

  it('of twenty parallel requests that each push the same item keeps twenty', async () => {
    const setup = new Setup();
    const id = await setup.begin({ hits: ['first'] });
    const sessions = await times(20, () => setup.request(id));
    for (const session of sessions) (session.get('hits') as string[]).push('same');
    await Promise.all(sessions.map((session) => session.commit()));
    expect((await setup.dataOf(id))?.['hits']).toHaveLength(21);
  });

  it('of twenty parallel requests that each flash keeps twenty messages', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const sessions = await times(20, () => setup.request(id));
    for (const session of sessions) session.flash('info', 'same');
    await Promise.all(sessions.map((session) => session.commit()));
    expect((await setup.request(id)).flashes()).toHaveLength(20);
  });

  it('tells which values of others it overwrote, by public id and path', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: { n: 1, other: 1 } });
    const [one, two] = [await setup.request(id), await setup.request(id)];
    (one.get('a') as { n: number }).n = 2;
    (two.get('a') as { n: number }).n = 3;
    await one.commit();
    await two.commit();
    expect(await setup.dataOf(id)).toEqual({ a: { n: 3, other: 1 } });
    expect(setup.heard('overwritten')).toEqual([{ publicId: publicId(id), paths: ['a.n'] }]);
  });

  it('gives the session what others have saved, and keeps the objects that nobody else changed', async () => {
    const setup = new Setup();
    const id = await setup.begin({ mine: [1], theirs: [1] });
    const [one, two] = [await setup.request(id), await setup.request(id)];
    (two.get('theirs') as number[]).push(2);
    await two.commit();
    const mine = one.get('mine') as number[];
    mine.push(2);
    await one.commit();
    expect(one.toJSON()).toEqual({ mine: [1, 2], theirs: [1, 2] });
    mine.push(3);
    await one.commit();
    expect(await setup.dataOf(id)).toEqual({ mine: [1, 2, 3], theirs: [1, 2] });
  });

  it('runs after the one before it: parallel commits of one request do not meet', async () => {
    const setup = new Setup();
    const id = await setup.begin({ n: 0 });
    const session = await setup.request(id);
    setup.store.forget();
    let running = 0;
    let most = 0;
    setup.store.before = async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
    };
    setup.store.after = () => running--;
    await times(5, async (index) => {
      session.set(`key${String(index)}`, index);
      await session.commit();
      session.mutate('n', (n) => (n as number) + 1);
      await session.commit();
    });
    expect(most).toBe(1);
    expect(setup.heard('overwritten')).toEqual([]);
    expect(await setup.dataOf(id)).toEqual({ n: 5, key0: 0, key1: 1, key2: 2, key3: 3, key4: 4 });
  });

  it('that runs beside destroy and regenerate of the same request leaves no record behind', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    session.set('a', 2);
    await Promise.all([session.commit(), session.regenerate(), session.commit(), session.destroy(), session.commit()]);
    expect(await setup.keys()).toEqual([]);
    expect([session.isNew, session.toJSON()]).toEqual([true, {}]);
  });

  it('that fails does not keep those after it from running', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    setup.store.forget();
    setup.store.before = ({ number }) => {
      if (number === 1) throw new Error('once');
    };
    session.set('a', 2);
    const results = await Promise.allSettled([session.commit(), session.commit(), session.commit()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(await setup.dataOf(id)).toEqual({ a: 2 });
  });

  it('saves at the next turn what was changed while it ran', async () => {
    const setup = new Setup();
    const id = await setup.begin({ list: [1] });
    const session = await setup.request(id);
    (session.get('list') as number[]).push(2);
    setup.store.before = () => {
      setup.store.before = () => undefined;
      (session.get('list') as number[]).push(3);
    };
    await session.commit();
    expect(session.modified).toBe(true);
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ list: [1, 2, 3] });
  });
});

describe('discard and reload', () => {
  it('discard takes back what was changed since the last save, of a new session all', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: { b: 1 } }, 'ann'));
    (session.get('a') as { b: number }).b = 2;
    session.flash('info', 'x');
    session.permanent = true;
    session.modified = true;
    setup.repository.discard(session);
    expect([session.toJSON(), session.permanent, session.modified, session.flashes()]).toEqual([
      { a: { b: 1 } },
      false,
      false,
      [],
    ]);
    expect(stateOf(session).auth?.userId).toBe('ann');
    const fresh = setup.create({ a: 1 });
    fresh.permanent = true;
    setup.repository.discard(fresh);
    expect([fresh.toJSON(), fresh.permanent, fresh.modified]).toEqual([{}, false, false]);
  });

  it('reload brings the newest, and drops what was changed', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    await (await setup.request(id)).set('b', 2).commit();
    session.set('a', 'mine');
    expect(await setup.repository.reload(session)).toBe(true);
    expect([session.toJSON(), session.modified]).toEqual([{ a: 1, b: 2 }, false]);
    expect(await setup.repository.reload(setup.create())).toBe(false);
  });

  it('reload waits for a rotation that is under way, and does not go back to the old id', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    const rotated = session.regenerate();
    const reloaded = setup.repository.reload(session);
    await rotated;
    expect(await reloaded).toBe(true);
    expect(await setup.dataOf(idOf(session))).toEqual({ a: 1 });
  });
});
