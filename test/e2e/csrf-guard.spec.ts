import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { All, Controller, Get, Injectable, Post, UseGuards, type ExecutionContext } from '@nestjs/common';
import { APP_GUARD, NestApplication } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  AuthService,
  CsrfExempt,
  CsrfGuard,
  CsrfService,
  Session,
  SessionUnreachableError,
  type SessionModuleOptions,
} from 'nestjs-session-auth';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { json } from 'node:stream/consumers';
import { startApp, type AppSetup, type PlatformName, type RunningApp } from '../support/app.js';
import { notRun } from '../support/not-run.js';
import { servers } from './http-table.js';
import { OldFramework } from './migration-app.js';

@Controller()
@UseGuards(CsrfGuard)
class GuardedController {
  constructor(
    private readonly auth: AuthService,
    private readonly csrf: CsrfService,
  ) {}

  @Get('form')
  form(@Session() session: Session) {
    return { token: this.csrf.token(session) };
  }

  @All('act')
  act() {
    return { code: 'passed' };
  }

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, 'ada');
    return { code: 'passed' };
  }

  @Post('hook')
  @CsrfExempt()
  hook() {
    return { code: 'passed' };
  }
}

@Controller()
class OpenController {
  @Post('open')
  open() {
    return { code: 'passed' };
  }
}

@Controller()
@CsrfExempt()
class HooksController {
  @Post('hooks')
  hook() {
    return { code: 'passed' };
  }

  @Post('settings')
  @CsrfExempt(false)
  settings() {
    return { code: 'passed' };
  }
}

const trusted = 'https://app.example';
const trusting: SessionModuleOptions = { csrf: { trustedOrigins: [trusted] } };

interface Answer {
  readonly status: number | undefined;
  readonly code: unknown;
  readonly headers: IncomingMessage['headers'];
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends these headers and no others, and gives the code of the answer: `passed`, or why it was refused. */
async function send(url: string, { method = 'POST', headers = {}, body = '' }: Sent = {}): Promise<Answer> {
  // Node would send the body of a DELETE without saying that there is one.
  const length = body === '' ? {} : { 'content-length': String(body.length) };
  const outgoing = httpRequest(url, { method, headers: { ...headers, ...length }, agent: false }).end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { statusCode: status, headers: answered } = response;
  if (method === 'HEAD') return { status, code: 'passed', headers: answered };
  const { code } = (await json(response)) as { code?: unknown };
  return { status, code, headers: answered };
}

/** An application that takes every content type, so that none is refused before it comes to the guard. */
function start(platform: PlatformName, setup: AppSetup = {}): Promise<RunningApp> {
  const adapter = new FastifyAdapter();
  adapter.getInstance().addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  return startApp({
    platform,
    ...(platform === 'fastify' ? { adapter } : {}),
    controllers: [GuardedController],
    session: trusting,
    ...setup,
  });
}

const bodies: readonly (readonly [type: string | null, body: string])[] = [
  [null, ''],
  ['application/x-www-form-urlencoded', 'amount=1'],
  ['multipart/form-data; boundary=x', '--x--\r\n'],
  ['text/plain', '{"amount":1}'],
  ['application/json', '{"amount":1}'],
];

describe.each(servers)('CsrfGuard on %s', (platform) => {
  let running: RunningApp;
  /** A cookie of a session, and its token. */
  let cookie: string;
  let token: string;
  /** The token of another session. */
  let foreign: string;

  beforeAll(async () => {
    running = await start(platform);
    [cookie, token] = await begin();
    [, foreign] = await begin();
  });
  afterAll(() => running.close());

  async function begin(): Promise<[cookie: string, token: string]> {
    const jar = running.jar();
    const { token: made } = (await jar.json('/form')) as { token: string };
    return [jar.header, made];
  }

  // What the browser says, and what becomes of a request with cookies and: no token, one of another session, its own.
  const missing = ['CSRF_TOKEN_MISSING', 'CSRF_TOKEN_INVALID', 'passed'];
  const passes = ['passed', 'passed', 'passed'];
  const crossSite = ['CSRF_CROSS_SITE', 'CSRF_CROSS_SITE', 'CSRF_CROSS_SITE'];
  const foreignOrigin = ['CSRF_FOREIGN_ORIGIN', 'CSRF_FOREIGN_ORIGIN', 'CSRF_FOREIGN_ORIGIN'];
  // A page that hides its origin is the application's own, or anybody's in a sandbox: the token tells.
  const hidden = ['CSRF_FOREIGN_ORIGIN', 'CSRF_TOKEN_INVALID', 'passed'];
  it.each([
    ['same-origin', 'own', passes],
    ['same-origin', 'null', passes],
    ['same-origin', 'absent', passes],
    ['none', 'own', passes],
    ['none', 'null', hidden],
    ['none', 'https://evil.example', foreignOrigin],
    ['none', 'absent', missing],
    ['same-site', 'own', crossSite],
    ['same-site', 'https://blog.shop.example', crossSite],
    ['same-site', 'absent', crossSite],
    ['same-site', trusted, passes],
    ['cross-site', 'own', crossSite],
    ['cross-site', 'null', crossSite],
    ['cross-site', 'https://evil.example', crossSite],
    ['cross-site', 'absent', crossSite],
    ['cross-site', trusted, passes],
    ['same-origin, cross-site', 'own', crossSite],
    ['absent', 'own', passes],
    ['absent', 'null', hidden],
    ['absent', 'https://evil.example', foreignOrigin],
    ['absent', trusted, passes],
    ['absent', 'absent', missing],
  ])(
    'ASVS 3.5.1, 3.5.2: by any method and content type, Sec-Fetch-Site %s with the Origin %s: %j',
    async (site, origin, expected) => {
      const says: Record<string, string> = { cookie };
      if (site !== 'absent') says['sec-fetch-site'] = site;
      if (origin !== 'absent') says['origin'] = origin === 'own' ? running.url : origin;
      const wrong: unknown[] = [];
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        for (const [type, body] of bodies) {
          for (const [index, sent] of [undefined, foreign, token].entries()) {
            if (sent !== undefined && (method !== 'POST' || type !== 'application/json')) continue;
            const headers = {
              ...says,
              ...(type === null ? {} : { 'content-type': type }),
              ...(sent === undefined ? {} : { 'x-csrf-token': sent }),
            };
            const { status, code } = await send(`${running.url}/act`, { method, headers, body });
            if (code !== expected[index] || (code === 'passed') === (status === 403)) wrong.push([method, type, code]);
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it.each(['GET', 'HEAD', 'OPTIONS', ...(platform === 'fastify' ? [] : ['TRACE'])])(
    'ASVS 3.5.3: %s, which changes nothing, is not asked where it comes from',
    async (method) => {
      const headers = { cookie, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      expect(await send(`${running.url}/act`, { method, headers })).toMatchObject({ status: 200, code: 'passed' });
    },
  );

  it('ASVS 3.5.1: another site cannot log its visitor in, who has no cookies yet', async () => {
    const elsewhere: readonly Readonly<Record<string, string>>[] = [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site', origin: 'https://blog.shop.example' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ];
    for (const headers of elsewhere) {
      const answer = await send(`${running.url}/login`, { headers });
      expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined]);
    }
    const own = { 'sec-fetch-site': 'same-origin', origin: running.url };
    const { status, headers } = await send(`${running.url}/login`, { headers: own });
    expect([status, headers['set-cookie']]).toEqual([201, [expect.stringMatching(/^session=/)]]);
  });

  it('lets in who has no cookie of ours and is no browser, such as a client with a key: it speaks for nobody', async () => {
    const key = { authorization: 'Bearer key' };
    const clients: readonly Readonly<Record<string, string>>[] = [
      key,
      {},
      { ...key, cookie: '' },
      { ...key, cookie: 'AWSALB=a; __cf_bm=b; my_session=c; sessions=d' },
    ];
    for (const headers of clients) {
      expect((await send(`${running.url}/act`, { headers })).code).toBe('passed');
    }
    const inPage = { ...key, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await send(`${running.url}/act`, { headers: inPage })).code).toBe('CSRF_CROSS_SITE');
    for (const ours of [cookie, `a=b; ${cookie}`, 'session=', 'session=forged', 'remember_token=forged']) {
      expect((await send(`${running.url}/act`, { headers: { ...key, cookie: ours } })).code).toBe('CSRF_TOKEN_MISSING');
    }
  });

  it('a page that hides its origin proves itself by a token in any case, also where it has no cookies', async () => {
    const origin = 'null';
    const codeOf = async (headers: Readonly<Record<string, string>>) =>
      (await send(`${running.url}/act`, { headers: { origin, ...headers } })).code;
    expect(await codeOf({})).toBe('CSRF_FOREIGN_ORIGIN');
    expect(await codeOf({ 'x-csrf-token': token })).toBe('CSRF_TOKEN_INVALID');
    expect(await codeOf({ 'x-csrf-token': foreign, cookie })).toBe('CSRF_TOKEN_INVALID');
    expect(await codeOf({ 'x-csrf-token': token, cookie })).toBe('passed');
    expect(await codeOf({ 'x-csrf-token': token, cookie, 'sec-fetch-site': 'cross-site' })).toBe('CSRF_CROSS_SITE');
  });

  it('answers with a 403 in JSON that says why and what to do', async () => {
    const outgoing = httpRequest(`${running.url}/act`, { method: 'POST', agent: false, headers: { cookie } }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(403);
    expect(await json(response)).toEqual({
      statusCode: 403,
      error: 'Forbidden',
      code: 'CSRF_TOKEN_MISSING',
      message: 'This request has no CSRF token. Reload the page with the form, and send it from there.',
    });
  });

  it('does not touch the session of a request that it needs no token of', async () => {
    const { headers } = await send(`${running.url}/act`, { headers: { cookie, 'sec-fetch-site': 'same-origin' } });
    expect([headers.vary, headers['cache-control']]).toEqual([undefined, undefined]);
  });

  it('lets everybody through to a route that is exempt', async () => {
    const headers = { cookie, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await send(`${running.url}/hook`, { headers })).code).toBe('passed');
  });
});

describe.each(servers)('CsrfGuard for all routes at once, on %s', (platform) => {
  it('guards them, but for those that are exempt, and those that are not all the same', async () => {
    const running = await start(platform, {
      controllers: [OpenController, HooksController],
      providers: [{ provide: APP_GUARD, useExisting: CsrfGuard }],
    });
    try {
      const headers = { 'sec-fetch-site': 'cross-site' };
      const codes = await Promise.all(
        ['open', 'hooks', 'settings'].map(async (path) => (await send(`${running.url}/${path}`, { headers })).code),
      );
      expect(codes).toEqual(['CSRF_CROSS_SITE', 'passed', 'CSRF_CROSS_SITE']);
    } finally {
      await running.close();
    }
  });
});

describe('a cookie that speaks for a user', () => {
  it.each<[string, SessionModuleOptions, string]>([
    ['that of a session in a cookie', { type: 'cookie' }, 'session'],
    ['that of the session, by its name', { cookie: { name: 'sid' } }, 'sid'],
    ['remember-me, by its name', { remember: { cookieName: 'kept' } }, 'kept'],
    ['that of a session which could go on here', { migrateFrom: [new OldFramework().source()] }, 'old_session'],
  ])('is %s', async (_which, session, name) => {
    const running = await startApp({ controllers: [GuardedController], session });
    try {
      const codes = [];
      for (const cookie of [`${name}=a`, `x${name}=a`, `${name}x=a`]) {
        codes.push((await send(`${running.url}/act`, { headers: { cookie } })).code);
      }
      expect(codes).toEqual(['CSRF_TOKEN_MISSING', 'passed', 'passed']);
    } finally {
      await running.close();
    }
  });
});

describe('the own origin', () => {
  const page = { 'x-forwarded-proto': 'https', host: 'shop.example' };
  const cookie = 'session=a';

  it.each<[string, AppSetup]>([
    ['express', { prepare: (app) => (app.getHttpAdapter().getInstance() as ExpressSettings).set('trust proxy', true) }],
    ['fastify', { adapter: new FastifyAdapter({ trustProxy: true }) }],
  ])('behind a proxy that %s trusts is that of the browser', async (_platform, setup) => {
    const running = await startApp({ controllers: [GuardedController], ...setup });
    try {
      const codes = [];
      for (const origin of ['https://shop.example', 'http://shop.example', 'https://evil.example']) {
        codes.push((await send(`${running.url}/act`, { headers: { ...page, cookie, origin } })).code);
      }
      expect(codes).toEqual(['passed', 'CSRF_FOREIGN_ORIGIN', 'CSRF_FOREIGN_ORIGIN']);
    } finally {
      await running.close();
    }
  });

  it.each<[string, AppSetup]>([
    ['express', { adapter: new ExpressAdapter() }],
    ['fastify', { adapter: new FastifyAdapter() }],
  ])('behind a proxy that %s does not trust is another, unless it is listed', async (_platform, setup) => {
    const running = await startApp({
      controllers: [GuardedController],
      session: { csrf: { trustedOrigins: ['https://www.shop.example'] } },
      ...setup,
    });
    try {
      const codes = [];
      for (const origin of ['https://shop.example', 'https://www.shop.example']) {
        codes.push((await send(`${running.url}/act`, { headers: { ...page, cookie, origin } })).code);
      }
      expect(codes).toEqual(['CSRF_FOREIGN_ORIGIN', 'passed']);
    } finally {
      await running.close();
    }
  });

  it('is found over HTTP/2, where there is no header Host', async () => {
    const adapter = new FastifyAdapter({ http2: true });
    const running = await startApp({ adapter, controllers: [GuardedController] });
    const client = connectHttp2(running.url);
    try {
      const codes = [];
      for (const origin of [running.url, 'http://evil.example']) {
        const stream = client.request({ ':path': '/act', ':method': 'POST', origin, cookie });
        stream.end();
        const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
        codes.push([headers[':status'], ((await json(stream)) as { code: unknown }).code]);
      }
      expect(codes).toEqual([
        [200, 'passed'],
        [403, 'CSRF_FOREIGN_ORIGIN'],
      ]);
    } finally {
      client.close();
      await running.close();
    }
  });
});

describe('CsrfGuard where there is no HTTP request', () => {
  @Injectable()
  class Resolver {
    change(): boolean {
      return true;
    }
  }

  function contextOf(kind: string): ExecutionContext {
    const context = new ExecutionContextHost([{}, {}], Resolver, Resolver.prototype.change);
    context.setType(kind);
    return context;
  }

  it('lets messages pass, and refuses what it cannot see', async () => {
    const running = await startApp({ controllers: [GuardedController] });
    try {
      const guard = running.app.get(CsrfGuard);
      expect([guard.canActivate(contextOf('ws')), guard.canActivate(contextOf('rpc'))]).toEqual([true, true]);
      expect(() => guard.canActivate(contextOf('graphql'))).toThrow(SessionUnreachableError);
    } finally {
      await running.close();
    }
  });
});

if ('enableCsrfProtection' in NestApplication.prototype) {
  describe("Nest's own app.enableCsrfProtection()", () => {
    it('says what docs/auth/csrf.md tells of it, where the two differ', async () => {
      const nest = await startApp({
        controllers: [OpenController],
        prepare: (app) => void app.enableCsrfProtection({ trustedOrigins: [trusted] }),
      });
      const guard = await startApp({
        controllers: [OpenController],
        providers: [{ provide: APP_GUARD, useExisting: CsrfGuard }],
        session: trusting,
      });
      try {
        const cookie = 'session=a';
        const answers = async (headers: Readonly<Record<string, string>>): Promise<unknown[]> => {
          const statuses = [];
          for (const { url } of [nest, guard]) {
            const host = 'shop.example';
            statuses.push((await send(`${url}/open`, { headers: { host, cookie, ...headers } })).status);
          }
          return statuses;
        };
        expect(await answers({ 'sec-fetch-site': 'cross-site' })).toEqual([403, 403]);
        expect(await answers({ 'sec-fetch-site': 'cross-site', origin: trusted })).toEqual([201, 201]);
        expect(await answers({ origin: 'http://shop.example' })).toEqual([201, 201]);
        expect(await answers({})).toEqual([201, 403]);
        expect(await answers({ 'sec-fetch-site': 'none' })).toEqual([201, 403]);
        expect(await answers({ 'sec-fetch-site': 'none', origin: 'null' })).toEqual([201, 403]);
        expect(await answers({ origin: 'https://shop.example' })).toEqual([201, 403]);
        expect((await send(`${nest.url}/nowhere`, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
        expect((await send(`${guard.url}/nowhere`, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(404);
      } finally {
        await Promise.all([nest.close(), guard.close()]);
      }
    });
  });
} else {
  notRun("the comparison with Nest's own CSRF protection", 'this version of Nest has none');
}

interface ExpressSettings {
  set(name: string, value: unknown): void;
}
