import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SessionGoneError, SessionStoreUnavailableError, SessionTooLargeError } from '../../../lib/errors.js';
import { stateOf } from '../../../lib/session/session.js';
import { SealedSetup } from './sealed-setup.js';
import { errorOf, HOUR, MINUTE } from './setup.js';

const modes = [
  ['without revocations', false],
  ['with revocations', true],
] as const;

describe.each(modes)('a login in a sealed session, %s', (_, revocations) => {
  it('gives a new id, and keeps the data', async () => {
    const setup = new SealedSetup({ revocations });
    const header = await setup.begin({ cart: [1] });
    const session = await setup.request(header);
    const before = session.id;
    const auth = { userId: 7, at: setup.time };
    session.set('more', 2);
    await setup.repository.login(session, auth);
    expect(stateOf(session).auth).toBe(auth);
    const again = await setup.request(setup.send(session));
    expect([again.id, again.toJSON()]).toEqual([session.id, { cart: [1], more: 2 }]);
    expect(stateOf(again).auth).toEqual(auth);
    expect(session.id).not.toBe(before);
    expect(setup.heard('rotated')).toEqual([{ publicId: session.id, formerPublicId: before }]);
  });

  it('begins a session where there was none, under the id that was agreed on', async () => {
    const setup = new SealedSetup({ revocations });
    const id = Buffer.alloc(32, 7).toString('base64url');
    const session = setup.repository.create();
    await setup.repository.login(session, { userId: 7, at: setup.time }, id);
    expect(stateOf(await setup.request(setup.send(session))).stored?.id).toBe(id);
    expect(setup.names).toEqual(['created']);
  });

  it('is not made where the session is too large for it, and the session is as it was', async () => {
    const setup = new SealedSetup({ revocations });
    const header = await setup.begin({ a: 1 }, 'ada');
    const session = await setup.request(header);
    const { auth, stored } = stateOf(session);
    session.set('blob', 'x'.repeat(20_000));
    const login = setup.repository.login(session, { userId: 'bob', at: setup.time });
    await expect(login).rejects.toBeInstanceOf(SessionTooLargeError);
    expect(stateOf(session)).toMatchObject({ auth, stored });
    expect(await setup.find(header)).not.toBeNull();

    const fresh = setup.repository.create().update({ blob: 'x'.repeat(20_000) });
    await expect(setup.repository.login(fresh, { userId: 'bob', at: setup.time })).rejects.toThrow();
    expect(stateOf(fresh).auth).toBeNull();
  });

  it('NIST 5.2: begins its timeouts anew when it is confirmed', async () => {
    const setup = new SealedSetup({ revocations, absoluteTimeout: 2 * HOUR });
    let header = await setup.begin({ a: 1 }, 'ada');
    for (let uses = 0; uses < 2; uses++) {
      setup.time += 50 * MINUTE;
      header = await setup.change(header, async (session) => {
        await setup.repository.confirm(session, { userId: 'ada', at: setup.time, since: 1 });
      });
    }
    setup.time += 50 * MINUTE;
    const session = await setup.request(header);
    expect(stateOf(session).auth).toMatchObject({ userId: 'ada', at: setup.time - 50 * MINUTE, since: 1 });
    await expect(setup.repository.confirm(setup.repository.create(), { userId: 'ada', at: 1 })).rejects.toBeInstanceOf(
      SessionGoneError,
    );
  });

  it('gets a new id on demand; a session that is not stored yet gets another one', async () => {
    const setup = new SealedSetup({ revocations });
    const session = await setup.request(await setup.begin({ a: 1 }, 'ada'));
    const before = session.id;
    await session.regenerate();
    expect(session.id).not.toBe(before);
    expect(await setup.dataOf(setup.send(session))).toEqual({ a: 1 });
    const fresh = setup.repository.create();
    const promised = fresh.id;
    await fresh.regenerate();
    expect(fresh.id).not.toBe(promised);
    expect(stateOf(fresh).stored).toBeNull();
  });

  it('ends with the session, which is then a new one', async () => {
    const setup = new SealedSetup({ revocations });
    const session = await setup.request(await setup.begin({ a: 1 }, 'ada'));
    await session.destroy();
    expect(stateOf(session)).toMatchObject({ stored: null, end: 'ended', auth: null });
    expect(session.toJSON()).toEqual({});
    expect(setup.names).toEqual(['destroyed']);
    session.flash('info', 'Bye.');
    await session.commit();
    expect((await setup.request(setup.send(session))).flashes()).toHaveLength(1);
  });

  it('has nothing to end where there was no session', async () => {
    const setup = new SealedSetup({ revocations });
    const session = setup.repository.create().update({ a: 1 });
    await session.destroy();
    expect([stateOf(session).end, setup.names, session.toJSON()]).toEqual([null, [], {}]);
  });
});

describe('a sealed session without revocations', () => {
  it('ASVS 7.4.1: goes on in a copy of its cookie after logout, until it expires: this is what revocations are for', async () => {
    const setup = new SealedSetup();
    const copy = await setup.begin({ a: 1 }, 'ada');
    await (await setup.request(copy)).destroy();
    expect(await setup.dataOf(copy)).toEqual({ a: 1 });
    setup.time += HOUR;
    expect(await setup.find(copy)).toBeNull();
    expect(setup.store.calls).toEqual([]);
  });
});

describe('a sealed session with revocations', () => {
  it('ASVS 7.4.1: is worth nothing any more once it has ended, in any copy of its cookie', async () => {
    const setup = new SealedSetup({ revocations: true });
    const header = await setup.begin({ a: 1 }, 'ada');
    const late = await setup.request(header);
    const changed = await setup.change(header, (session) => session.set('b', 2));
    await (await setup.request(header)).destroy();
    late.set('c', 3);
    await late.commit();
    expect(stateOf(late).end).toBe('gone');
    expect(setup.names).toEqual(['destroyed', 'lateWrite']);
    for (const copy of [header, changed]) expect(await setup.find(copy)).toBeNull();
  });

  it.each(['destroy', 'clear', 'regenerate', 'login', 'confirm'] as const)(
    'ASVS 7.2.4: leaves nothing of the id before: %s',
    async (how) => {
      const setup = new SealedSetup({ revocations: true });
      const header = await setup.begin({ a: 1 }, how === 'clear' ? undefined : 'ada');
      const session = await setup.request(header);
      const auth = { userId: 'ada', at: setup.time };
      if (how === 'login') await setup.repository.login(session, auth);
      else if (how === 'confirm') await setup.repository.confirm(session, auth);
      else await session[how]();
      await session.commit();
      expect(await setup.find(header)).toBeNull();
      setup.time += HOUR - 1;
      expect(await setup.find(header)).toBeNull();
    },
  );

  it('ASVS 7.4.1: is refused for as long as any cookie of it could be good for, whatever was under way', async () => {
    const minutes = fc.integer({ min: 0, max: 70 });
    await fc.assert(
      fc.asyncProperty(minutes, minutes, minutes, minutes, async (toEnd, toSave, toSend, toReplay) => {
        const setup = new SealedSetup({ revocations: true, absoluteTimeout: 3 * HOUR });
        const header = await setup.begin({ a: 1 }, 'ada');
        const [late, ending] = [await setup.request(header), await setup.request(header)];
        setup.time += toSave * MINUTE;
        late.set('b', 2);
        await late.commit();
        setup.time += toEnd * MINUTE;
        await ending.destroy();
        setup.time += toSend * MINUTE;
        const copy = stateOf(late).end === 'gone' ? header : setup.send(late);
        setup.time += toReplay * MINUTE;
        expect(await setup.find(copy)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('is asked for once a request, once more where it changes, noted when it ends, and known by a hash alone', async () => {
    const setup = new SealedSetup({ revocations: true });
    const header = await setup.begin({ a: 1 }, 'ada');
    const session = await setup.request(header);
    await session.commit();
    expect(setup.store.methods).toEqual(['read']);
    session.set('b', 2);
    await session.commit();
    expect(setup.store.methods).toEqual(['read', 'read']);
    const { id = '' } = stateOf(session).stored ?? {};
    await session.destroy();
    expect(setup.store.methods).toEqual(['read', 'read', 'write']);
    const keys = setup.store.calls.map(({ key }) => key);
    expect(keys).toEqual([expect.stringMatching(/^session:revoked:[\w-]{43}$/), keys[0], keys[0]]);
    expect(keys.join()).not.toContain(id);
  });

  it('ends once, whoever else tries: the second clears no cookie', async () => {
    const setup = new SealedSetup({ revocations: true });
    const header = await setup.begin({ a: 1 }, 'ada');
    const [one, two] = [await setup.request(header), await setup.request(header)];
    await Promise.all([one.destroy(), two.destroy()]);
    expect([stateOf(one).end, stateOf(two).end].filter((end) => end === 'ended')).toHaveLength(1);
    expect(setup.names).toEqual(['destroyed']);
  });

  it('that has ended meanwhile is not revived by a new id, nor by a confirmation', async () => {
    const setup = new SealedSetup({ revocations: true });
    const header = await setup.begin({ a: 1 }, 'ada');
    const [one, two, ending] = await Promise.all([1, 2, 3].map(() => setup.request(header)));
    await ending!.destroy();
    await one!.regenerate();
    expect(stateOf(one!).end).toBe('gone');
    const { auth } = stateOf(two!);
    await expect(setup.repository.confirm(two!, { userId: 'ada', at: setup.time })).rejects.toBeInstanceOf(
      SessionGoneError,
    );
    expect(stateOf(two!)).toMatchObject({ end: 'gone', auth });
    expect(setup.names).toEqual(['destroyed', 'lateWrite', 'lateWrite']);
  });

  it('that was emptied after it had ended is gone, and clears no cookie', async () => {
    const setup = new SealedSetup({ revocations: true });
    const header = await setup.begin({ a: 1 });
    const [session, ending] = [await setup.request(header), await setup.request(header)];
    await ending.destroy();
    session.clear();
    await session.commit();
    expect(stateOf(session).end).toBe('gone');
    expect(await setup.repository.reload(await setup.request(await setup.begin({ a: 1 })))).toBe(true);
  });

  it('cannot be read again once it has ended', async () => {
    const setup = new SealedSetup({ revocations: true });
    const header = await setup.begin({ a: 1 });
    const [session, ending] = [await setup.request(header), await setup.request(header)];
    await ending.destroy();
    expect(await setup.repository.reload(session)).toBe(false);
  });

  it('that has ended meanwhile goes on by a login, with nothing of what was in it', async () => {
    const setup = new SealedSetup({ revocations: true });
    const header = await setup.begin({ cart: ['theirs'], list: [1] }, 'ada');
    const [session, ending] = [await setup.request(header), await setup.request(header)];
    session.set('own', true);
    (session.get('list') as number[]).push(2);
    session.flash('info', 'Hello.');
    await ending.destroy();
    const auth = { userId: 'bob', at: setup.time };
    await setup.repository.login(session, auth);
    const again = await setup.request(setup.send(session));
    expect(again.toJSON()).toEqual({ own: true });
    expect(again.flashes()).toEqual([{ category: 'info', message: 'Hello.' }]);
    expect([stateOf(session).auth, stateOf(again).auth]).toEqual([auth, auth]);
  });

  it('is not begun again under an id that was agreed on, once it has ended', async () => {
    const setup = new SealedSetup({ revocations: true });
    const id = Buffer.alloc(32, 7).toString('base64url');
    const [first, straggler] = [setup.repository.create(), setup.repository.create()];
    const auth = { userId: 7, at: setup.time };
    await setup.repository.login(first, auth, id);
    await first.destroy();
    await expect(setup.repository.login(straggler, auth, id)).rejects.toBeInstanceOf(SessionGoneError);
    expect(stateOf(straggler)).toMatchObject({ auth: null, stored: null });
  });

  it('is neither found nor ended while the store does not answer', async () => {
    const setup = new SealedSetup({ revocations: true });
    const header = await setup.begin({ a: 1 }, 'ada');
    const session = await setup.request(header);
    const { auth } = stateOf(session);
    setup.store.before = () => {
      throw new SessionStoreUnavailableError('down');
    };
    for (const call of [
      () => setup.find(header),
      () => session.set('b', 2).commit(),
      () => session.destroy(),
      () => session.regenerate(),
      () => setup.repository.login(session, { userId: 'bob', at: setup.time }),
    ]) {
      expect(await errorOf(call)).toBeInstanceOf(SessionStoreUnavailableError);
    }
    expect(stateOf(session)).toMatchObject({ auth, end: null });
    setup.store.before = () => undefined;
    expect(await setup.dataOf(header)).toEqual({ a: 1 });
  });

  it('can be ended after the answer has begun', async () => {
    const setup = new SealedSetup({ revocations: true });
    const header = await setup.begin({ a: 1 }, 'ada');
    const session = await setup.request(header);
    stateOf(session).deliver();
    await session.destroy();
    expect(await setup.find(header)).toBeNull();
  });

  it('tells its request of the end where that was asked for', async () => {
    const setup = new SealedSetup({ revocations: true, onGone: 'error' });
    const header = await setup.begin({ a: 1 }, 'ada');
    const [session, ending] = [await setup.request(header), await setup.request(header)];
    await ending.destroy();
    await expect(session.regenerate()).rejects.toBeInstanceOf(SessionGoneError);
  });
});
