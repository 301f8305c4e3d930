import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CsrfGuard, CsrfService, Session, type SessionModuleOptions } from 'nestjs-session-auth';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { MemoryStore } from 'nestjs-session-auth/memory';
import { sessionTesting } from 'nestjs-session-auth/testing';
import { platforms } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { FailingStore } from '../support/failing-store.js';
import { RedisServer } from '../support/servers/redis.js';
import { checkpoints, cookieNames, dataOf, noise, post, startSealed, userOf, type SealedApp } from './sealed-app.js';

@Controller('csrf')
@UseGuards(CsrfGuard)
class FormsController {
  constructor(private readonly csrf: CsrfService) {}

  @Get()
  form(@Session() session: Session) {
    return { token: this.csrf.token(session) };
  }

  @Post()
  act() {
    return {};
  }
}

describe.each(inTurn(platforms))('on %s', (platform) => {
  let running: SealedApp;

  async function start(options: SessionModuleOptions = {}): Promise<SealedApp> {
    return (running = await startSealed(options, { platform }));
  }

  afterEach(() => running.close());

  it.each([null, 'memory'] as const)('logs in, guards, and logs out, revocations: %s', async (revocations) => {
    await start({ sealed: { revocations } });
    const jar = running.jar();
    await jar.fetch('/set', post({ cart: [1] }));
    const before = (await jar.json('/read')) as { id: string };
    expect((await jar.fetch('/me')).status).toBe(401);
    const { id } = (await jar.json('/login', post({ user: 'ada' }))) as { id: string };
    expect(id).not.toBe(before.id);
    expect(await jar.json('/read')).toEqual({ data: { cart: [1] }, user: 'ada', id, isNew: false });
    expect(await jar.json('/me')).toEqual({ id: 'ada' });
    await jar.fetch('/logout', post());
    expect([jar.header, (await jar.fetch('/me')).status]).toEqual(['', 401]);
    expect(running.heard.names).toEqual(['created', 'refused', 'rotated', 'login', 'destroyed', 'logout', 'refused']);
  });

  it('ASVS 7.4.1: logout holds with revocations: a copy of the cookie is worth nothing, nor are those from before the login', async () => {
    await start({ sealed: { revocations: 'memory' } });
    const jar = running.jar();
    await jar.fetch('/set', post({ text: noise(5000) }));
    const anonymous = jar.copy();
    await jar.fetch('/login', post({ user: 'ada' }));
    const copies = [jar.copy()];
    await jar.fetch('/set', post({ more: 1 }));
    copies.push(jar.copy());
    await jar.fetch('/logout', post());
    for (const copy of copies) {
      expect((await copy.fetch('/me')).status).toBe(401);
      expect(await dataOf(copy)).toEqual({});
    }
    expect(await dataOf(anonymous)).toEqual({});
  });

  it('ASVS 7.4.1: without revocations a copy outlives logout, until it expires, as the page and the log at boot say', async () => {
    let time = Date.UTC(2026, 5, 1);
    await start({ clock: () => time, idleTimeout: '1h' });
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 'ada' }));
    const copy = jar.copy();
    await jar.fetch('/logout', post());
    expect((await copy.fetch('/me')).status).toBe(200);
    time += 3_600_000;
    expect((await copy.fetch('/me')).status).toBe(401);
  });

  it.each([
    ['a logout', '/logout', null],
    ['a login', '/login', 'bob'],
  ])(
    'ASVS 7.4.1: a slow request that answers after %s brings nobody back, and takes no newer cookie away',
    async (_, path, user) => {
      await start({ sealed: { revocations: 'memory' } });
      const jar = running.jar();
      await jar.fetch('/login', post({ user: 'ada' }));
      const { name, checkpoint } = checkpoints.next();
      const slow = jar.fetch(`/slow/${name}`, post({ late: true }));
      await checkpoint.reached;
      await jar.fetch(path, post({ user: 'bob' }));
      checkpoint.release();
      expect((await slow).headers.getSetCookie()).toEqual([]);
      expect(await jar.json('/read')).toMatchObject({ data: {}, user });
      expect(running.heard.of('lateWrite')).toHaveLength(1);
    },
  );

  it('asks the store once a request with a session, once more where that changes, and never without', async () => {
    const store = new FailingStore(new MemoryStore());
    await start({ sealed: { revocations: store } });
    const jar = running.jar();
    const counted = async (path: string, init?: RequestInit) => {
      const { read, write } = { ...store.calls };
      await jar.fetch(path, init);
      return [store.calls.read - read, store.calls.write - write];
    };
    expect(await counted('/set', post({ a: 1 }))).toEqual([0, 0]);
    expect(await counted('/untouched')).toEqual([0, 0]);
    expect(await counted('/read')).toEqual([1, 0]);
    expect(await counted('/set', post({ b: 1 }))).toEqual([2, 0]);
    expect(await counted('/clear', post())).toEqual([1, 1]);
    jar.set('session', 'forged');
    expect(await counted('/read')).toEqual([0, 0]);
  });

  it('answers 503 while the store of revocations is away, and goes on when it is back', async () => {
    const store = new FailingStore(new MemoryStore());
    await start({ sealed: { revocations: store } });
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 'ada' }));
    store.fail();
    expect([(await jar.fetch('/me')).status, (await jar.fetch('/logout', post())).status]).toEqual([503, 503]);
    expect((await running.jar().fetch('/read')).status).toBe(200);
    store.recover();
    expect((await jar.fetch('/me')).status).toBe(200);
  });

  it('does not close a store that the application made', async () => {
    const store = new MemoryStore();
    let closed = 0;
    store.close = () => {
      closed++;
      return Promise.resolve();
    };
    await start({ sealed: { revocations: store } });
    await running.close();
    expect(closed).toBe(0);
    await start();
  });

  it('remembers with the store of revocations, and logs in again when the session has ended', async () => {
    let time = Date.UTC(2026, 5, 1);
    await start({ clock: () => time, idleTimeout: '1h', sealed: { revocations: 'memory' } });
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 'ada', remember: true }));
    expect(cookieNames(jar)).toEqual(['session', 'remember_token']);
    time += 2 * 3_600_000;
    expect(await userOf(jar)).toBeNull();
    expect(await jar.json('/me')).toEqual({ id: 'ada' });
    expect(await userOf(jar)).toBe('ada');
    const copy = jar.copy();
    await jar.fetch('/logout', post());
    expect(jar.header).toBe('');
    expect((await copy.fetch('/me')).status).toBe(401);
  });

  it('lets parallel requests with one remembered login in, all of them', async () => {
    let time = Date.UTC(2026, 5, 1);
    await start({ clock: () => time, idleTimeout: '1h', sealed: { revocations: 'memory' } });
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 'ada', remember: true }));
    time += 2 * 3_600_000;
    const responses = await Promise.all(Array.from({ length: 5 }, () => jar.fetch('/me')));
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await jar.fetch('/me')).status).toBe(200);
  });

  it('refuses a remembered login where there is no store, and says which setting helps', async () => {
    await start();
    const jar = running.jar();
    expect((await jar.fetch('/login', post({ user: 'ada', remember: true }))).status).toBe(500);
    expect(running.logger.at('error').join()).toContain('SESSION_SEALED_REVOCATIONS (sealed.revocations)');
    expect((await jar.fetch('/login', post({ user: 'ada' }))).status).toBe(201);
    jar.set('remember_token', 'from.before');
    expect((await jar.fetch('/me')).status).toBe(200);
  });

  it('ASVS 7.4.5: logs everybody out by one write, with revocations', async () => {
    await start({ sealed: { revocations: 'memory' } });
    const jars = [running.jar(), running.jar()];
    for (const jar of jars) await jar.fetch('/login', post({ user: 'ada' }));
    const copies = jars.map((jar) => jar.copy());
    await running.jar().fetch('/everyone', post());
    for (const jar of [...jars, ...copies]) expect((await jar.fetch('/me')).status).toBe(401);
  });

  it('has no list of devices, and says why', async () => {
    await start({ sealed: { revocations: 'memory' } });
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 'ada' }));
    expect((await jar.fetch('/devices')).status).toBe(500);
    expect(running.logger.at('error').join()).toContain(
      'SESSION_TYPE is cookie: the sessions of a user are in browsers',
    );
  });

  it('NIST 5.2: holds a form to its session by a token, through every new cookie of it', async () => {
    running = await startSealed({ csrf: { mode: 'token' } }, { platform, controllers: [FormsController] });
    const jar = running.jar();
    const { token } = (await jar.json('/csrf')) as { token: string };
    const own = { 'sec-fetch-site': 'same-origin' };
    const act = async (header: string, who = jar) =>
      (await who.fetch('/csrf', { method: 'POST', headers: { ...own, 'x-csrf-token': header } })).status;
    expect([await act(token), await act('x'), await act(token, running.jar())]).toEqual([201, 403, 403]);
    await jar.json('/csrf');
    expect(await act(token)).toBe(201);
  });

  it('can be begun and looked at by the testing kit', async () => {
    await start({ sealed: { revocations: 'memory' } });
    const kit = sessionTesting(running.app);
    const cookies = await kit.signIn('ada', { data: { text: noise(5000) } });
    const response = await fetch(`${running.url}/read`, { headers: { cookie: cookies.header } });
    expect(await response.json()).toMatchObject({ user: 'ada', data: { text: noise(5000) } });
    expect(await kit.session(cookies)).toMatchObject({ data: { text: noise(5000) } });
    await kit.transaction(cookies, (session) => session.destroy());
    expect(cookies.header).toBe('');
  });
});

describe('a middleware that knows express-session', () => {
  it('works with sealed sessions', async () => {
    const running = await startSealed({ eager: true });
    try {
      const jar = running.jar();
      await jar.fetch('/set', post({ a: 1 }));
      expect(await dataOf(jar)).toEqual({ a: 1 });
    } finally {
      await running.close();
    }
  });
});

describe('revocations in Redis', () => {
  let redis: RedisServer;
  const apps: SealedApp[] = [];

  beforeAll(async () => {
    redis = await RedisServer.start();
    const options = { sealed: { revocations: 'redis' }, redis: { url: redis.url }, idleTimeout: '1h' } as const;
    // Two, also where the tests run on one platform only.
    for (const platform of [platforms[0], platforms.at(-1)]) {
      apps.push(await startSealed(options, platform === undefined ? {} : { platform }));
    }
  });

  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await redis.stop();
  });

  it('hold in every process, for as long as a cookie could be good for, and hold nothing of the session', async () => {
    const [one, two] = apps as [SealedApp, SealedApp];
    const jar = one.jar();
    await jar.fetch('/login', post({ user: 'ada' }));
    const me = async (app: SealedApp, cookie: string) => (await fetch(`${app.url}/me`, { headers: { cookie } })).status;
    const cookie = jar.header;
    expect(await me(two, cookie)).toBe(200);
    await jar.fetch('/logout', post());
    expect([await me(one, cookie), await me(two, cookie)]).toEqual([401, 401]);

    const [key = ''] = await redis.administer((client) => client.keys('*revoked*'));
    expect(key).toMatch(/^session:revoked:[\w-]{43}$/);
    const [ttl, value] = await redis.administer((client) => Promise.all([client.pttl(key), client.getBuffer(key)]));
    expect(ttl).toBeGreaterThan(3_600_000 - 10_000);
    expect(ttl).toBeLessThanOrEqual(3_660_000);
    expect(value).toHaveLength(1);
  });
});
