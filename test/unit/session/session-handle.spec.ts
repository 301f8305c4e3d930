import { describe, expect, it } from '@jest/globals';
import { SessionNeedsHttpError, SessionStoreUnavailableError } from '../../../lib/errors.js';
import { Lifetime } from '../../../lib/session/lifetime.js';
import { observeAll } from '../../../lib/session/observer.js';
import { SessionHandle, type SessionHolder } from '../../../lib/session/session-handle.js';
import type { SessionToken } from '../../../lib/session/session-reference.js';
import type { SessionDelivery } from '../../../lib/session/session-state.js';
import { stateOf, type SessionObject } from '../../../lib/session/session.js';
import { HOUR, idOf, MINUTE, SECOND, Setup } from './setup.js';

interface Options {
  readonly delivery?: SessionDelivery;
  readonly holder?: Partial<SessionHolder>;
  readonly onStoreError?: 'fail' | 'anonymous';
  /** Whether the cookies come from several places. */
  readonly isElsewhere?: boolean;
}

function handleOf(setup: Setup, tokens: readonly SessionToken[], options: Options = {}): SessionHandle {
  const { delivery = 'open', holder = {}, onStoreError = 'fail', isElsewhere = false } = options;
  const kit = {
    repository: setup.repository,
    cookie: {
      carries: ({ id }: SessionToken, stored: { readonly id: string }) => id === stored.id,
      isElsewhere: () => isElsewhere,
    },
    lifetime: new Lifetime(HOUR, 24 * HOUR, 3 * MINUTE, null),
    observer: observeAll((name, event) => void setup.events.push({ name, event })),
    options: { onStoreError },
    report: () => undefined,
    now: () => setup.time,
  };
  const plain: SessionHolder = {
    inspect: () => undefined,
    elsewhere: () => null,
    follow: null,
    errorFor: (error) => error,
  };
  return new SessionHandle(kit, { tokens, hasOthers: false }, { ...plain, ...holder }, null, delivery);
}

function tokenOf(id: string, issuedAt: number, outdated = false): SessionToken {
  return { id, issuedAt, outdated };
}

describe('the handle of a session', () => {
  it('loads once, however often it is asked', async () => {
    const setup = new Setup();
    const handle = handleOf(setup, [tokenOf(await setup.begin({ cart: 1 }), setup.time)]);
    const [one, two] = await Promise.all([handle.load(), handle.load()]);
    expect([one, await handle.load()]).toEqual([two, two]);
    expect(handle.session?.get('cart')).toBe(1);
    expect(setup.store.methods).toEqual(['read']);
  });

  it('asks no store for a client without a valid token, and answers synchronously', async () => {
    const setup = new Setup();
    const handle = handleOf(setup, []);
    expect(handle.load()).toBe(handle.session);
    expect(handle.deliver()).toBe('kept');
    expect(setup.store.calls).toEqual([]);
  });

  it('uses the live one of several tokens, and ends the others with it', async () => {
    const setup = new Setup();
    const [one, two] = [await setup.begin({ n: 1 }), await setup.begin({ n: 2 })];
    const tokens = [tokenOf('none', setup.time), tokenOf(one, setup.time - SECOND), tokenOf(two, setup.time - MINUTE)];
    const handle = handleOf(setup, tokens, { delivery: 'none' });
    expect((await handle.load()).get('n')).toBe(1);
    handle.endAtCommit();
    await handle.commit();
    expect(await setup.keys()).toEqual([]);
  });

  it('shows a login to its holder before anybody gets it', async () => {
    const setup = new Setup();
    const seen: SessionObject[] = [];
    const inspect = async (session: SessionObject): Promise<void> => {
      seen.push(session);
      expect(handle.session).toBeNull();
      await setup.repository.destroy(session);
    };
    const handle = handleOf(setup, [tokenOf(await setup.begin({}, 'ada'), setup.time)], { holder: { inspect } });
    const session = await handle.load();
    expect(seen).toEqual([session]);
    expect(stateOf(session).auth).toBeNull();
    expect(handle.deliver()).toBe('removed');
  });

  it('says what is to become of the cookie', async () => {
    const setup = new Setup();
    const id = await setup.begin({ cart: 1 });
    const token = tokenOf(id, setup.time);

    const unchanged = handleOf(setup, [token]);
    await unchanged.load();
    expect(unchanged.deliver()).toBe('kept');

    const outdated = handleOf(setup, [tokenOf(id, setup.time, true)]);
    await outdated.load();
    expect(outdated.deliver()).toMatchObject({ stored: { id }, issuedAt: setup.time, maxAge: null });

    const permanent = handleOf(setup, [token]);
    (await permanent.load()).permanent = true;
    await permanent.commit();
    expect(permanent.deliver()).toMatchObject({ stored: { id }, maxAge: HOUR });

    const moved = handleOf(setup, [token]);
    await (await moved.load()).regenerate();
    const change = moved.deliver();
    expect(change).toMatchObject({ stored: { id: idOf(await moved.load()) }, issuedAt: setup.time });

    const ended = handleOf(setup, [token]);
    await ended.load();
    expect(ended.deliver()).toBe('kept');
  });

  it('drops a change that would need a cookie once that has been delivered', async () => {
    const setup = new Setup();
    const handle = handleOf(setup, []);
    (await handle.load()).set('cart', 1);
    handle.deliver();
    await handle.commit();
    expect(setup.heard('droppedChange')).toHaveLength(1);
    expect(await setup.keys()).toEqual([]);
  });

  it('rejects a session that would begin where no cookie can be delivered', async () => {
    const setup = new Setup();
    const handle = handleOf(setup, [], { delivery: 'none' });
    const session = await handle.load();
    await handle.commit();
    session.set('cart', 1);
    expect(() => handle.commit()).toThrow(SessionNeedsHttpError);
    expect(await setup.keys()).toEqual([]);
  });

  it('looks for a session of another framework only if its cookie can be delivered', async () => {
    const setup = new Setup();
    const elsewhere = async (): Promise<SessionObject> => setup.create({ from: 'elsewhere' });
    const open = handleOf(setup, [], { holder: { elsewhere } });
    expect((await open.load()).get('from')).toBe('elsewhere');
    const closed = handleOf(setup, [], { holder: { elsewhere }, delivery: 'none' });
    expect((await closed.load()).has('from')).toBe(false);
  });

  it('is empty and rejects changes while the store is away, if the application wants that', async () => {
    const setup = new Setup();
    const tokens = [tokenOf(await setup.begin({ cart: 1 }), setup.time)];
    setup.store.before = () => {
      throw new SessionStoreUnavailableError('The store of this test is down.');
    };
    await expect(handleOf(setup, tokens).load()).rejects.toThrow(SessionStoreUnavailableError);
    const session = await handleOf(setup, tokens, { onStoreError: 'anonymous' }).load();
    expect(session.isNew).toBe(true);
    expect(() => session.set('cart', 2)).toThrow(SessionStoreUnavailableError);
  });
});
