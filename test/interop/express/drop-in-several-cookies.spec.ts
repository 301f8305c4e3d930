import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore as ExpressMemoryStore, type SessionOptions } from 'nestjs-session-auth/express';
import { MemoryStore } from 'nestjs-session-auth/memory';
import { SiteJar } from '../../support/site-jar.js';
import { DropInServer, type Handler } from './drop-in-server.js';

// The cookie's path was changed from /app to /: below /app a browser sends both, the former one first.

const act: Handler = (req, res) => {
  const { pathname, searchParams } = new URL(req.url ?? '', 'http://localhost');
  const done = (): void => {
    const { cookie: _cookie, ...values } = { ...(req.session as typeof req.session | undefined) };
    res.end(JSON.stringify(values));
  };
  if (pathname.endsWith('/login')) {
    return void req.session.regenerate(() => {
      req.session.user = searchParams.get('user') ?? '';
      done();
    });
  }
  if (pathname.endsWith('/logout')) return void req.session.destroy(done);
  if (pathname.endsWith('/leave')) return void req.session.regenerate(done);
  if (pathname.endsWith('/unset')) Reflect.deleteProperty(req, 'session');
  if (pathname.endsWith('/set')) Object.assign(req.session, { [searchParams.get('key') ?? '']: true });
  done();
};

let server: DropInServer;
let jar: SiteJar;

afterEach(() => server.close());

describe.each<[string, () => NonNullable<SessionOptions['store']>]>([
  ['a store of this package', () => new MemoryStore()],
  ['a store of express-session', () => new ExpressMemoryStore()],
])('with %s', (_, makeStore) => {
  let store: NonNullable<SessionOptions['store']>;

  beforeEach(() => {
    store = makeStore();
    jar = new SiteJar('');
  });

  async function restart(cookie: NonNullable<SessionOptions['cookie']>, options: SessionOptions = {}): Promise<void> {
    if (jar.url !== '') await server.close();
    server = await DropInServer.start({ store, cookie, resave: false, saveUninitialized: false, ...options }, act);
    jar.url = server.origin;
  }

  async function twoLogins(options: SessionOptions = {}): Promise<void> {
    await restart({ path: '/app' });
    await jar.get('/app/login?user=one');
    await restart({}, options);
    await jar.get('/login?user=two');
    expect(jar.places).toEqual(['connect.sid@www.shop.example/', 'connect.sid@www.shop.example/app']);
  }

  it('lets somebody log in whose former session has ended', async () => {
    await restart({ path: '/app' });
    await jar.get('/app/set?key=before');
    await restart({});
    for (let login = 0; login < 2; login++) {
      await jar.get('/app/login?user=two');
      expect(await jar.json('/app/read')).toEqual({ user: 'two' });
    }
    expect(jar.places).toEqual(['connect.sid@www.shop.example/']);
    await jar.get('/app/set?key=after');
    expect(await jar.json('/app/read')).toEqual({ user: 'two', after: true });
  });

  it('goes by the one whose cookie stands where cookies are set now, and leaves that one', async () => {
    await twoLogins();
    expect(await jar.json('/app/read')).toEqual({ user: 'two' });
    expect(jar.places).toEqual(['connect.sid@www.shop.example/']);
  });

  it.each(['logout', 'leave', 'unset'])('ends all of them by %s', async (how) => {
    await twoLogins({ unset: 'destroy' });
    const copy = jar.copy();
    await jar.get(`/app/${how}`);
    for (const browser of [jar, copy]) expect(await browser.json('/app/read')).toEqual({});
  });

  it('passes over what is not signed, and then leaves the places of others alone', async () => {
    await twoLogins();
    jar.take('connect.sid=s:planted; Path=/app; Domain=shop.example');
    expect(await jar.json('/app/read')).toEqual({ user: 'two' });
    expect(jar.places).toHaveLength(3);
  });
});
