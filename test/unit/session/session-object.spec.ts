import { describe, expect, it } from '@jest/globals';
import { SessionKeyReservedError } from '../../../lib/errors.js';
import { readonlyView } from '../../../lib/session/readonly-view.js';
import { isReserved, ownData, SessionObject, stateOf } from '../../../lib/session/session.js';
import { storeKey } from '../../../lib/session/session-id.js';
import { errorOf, HOUR, idOf, MINUTE, Setup } from './setup.js';

describe('the data of a session', () => {
  it('are its own properties, whichever way they were set', () => {
    const session = new Setup().create();
    ownData(session)['seen'] = 1;
    session.set('basket', ['a']);
    session.update({ a: 1, b: 2 });
    expect(Object.entries(session)).toEqual([
      ['seen', 1],
      ['basket', ['a']],
      ['a', 1],
      ['b', 2],
    ]);
    expect(session.keys()).toEqual(['seen', 'basket', 'a', 'b']);
  });

  it('are given by get and has, with a fallback for what is not there alone', () => {
    const session = new Setup().create({ zero: 0, nothing: undefined });
    expect(session.get('zero', 5)).toBe(0);
    expect(session.get('nothing', 5)).toBeUndefined();
    expect(session.get('other', 5)).toBe(5);
    expect(session.get('other')).toBeUndefined();
    expect([session.has('zero'), session.has('nothing'), session.has('other')]).toEqual([true, true, false]);
  });

  it('are taken out by pop', () => {
    const session = new Setup().create({ a: 1 });
    expect(session.pop('a')).toBe(1);
    expect(session.has('a')).toBe(false);
    expect(session.pop('a')).toBeUndefined();
    expect(session.pop('a', 'none')).toBe('none');
  });

  it('are filled in by setDefault where they lack', () => {
    const session = new Setup().create({ there: 0 });
    expect(session.setDefault('there', 1)).toBe(0);
    const list = session.setDefault('list', [] as string[]) as string[];
    list.push('a');
    expect(session.get('list')).toEqual(['a']);
  });

  it('are removed by clear, flash messages included', () => {
    const session = new Setup().create({ a: 1, b: { c: 2 } });
    session.flash('info', 'hello');
    session.clear();
    expect(session.keys()).toEqual([]);
    expect(session.flashes()).toEqual([]);
  });

  it('are all that JSON.stringify gives', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }, 'ann'));
    session.flash('info', 'hello');
    expect(JSON.stringify(session)).toBe('{"a":1}');
    expect(JSON.stringify({ session })).toBe('{"session":{"a":1}}');
  });

  it('know nothing of methods and facts: no name of them is a key', () => {
    const session = new Setup().create();
    expect(session.has('get')).toBe(false);
    expect(session.get('id', 'none')).toBe('none');
    expect(session.pop('commit', 'none')).toBe('none');
    expect(typeof session.commit).toBe('function');
  });
});

describe('flash messages', () => {
  it('are given once, in order', () => {
    const session = new Setup().create();
    session.flash('info', 'one');
    session.flash('error', 'two');
    session.flash('info', 'three');
    expect(session.flashes('info')).toEqual([
      { category: 'info', message: 'one' },
      { category: 'info', message: 'three' },
    ]);
    expect(session.flashes()).toEqual([{ category: 'error', message: 'two' }]);
    expect(session.flashes()).toEqual([]);
  });

  it('survive until the next request that asks', async () => {
    const setup = new Setup();
    const session = setup.create();
    session.flash('success', 'saved');
    await session.commit();
    const id = idOf(session);
    const second = await setup.request(id);
    expect(second.flashes('error')).toEqual([]);
    await second.commit();
    expect((await setup.request(id)).flashes()).toEqual([{ category: 'success', message: 'saved' }]);
  });

  it('are stored as texts, whatever a caller without types hands in', async () => {
    const setup = new Setup();
    const session = setup.create();
    Reflect.apply(session.flash, session, ['info', 404]);
    await session.commit();
    expect((await setup.request(idOf(session))).flashes()).toEqual([{ category: 'info', message: '404' }]);
  });
});

describe('a reserved name', () => {
  const methods = Object.getOwnPropertyNames(SessionObject.prototype);
  const settable = ['modified', 'permanent'];
  const names = [
    ...new Set([...methods, '__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__']),
  ];

  it.each(names)('%s is refused by set, update, setDefault and mutate, which name it', (name) => {
    const session = new Setup().create({ kept: 1 });
    const refused = { name: 'SessionKeyReservedError', key: name, message: expect.stringContaining(`"${name}"`) };
    const values = Object.fromEntries([
      ['first', 1],
      [name, 1],
    ]);
    for (const attempt of [
      () => session.set(name, 1),
      () => session.update(values),
      () => session.setDefault(name, 1),
      () => session.mutate(name, () => 1),
    ]) {
      expect(attempt).toThrow(expect.objectContaining(refused));
    }
    expect(session.toJSON()).toEqual({ kept: 1 });
    expect(Object.getPrototypeOf(session)).toBe(SessionObject.prototype);
  });

  it.each(names.filter((name) => !settable.includes(name)))('%s is refused by assignment', (name) => {
    const session = new Setup().create();
    expect(() => {
      ownData(session)[name] = { a: 1 };
    }).toThrow(new SessionKeyReservedError(name));
    expect(() => void Object.assign(session, JSON.parse(`{"${name}":{"a":1}}`))).toThrow(
      new SessionKeyReservedError(name),
    );
    expect(session.keys()).toEqual([]);
    expect(Object.getPrototypeOf(session)).toBe(SessionObject.prototype);
  });

  it.each(['get', 'toJSON', 'clear', 'constructor', '__proto__', 'id'])(
    '%s that came in as an own property by defineProperty is refused at the commit, and nothing is stored',
    async (name) => {
      const setup = new Setup();
      const session = setup.create({ a: 1 });
      Object.defineProperty(session, name, { value: () => ({ hidden: 1 }), enumerable: true, configurable: true });
      const error = await errorOf(() => setup.repository.commit(session));
      expect(error).toEqual(new SessionKeyReservedError(name));
      expect(setup.store.calls).toEqual([]);
    },
  );

  it('in a record from elsewhere is left out, and the session survives', async () => {
    const setup = new Setup();
    const id = 'an-id-of-this-test';
    const data = Object.fromEntries([
      ['a', 1],
      ['get', 2],
      ['constructor', 3],
    ]);
    const bytes = setup.codec.encode({
      data,
      createdAt: setup.time,
      rotatedAt: setup.time,
      permanent: false,
      flashes: [],
      auth: null,
    });
    await setup.memory.write(storeKey('session:', id), bytes, HOUR, 'absent');
    const session = await setup.request(id);
    expect(session.toJSON()).toEqual({ a: 1 });
    expect(typeof session.get).toBe('function');
  });

  it('is every name on the prototype, and nothing else', () => {
    expect(methods.filter((name) => !isReserved(name))).toEqual([]);
    expect(['visits', 'cart', 'user', 'name', 'data'].filter(isReserved)).toEqual([]);
  });
});

describe('the facts of a session', () => {
  it('id stays the same from before the first save, and changes with the secret id', async () => {
    const setup = new Setup();
    const session = setup.create({ a: 1 });
    const { id } = session;
    await session.commit();
    expect(session.id).toBe(id);
    expect((await setup.request(idOf(session))).id).toBe(id);
    await session.regenerate();
    expect(session.id).not.toBe(id);
  });

  it('id is neither the secret id, nor the key, nor part of one', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    const secret = idOf(session);
    expect(session.id).toMatch(/^[\w-]{16}$/);
    expect(secret).not.toContain(session.id);
    expect(storeKey('', secret)).not.toContain(session.id);
    expect(await setup.keys()).toEqual([storeKey('session:', secret)]);
    expect(session.id).not.toBe((await setup.request(await setup.begin({ a: 1 }))).id);
  });

  it('isNew says whether it is stored', async () => {
    const setup = new Setup();
    const session = setup.create({ a: 1 });
    expect(session.isNew).toBe(true);
    await session.commit();
    expect(session.isNew).toBe(false);
    await session.destroy();
    expect(session.isNew).toBe(true);
  });

  it('modified is computed, however deep the change', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ basket: [{ qty: 1 }] }));
    expect(session.modified).toBe(false);
    (session.get('basket') as { qty: number }[])[0]!.qty++;
    expect(session.modified).toBe(true);
    (session.get('basket') as { qty: number }[])[0]!.qty--;
    expect(session.modified).toBe(false);
    session.flash('info', 'x');
    expect(session.modified).toBe(true);
    session.flashes();
    session.permanent = true;
    expect(session.modified).toBe(true);
  });

  it('modified, set true, forces one write, and false takes that back', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    setup.store.forget();
    session.modified = true;
    expect(session.modified).toBe(true);
    session.modified = false;
    await session.commit();
    expect(setup.store.methods).toEqual([]);
    session.modified = true;
    await session.commit();
    await session.commit();
    expect(setup.store.methods).toEqual(['write']);
    expect(session.modified).toBe(false);
  });

  it('modified of a new session is true as soon as there is something to store', () => {
    const session = new Setup().create();
    expect(session.modified).toBe(false);
    session.set('a', 1);
    expect(session.modified).toBe(true);
  });

  it('createdAt stays through saves and rotations, and is a copy', async () => {
    const setup = new Setup();
    const began = setup.time;
    const id = await setup.begin({ a: 1 });
    setup.time += 10 * MINUTE;
    const session = await setup.request(id);
    session.createdAt.setTime(0);
    session.set('a', 2);
    await session.commit();
    await session.regenerate();
    expect(session.createdAt).toEqual(new Date(began));
    expect((await setup.request(idOf(session))).createdAt).toEqual(new Date(began));
  });

  it('expiresAt is the end by the idle timeout, counted from when the session was extended', async () => {
    const setup = new Setup({ idleTimeout: HOUR, refreshInterval: 3 * MINUTE });
    const began = setup.time;
    const id = await setup.begin({ a: 1 });
    expect((await setup.request(id)).expiresAt).toEqual(new Date(began + HOUR));
    setup.time += 2 * MINUTE;
    expect((await setup.request(id, began)).expiresAt).toEqual(new Date(began + HOUR));
    setup.time += MINUTE;
    expect((await setup.request(id, began)).expiresAt).toEqual(new Date(setup.time + HOUR));
  });

  it('expiresAt is the end by the absolute timeout where that comes first', async () => {
    const setup = new Setup({ idleTimeout: HOUR, absoluteTimeout: 90 * MINUTE });
    const began = setup.time;
    const id = await setup.begin({ a: 1 });
    setup.time += 45 * MINUTE;
    expect((await setup.request(id)).expiresAt).toEqual(new Date(began + 90 * MINUTE));
  });
});

describe('a read-only view', () => {
  const view = (session: SessionObject): SessionObject => readonlyView(session);

  it('shows data and facts, and gives the data alone as JSON', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    const seen = view(session);
    expect([seen.get('a'), seen.has('a'), seen.keys(), seen.id, seen.isNew]).toEqual([
      1,
      true,
      ['a'],
      session.id,
      false,
    ]);
    expect(JSON.stringify(seen)).toBe('{"a":1}');
    expect(stateOf(seen)).toBe(stateOf(session));
  });

  it('refuses every change, also to the object itself', async () => {
    const setup = new Setup();
    const session = setup.create({ a: 1 });
    const seen = view(session);
    const refused = {
      code: 'SESSION_READONLY',
      message: 'The session was requested as read-only. Nothing was changed.',
    };
    for (const attempt of [
      () => seen.set('a', 2),
      () => seen.pop('a'),
      () => seen.setDefault('b', 2),
      () => seen.update({ a: 2 }),
      () => seen.clear(),
      () => seen.flash('info', 'x'),
      () => seen.flashes(),
      () => seen.mutate('a', () => 2),
      () => seen.regenerate(),
      () => seen.destroy(),
      () => seen.commit(),
      () => {
        ownData(seen)['a'] = 2;
      },
      () => {
        seen.permanent = true;
      },
      () => delete ownData(seen)['a'],
      () => Object.defineProperty(seen, 'a', { value: 2 }),
      () => Object.setPrototypeOf(seen, null) as unknown,
      () => Object.freeze(seen),
      () => setup.repository.regenerate(seen),
      () => setup.repository.login(seen, { userId: 1, at: 0 }),
      () => setup.repository.destroy(seen),
    ]) {
      expect(await errorOf(attempt)).toMatchObject(refused);
    }
    expect(session.toJSON()).toEqual({ a: 1 });
    expect([session.permanent, Object.isExtensible(session)]).toEqual([false, true]);
  });
});
