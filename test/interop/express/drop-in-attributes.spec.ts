import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import session, { Cookie, type SessionOptions } from 'nestjs-session-auth/express';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { CountingStore } from './counting-store.js';
import { cookieHeader, DropInServer, end, type Handler, sessionCookie, setCookies, sidIn } from './drop-in-server.js';

let server: DropInServer;

async function start(options?: SessionOptions, handler?: Handler, before?: Handler): Promise<DropInServer> {
  return (server = await DropInServer.start(options, handler, before));
}

afterEach(async () => {
  jest.restoreAllMocks();
  await server.close();
});

/** Attributes of the session's cookie; null: none was set. */
async function attributes(path = '/', headers: Record<string, string> = {}): Promise<Record<string, string> | null> {
  return sessionCookie(await server.get(path, headers))?.attributes ?? null;
}

const https = { 'x-forwarded-proto': 'https' };
/** What Express says of a connection. */
const saysSecure: Handler = (req) => {
  const { 'x-secure': header } = req.headers;
  if (header !== undefined) req.secure = header === 'true';
};

describe('a cookie for HTTPS alone', () => {
  it.each<[proxy: boolean | undefined, headers: Record<string, string>, isSet: boolean]>([
    [true, https, true],
    [true, { 'x-forwarded-proto': 'https,http' }, true],
    [true, { 'x-forwarded-proto': ' HTTPS , http' }, true],
    [true, { 'x-forwarded-proto': 'http,https' }, false],
    [true, {}, false],
    [false, https, false],
    [false, { ...https, 'x-secure': 'true' }, false],
    [undefined, https, false],
    [undefined, { ...https, 'x-secure': 'true' }, true],
    [undefined, { 'x-secure': 'false' }, false],
  ])('proxy %p, %p: it is set: %p', async (proxy, headers, isSet) => {
    await start({ proxy, cookie: { secure: true, maxAge: 5_000 } }, end, saysSecure);
    expect((await attributes('/', headers)) !== null).toBe(isSet);
  });

  it('is set over TLS, whatever a proxy says', async () => {
    await start();
    const tls = selfSigned();
    const middleware = session({
      secret: 'a',
      proxy: false,
      cookie: { secure: true },
      resave: true,
      saveUninitialized: true,
    });
    const secure = createServer(tls, (req, res) => {
      middleware(req, res, () => res.end());
    }).listen(0, '127.0.0.1');
    await once(secure, 'listening');
    try {
      const { port } = secure.address() as AddressInfo;
      const asked = request({ host: '127.0.0.1', port, ca: tls.cert, servername: 'localhost', agent: false });
      asked.end();
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      response.resume();
      expect(response.headers['set-cookie']).toEqual([expect.stringMatching(/; Secure$/)]);
    } finally {
      secure.close();
    }
  });
});

describe('the cookie option secure: auto and sameSite: auto', () => {
  interface Row {
    readonly cookie: SessionOptions['cookie'];
    readonly secure: object | null;
    readonly insecure: object | null;
  }
  const rows: Row[] = [
    { cookie: { secure: 'auto' }, secure: { secure: '' }, insecure: {} },
    { cookie: { sameSite: 'auto' }, secure: { samesite: 'None' }, insecure: { samesite: 'Lax' } },
    {
      cookie: { secure: 'auto', sameSite: 'auto' },
      secure: { secure: '', samesite: 'None' },
      insecure: { samesite: 'Lax' },
    },
    { cookie: { secure: false, sameSite: 'auto' }, secure: { samesite: 'None' }, insecure: { samesite: 'Lax' } },
    { cookie: { secure: true, sameSite: 'auto' }, secure: { secure: '', samesite: 'None' }, insecure: null },
    { cookie: () => ({ secure: 'auto' }), secure: { secure: '' }, insecure: {} },
  ];
  const expected = (attributes: object | null): unknown =>
    attributes === null ? null : { path: '/', httponly: '', ...attributes };

  it.each(rows)('$cookie is as Express says that the connection is', async ({ cookie, secure, insecure }) => {
    await start({ cookie }, end, saysSecure);
    expect(await attributes('/', { 'x-secure': 'true' })).toEqual(expected(secure));
    expect(await attributes('/', { 'x-secure': 'false' })).toEqual(expected(insecure));
  });

  it.each(rows)('$cookie is as a trusted proxy says', async ({ cookie, secure, insecure }) => {
    await start({ cookie, proxy: true });
    expect(await attributes('/', https)).toEqual(expected(secure));
    expect(await attributes('/', { 'x-forwarded-proto': 'http' })).toEqual(expected(insecure));
  });

  it.each(rows)('$cookie believes no proxy that is not to be trusted', async ({ cookie, insecure }) => {
    await start({ cookie, proxy: false });
    expect(await attributes('/', https)).toEqual(expected(insecure));
  });
});

describe('the cookie option path', () => {
  it.each([
    ['/', false],
    ['/foo', false],
    ['/foo/bar', true],
    ['/foo/bar/baz', true],
    ['/foo/bar?a=b', true],
    ['/x?/foo/bar', false],
  ])('of /foo/bar: a request for %s has a session: %p', async (path, isSet) => {
    await start({ cookie: { path: '/foo/bar' } });
    expect((await attributes(path)) !== null).toBe(isSet);
  });

  it.each([
    ['/foo/bar', true],
    ['/foo/foo/bar', false],
  ])('means the path that was asked for, wherever the application is mounted: %s: %p', async (path, isSet) => {
    await start({ cookie: { path: '/foo/bar' } }, end, (req) => {
      req.originalUrl = req.url ?? '';
      req.url = req.originalUrl.slice('/foo'.length);
    });
    expect((await attributes(path)) !== null).toBe(isSet);
  });

  it('means the path of a whole URL, as a proxy is asked for it', async () => {
    await start({ cookie: { path: '/foo' } }, end, (req) => void (req.url = `http://example.org${String(req.url)}`));
    expect([(await attributes('/foo')) !== null, (await attributes('/bar')) !== null]).toEqual([true, false]);
  });
});

describe('the option cookie', () => {
  it('may be a function of the request', async () => {
    await start({ cookie: (req) => ({ path: String(req.url), httpOnly: true, secure: false }) });
    expect(await attributes('/test')).toEqual({ path: '/test', httponly: '' });
  });

  it('says how the value is written, also for a session that was stored', async () => {
    await start({ rolling: true, genid: () => 'a b', cookie: { encode: (value) => encodeURI(value) } });
    const first = await server.get();
    expect(sessionCookie(first)?.value).toMatch(/^s:a%20b\./);
    expect(sessionCookie(await server.again(first))?.value).toMatch(/^s:a%20b\./);
  });

  it.each<[boolean | undefined, boolean]>([
    [undefined, false],
    [false, false],
    [true, true],
  ])('partitioned %p is sent: %p', async (partitioned, isSent) => {
    await start({ cookie: { partitioned } });
    expect('partitioned' in ((await attributes()) ?? {})).toBe(isSent);
  });
});

describe('req.session.cookie', () => {
  it('is what the cookie is going to be', async () => {
    await start({ proxy: true }, (req, res) => {
      Object.assign(req.session.cookie, { httpOnly: false, secure: true });
      res.end();
    });
    expect(await attributes('/', https)).toEqual({ path: '/', secure: '', expires: expect.anything() });
  });

  it('stands over the options', async () => {
    const cookie = { httpOnly: false, maxAge: 5_000, path: '/admin', priority: 'high', secure: true } as const;
    await start({ cookie }, (req, res) => {
      req.session.cookie.secure = false;
      res.end();
    });
    expect(await attributes('/admin')).toEqual({ path: '/admin', priority: 'High', expires: expect.anything() });
  });

  it('lives as long as the browser where no age is given, and is then set once', async () => {
    await start({ cookie: { path: '/admin' } });
    const first = await server.get('/admin/foo');
    expect(sessionCookie(first)?.attributes).toEqual({ path: '/admin', httponly: '' });
    expect(setCookies(await server.again(first, '/admin'))).toEqual([]);
  });

  it('that cannot be sent is an error, after a response without it', async () => {
    await start({ cookie: { expires: new Date(Number.NaN) } });
    const response = await server.get();
    expect([response.status, setCookies(response)]).toEqual([200, []]);
    expect(await server.error()).toEqual(new TypeError('option expires is invalid'));
  });

  it.each<[string, Handler]>([
    ['before', (_req, res) => res.setHeader('Set-Cookie', new Cookie().serialize('previous', 'value')).end()],
    ['as a list', (_req, res) => res.setHeader('Set-Cookie', ['previous=value']).end()],
    ['by writeHead', (_req, res) => res.writeHead(200, { 'Set-Cookie': 'previous=value' }).end()],
    [
      'by writeHead with a message',
      (_req, res) => res.writeHead(200, 'Fine', { 'set-cookie': ['previous=value'] }).end(),
    ],
    [
      'by writeHead in a list',
      (_req, res) => res.writeHead(200, ['Set-Cookie', 'previous=value', 'X-Number', 1]).end(),
    ],
    ['by writeHead in pairs', (_req, res) => res.writeHead(200, [['Set-Cookie', 'previous=value']] as never).end()],
  ])('leaves another cookie alone that was set %s', async (_how, handler) => {
    await start({}, handler);
    const cookies = setCookies(await server.get());
    expect(cookies.map(({ name }) => name)).toEqual(['previous', 'connect.sid']);
    expect(cookies[0]?.value).toBe('value');
  });

  describe('.originalMaxAge', () => {
    it.each(['once', 'twice'])('is the age that was given, also for a session that was read %s', async (times) => {
      const passed = stopClock();
      await start({ cookie: { maxAge: 2_000 } }, (req, res) => res.end(String(req.session.cookie.originalMaxAge)));
      let response = await server.get();
      const first = response;
      for (let asked = 0; asked < (times === 'once' ? 1 : 2); asked++) {
        passed(500);
        response = await server.again(first);
      }
      expect([await first.text(), await response.text()]).toEqual(['2000', '2000']);
    });

    it('is that, too, where the store gives a Date', async () => {
      const store = new CountingStore();
      await start({ store, cookie: { maxAge: 2_000 } }, (req, res) =>
        res.end(String(req.session.cookie.originalMaxAge)),
      );
      const first = await server.get();
      const { get } = CountingStore.prototype;
      store.get = (sid, callback) => {
        Reflect.apply(get, store, [
          sid,
          (error: unknown, found: { cookie: { expires: unknown } }) => {
            found.cookie.expires = new Date(String(found.cookie.expires));
            callback(error, found as never);
          },
        ]);
      };
      expect(await (await server.again(first)).text()).toBe('2000');
    });
  });

  it.each([2_000, 5_000, 3_000_000_000])('.maxAge of %i ms is when the cookie ends', async (maxAge) => {
    stopClock();
    await start({ cookie: { maxAge: 2_000 } }, (req, res) => {
      req.session.cookie.maxAge = maxAge;
      req.session.hits = maxAge;
      res.end();
    });
    const expires = new Date(Date.now() + maxAge).toUTCString();
    const first = await server.get();
    expect(sessionCookie(first)?.attributes['expires']).toBe(expires);
    expect(sessionCookie(await server.again(first))).toBeUndefined();
  });

  it('.expires may be a time that has gone by', async () => {
    await start({}, (req, res) => {
      req.session.cookie.expires = new Date(0);
      res.end();
    });
    expect((await attributes())?.['expires']).toBe('Thu, 01 Jan 1970 00:00:00 GMT');
  });

  it.each(['read', 'written'])(
    '.expires of null is the end of the browser: set once, the session being %s',
    async (how) => {
      await start({}, (req, res) => {
        req.session.cookie.expires = null;
        if (how === 'written') req.session.hits = (req.session.hits ?? 0) + 1;
        res.end();
      });
      const first = await server.get();
      expect(sessionCookie(first)?.attributes).toEqual({ path: '/', httponly: '' });
      expect(setCookies(await server.again(first))).toEqual([]);
    },
  );

  it('is extended, in the store and where it is rolling in the browser, by a response that takes its time', async () => {
    const passed = stopClock();
    const store = new CountingStore();
    await start({ store, rolling: true }, (req, res) => {
      req.session.user = 'ada';
      res.write('hello, ');
      passed(10_000);
      res.end('world');
    });
    const first = await server.get();
    expect(await first.text()).toBe('hello, world');
    const second = await server.again(first);
    await second.text();
    const ends = [first, second].map((response) => Date.parse(sessionCookie(response)?.attributes['expires'] ?? ''));
    expect((ends[1] ?? 0) - (ends[0] ?? 0)).toBe(10_000);
    expect((await store.stored(sidIn(first)))?.cookie.expires).toBe(new Date(Date.now() + 50_000).toISOString());
  });
});

describe('cookies that another middleware has read', () => {
  const countHits: Handler = (req, res) => {
    req.session.hits = (req.session.hits ?? 0) + 1;
    res.end(String(req.session.hits));
  };
  /** As cookie-parser does it, which takes the header away besides. */
  const parsed =
    (where: 'cookies' | 'signedCookies', read: (value: string) => unknown): Handler =>
    (req) => {
      const value = /connect\.sid=([^;]*)/.exec(req.headers.cookie ?? '')?.[1];
      req.headers.cookie = 'foo=bar';
      if (value !== undefined) Object.assign(req, { [where]: { 'connect.sid': read(decodeURIComponent(value)) } });
    };
  const idIn = (value: string): string => value.slice(2, value.lastIndexOf('.'));

  it.each<[string, Handler, string]>([
    ['are read from req.cookies', parsed('cookies', (value) => value), '2'],
    ['are read from req.signedCookies', parsed('signedCookies', idIn), '2'],
    ['are not taken where they are not signed', parsed('cookies', idIn), '1'],
    ['are not taken where their signature is wrong', parsed('cookies', (value) => value.replace(/...\./, '.')), '1'],
    ['are not taken where cookie-parser refused them', parsed('signedCookies', () => false), '1'],
    ['are not taken where they are no text', parsed('cookies', () => ({ id: 'evil' })), '1'],
  ])('%s', async (_what, before, hits) => {
    await start({}, countHits, before);
    const first = await server.get();
    expect(await first.text()).toBe('1');
    expect(await (await server.get('/', { cookie: cookieHeader(first) })).text()).toBe(hits);
  });
});

/** The clock of this process, where the server is, stands still and is moved. */
function stopClock(): (ms: number) => void {
  let now = Math.ceil(Date.now() / 1000) * 1000;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  return (ms) => void (now += ms);
}

/** A certificate that this run alone trusts. */
function selfSigned(): { readonly key: Buffer; readonly cert: Buffer } {
  const folder = temporaryFolder('certificate');
  try {
    const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '1'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...files], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    folder.remove();
  }
}
