import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionModuleOptions, SessionStore, UserId } from 'nestjs-session-auth';
import { create } from '../../lib/stores/redis/create.js';
import { standaloneContext } from '../../lib/stores/store-context.js';
import { platforms } from '../support/app.js';
import type { CookieJar } from '../support/jar.js';
import { patienceMs } from '../support/patience.js';
import { RedisServer } from '../support/servers/redis.js';
import { SpreadStore } from '../support/spread-store.js';
import { keyBehind } from '../support/stored-keys.js';
import { afterGrace, post, RememberPlace, rememberCookieOf, times } from './remember-app.js';

interface Backing {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** A store without any records. */
  open(): Promise<SessionStore>;
  keys(place: RememberPlace): Promise<string[]>;
}

let server: RedisServer | null = null;

function redis(): RedisServer {
  if (server === null) throw new Error('The server has not been started.');
  return server;
}

const backings: Backing[] = [
  {
    name: 'memory, whose writes take a while',
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    open: () => Promise.resolve(new SpreadStore()),
    keys: (place) => place.keys(),
  },
  {
    name: 'Redis',
    start: async () => {
      server = await RedisServer.start();
    },
    stop: async () => {
      await redis().stop();
    },
    open: async () => {
      await redis().administer((client) => client.flushall());
      return create({ url: redis().url, client: null }, standaloneContext);
    },
    keys: () => redis().administer((client) => client.keys('*')),
  },
];

const cases = platforms.flatMap((platform) => backings.map((backing) => ({ platform, ...backing })));

describe.each(cases)('$platform, $name', ({ platform, start, stop, open, keys }) => {
  let place: RememberPlace;
  beforeAll(start);
  afterAll(stop);
  afterEach(() => place.stop());

  async function begin(options: SessionModuleOptions = {}, instances = 1): Promise<void> {
    const patient = { storeTimeout: patienceMs / 1000, ...options };
    place = await RememberPlace.start({ platform, store: await open(), options: patient, instances });
  }

  async function sessions(): Promise<string[]> {
    return (await keys(place)).filter((key) => /^session:[\w-]{43}$/.test(key));
  }

  async function endSession(cookie: string | undefined): Promise<void> {
    expect(await place.store.inner.delete(keyBehind(cookie))).toBe('deleted');
  }

  /** What one of the requests got. */
  interface Got {
    readonly user: UserId | null;
    readonly session: string | undefined;
    readonly remember: string | undefined;
    readonly data: unknown;
  }

  /** Twenty requests of one browser at once, each with the cookies that it has now. */
  async function twenty(browser: (index: number) => CookieJar, path = '/who', init: RequestInit = {}): Promise<Got[]> {
    return times(20, async (index) => {
      const jar = browser(index);
      const { user, data } = (await jar.json(path, init)) as { user: UserId | null; data?: unknown };
      return { user, session: jar.get('session'), remember: jar.get('remember_token'), data };
    });
  }

  /** All are let in, as one: one session, one login, one pair of cookies, no alarm. */
  async function expectOne(all: readonly Got[], cookie: string): Promise<Got> {
    const [one] = all;
    if (one === undefined) throw new Error('There were no requests.');
    expect(all).toEqual(all.map(() => one));
    expect(one).toMatchObject({ user: 7, session: expect.any(String), remember: expect.any(String) });
    expect(one.remember).not.toBe(cookie);
    expect(await sessions()).toEqual([keyBehind(one.session)]);
    const counts = ['login', 'remembered', 'rememberStolen', 'revoked'] as const;
    expect(counts.map((name) => place.heard.of(name).length)).toEqual([1, 1, 0, 0]);
    return one;
  }

  it('twenty parallel requests after the session has expired are one login', async () => {
    await begin();
    const jar = await place.remembered();
    await endSession(jar.get('session'));
    const cookie = rememberCookieOf(jar);
    const { session, remember } = await expectOne(await twenty(() => jar.copy()), cookie);

    // Twenty more, with what they got: the first that arrive, and nothing more to do after that.
    jar.set('session', String(session));
    jar.set('remember_token', String(remember));
    const next = await twenty(() => jar.copy());
    expect(new Set(next.map(({ user }) => user))).toEqual(new Set([7]));
    place.forget();
    await place.who(jar);
    expect([place.store.calls.read, place.store.calls.write]).toEqual([1, 0]);
  });

  it('of two instances of the application, too, without any session cookie', async () => {
    await begin({}, 2);
    const jar = await place.remembered();
    await endSession(jar.get('session'));
    const cookie = rememberCookieOf(jar);
    await expectOne(await twenty((index) => place.withCookie(cookie, index % 2)), cookie);
  });

  it('each with a live anonymous session: its data are kept, and what each of them writes', async () => {
    await begin({}, 2);
    const jar = await place.remembered();
    await endSession(jar.get('session'));
    const cookie = rememberCookieOf(jar);
    const visitor = place.jar();
    await visitor.fetch('/set/basket', post);
    place.forget();
    const browser = (index: number): CookieJar => {
      const own = place.withCookie(cookie, index % 2);
      own.set('session', String(visitor.get('session')));
      return own;
    };
    const all = await times(20, async (index) => {
      const own = browser(index);
      const { user } = (await own.json(`/who-and-set/k${String(index)}`, post)) as { user: UserId | null };
      return { user, session: own.get('session'), remember: own.get('remember_token'), data: null };
    });
    const { session } = await expectOne(all, cookie);

    const after = place.jar();
    after.set('session', String(session));
    const written = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${String(index)}`, true]));
    expect((await place.who(after)).data).toEqual({ basket: true, ...written });
    expect(await place.userAt(visitor.get('session'))).toBeNull();
  });

  it.each(['end-oldest', 'refuse'] as const)(
    'take up one place where a user may have but one session: %s',
    async (onTooMany) => {
      await begin({ maxSessionsPerUser: { max: 1, onTooMany } });
      const jar = await place.remembered();
      await endSession(jar.get('session'));
      const cookie = rememberCookieOf(jar);
      await expectOne(await twenty(() => place.withCookie(cookie)), cookie);
    },
  );

  it('are all turned away where there is no place, and are all let in with what they got once there is', async () => {
    await begin({ maxSessionsPerUser: { max: 1, onTooMany: 'refuse' } });
    const jar = await place.remembered();
    const cookie = rememberCookieOf(jar);
    const all = await twenty(() => place.withCookie(cookie));
    expect(all).toEqual(all.map(() => ({ ...all[0], user: null, session: undefined })));
    expect(all[0]?.remember).not.toBe(cookie);

    await endSession(jar.get('session'));
    place.forget();
    place.pass(afterGrace);
    const next = String(all[0]?.remember);
    await expectOne(await twenty(() => place.withCookie(next)), next);
  });

  it('that show a copy after the grace are one alarm, and end what there is', async () => {
    await begin({}, 2);
    const jar = await place.remembered();
    await endSession(jar.get('session'));
    const cookie = rememberCookieOf(jar);
    const victim = place.withCookie(cookie);
    await place.who(victim);
    await place.who(victim);
    place.pass(afterGrace);
    place.forget();
    const all = await twenty((index) => place.withCookie(cookie, index % 2));

    expect(all).toEqual(
      all.map(() => expect.objectContaining({ user: null, session: undefined, remember: undefined })),
    );
    expect(place.heard.of('rememberStolen')).toEqual([{ userId: 7, address: '127.0.0.1', sessions: 1 }]);
    expect(await sessions()).toEqual([]);
    expect(await place.who(victim)).toMatchObject({ user: null });
  });

  it('in three rounds, each after the session has ended, need one token each', async () => {
    await begin({}, 2);
    const jar = await place.remembered();
    await endSession(jar.get('session'));
    let cookie = rememberCookieOf(jar);
    for (let round = 0; round < 3; round++) {
      const shown = cookie;
      const one = await expectOne(await twenty((index) => place.withCookie(shown, index % 2)), shown);
      await endSession(one.session);
      cookie = String(one.remember);
      place.pass(afterGrace);
      place.forget();
    }
  });
});
