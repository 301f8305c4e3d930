import { describe, expect, it } from '@jest/globals';
import { SessionGoneError } from '../../../lib/errors.js';
import { publicId } from '../../../lib/session/session-id.js';
import { stateOf } from '../../../lib/session/session.js';
import { errorOf, HOUR, idOf, MINUTE, Setup } from './setup.js';

describe('a session that was emptied', () => {
  it('is removed, and its cookie is to go', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    const { id } = session;
    session.clear();
    await session.commit();
    expect(await setup.keys()).toEqual([]);
    expect(stateOf(session).end).toBe('ended');
    expect(setup.heard('destroyed')).toEqual([{ publicId: id }]);
  });

  it('is removed when its last flash message was shown', async () => {
    const setup = new Setup();
    const session = setup.create();
    session.flash('info', 'hi');
    await session.commit();
    const next = await setup.request(idOf(session));
    next.flashes();
    await next.commit();
    expect(await setup.keys()).toEqual([]);
  });

  it('is removed although it was given a new id in between', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    session.clear();
    await session.regenerate();
    await session.commit();
    expect(await setup.keys()).toEqual([]);
  });

  it('is kept where it is permanent, or holds a login', async () => {
    const setup = new Setup();
    const permanent = setup.create({ a: 1 });
    permanent.permanent = true;
    await permanent.commit();
    permanent.clear();
    await permanent.commit();
    const loggedIn = await setup.request(await setup.begin({ a: 1 }, 'ann'));
    loggedIn.clear();
    await loggedIn.commit();
    expect(await setup.dataOf(idOf(permanent))).toEqual({});
    expect(stateOf(await setup.request(idOf(loggedIn))).auth?.userId).toBe('ann');
  });

  it('is kept where another request has written to it meanwhile', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const [emptying, writing] = [await setup.request(id), await setup.request(id)];
    writing.set('b', 2);
    await writing.commit();
    emptying.clear();
    await emptying.commit();
    expect(await setup.dataOf(id)).toEqual({ b: 2 });
  });

  it('begins anew with what came in while it was removed', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    session.clear();
    setup.store.before = ({ method }) => {
      if (method !== 'delete') return;
      session.set('b', 2);
      session.flash('info', 'late');
    };
    await session.commit();
    await session.commit();
    expect(await setup.dataOf(id)).toBeNull();
    expect(await setup.dataOf(idOf(session))).toEqual({ b: 2 });
    expect((await setup.request(idOf(session))).flashes()).toEqual([{ category: 'info', message: 'late' }]);
  });
});

describe('a session that was ended while a request ran', () => {
  it('stays ended: what the request changed is dropped, and the observer hears of it once', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 }, 'ann');
    const slow = await setup.request(id);
    await (await setup.request(id)).destroy();
    slow.set('a', 2);
    await slow.commit();
    slow.set('a', 3);
    await slow.commit();
    await slow.regenerate();
    expect(await setup.keys()).toEqual([]);
    expect(stateOf(slow).end).toBe('gone');
    expect(setup.heard('lateWrite')).toEqual([{ publicId: publicId(id) }]);
  });

  it.each<[string, (setup: Setup, id: string) => Promise<void>]>([
    ['by its idle timeout', async (setup) => void (setup.time += HOUR)],
    ['by its absolute timeout', async (setup) => void (setup.time += 24 * HOUR)],
    [
      'by being emptied',
      async (setup, id) => {
        const other = await setup.request(id);
        other.clear();
        await other.commit();
      },
    ],
  ])('%s likewise', async (_, end) => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const slow = await setup.request(id);
    await end(setup, id);
    slow.set('a', 2);
    await slow.commit();
    await setup.memory.prune();
    expect(await setup.keys()).toEqual([]);
    expect(setup.heard('lateWrite')).toHaveLength(1);
  });

  it('is an error with onGone: error, once', async () => {
    const setup = new Setup({ onGone: 'error' });
    const id = await setup.begin({ a: 1 });
    const slow = await setup.request(id);
    await (await setup.request(id)).destroy();
    slow.set('a', 2);
    expect(await errorOf(() => slow.commit())).toBeInstanceOf(SessionGoneError);
    await slow.commit();
    expect(await setup.keys()).toEqual([]);
    expect(setup.heard('lateWrite')).toHaveLength(1);
  });

  it('is found out by a refresh, which loses nothing; what is changed after that is told', async () => {
    const setup = new Setup({ refreshInterval: 3 * MINUTE, onGone: 'error' });
    const id = await setup.begin({ a: 1 });
    const slow = await setup.request(id, setup.time - 5 * MINUTE);
    await (await setup.request(id)).destroy();
    await slow.commit();
    expect([stateOf(slow).end, setup.heard('lateWrite')]).toEqual(['gone', []]);
    slow.set('a', 2);
    expect(await errorOf(() => slow.commit())).toBeInstanceOf(SessionGoneError);
    expect(setup.heard('lateWrite')).toHaveLength(1);
  });

  it('is no error for a request that changed nothing', async () => {
    const setup = new Setup({ onGone: 'error' });
    const id = await setup.begin({ a: 1 });
    const reading = await setup.request(id);
    await (await setup.request(id)).destroy();
    await reading.commit();
    expect(setup.heard('lateWrite')).toEqual([]);
  });
});

describe('destroy', () => {
  it('removes the record, and leaves an empty new session', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 }, 'ann');
    const session = await setup.request(id);
    const former = session.id;
    session.flash('info', 'x');
    session.permanent = true;
    await session.destroy();
    expect(await setup.keys()).toEqual([]);
    expect([session.toJSON(), session.isNew, session.permanent, session.flashes(), stateOf(session).auth]).toEqual([
      {},
      true,
      false,
      [],
      null,
    ]);
    expect([stateOf(session).end, session.id === former]).toEqual(['ended', false]);
    expect(setup.heard('destroyed')).toEqual([{ publicId: former }]);
    expect(setup.repository.commit(session)).toBeUndefined();
  });

  it('removes a record that others have written to meanwhile', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const ending = await setup.request(id);
    await (await setup.request(id)).set('b', 2).commit();
    await ending.destroy();
    expect(await setup.keys()).toEqual([]);
  });

  it('of a session that was ended already says so: the cookie is left alone', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const [one, two] = [await setup.request(id), await setup.request(id)];
    await one.destroy();
    await two.destroy();
    expect([stateOf(one).end, stateOf(two).end]).toEqual(['ended', null]);
    expect(setup.heard('destroyed')).toHaveLength(1);
  });

  it('of a session that was never stored asks no store', async () => {
    const setup = new Setup();
    const session = setup.create({ a: 1 });
    await session.destroy();
    expect([setup.store.calls, session.toJSON()]).toEqual([[], {}]);
  });

  it('is followed by a new session where something is written afterwards', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    await session.destroy();
    session.flash('info', 'Goodbye.');
    await session.commit();
    expect([await setup.dataOf(id), await setup.dataOf(idOf(session)), stateOf(session).end]).toEqual([null, {}, null]);
    expect(idOf(session)).not.toBe(id);
  });
});
