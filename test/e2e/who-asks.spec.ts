import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Head, HttpCode, Post, UseGuards } from '@nestjs/common';
import {
  AuthService,
  Fresh,
  safeNext,
  Session,
  SessionAuthGuard,
  type SessionModuleOptions,
} from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import type { CookieJar } from '../support/jar.js';
import { ask } from '../support/raw-http.js';
import { storedKeys } from '../support/stored-keys.js';

type Headers = Readonly<Record<string, string>>;

const html = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const navigation = { ...html, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none' };
const fetched = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' };
const turbo = { accept: 'text/html, application/xhtml+xml', 'x-turbo-request-id': 'a' };

/** What a browser, or a script in it, asks for by itself: the answer is no page, or is shown to nobody. */
const byThemselves: readonly (readonly [what: string, headers: Headers])[] = [
  ['a prefetch', { ...navigation, 'sec-purpose': 'prefetch' }],
  ['a prerender', { ...navigation, 'sec-purpose': 'prefetch;prerender' }],
  ['a prefetch of an older browser', { ...html, purpose: 'prefetch' }],
  ['a prefetch by Turbo', { ...fetched, ...turbo, 'x-sec-purpose': 'prefetch' }],
  ['an icon', { accept: 'image/*', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
  ['a frame of Turbo', { ...fetched, ...turbo, 'turbo-frame': 'cart' }],
  ['a frame of Turbo on plain HTTP', { ...turbo, 'turbo-frame': 'cart' }],
  ['a part for htmx on plain HTTP', { accept: 'text/html, */*', 'hx-request': 'true' }],
  ['fetch()', { ...fetched, ...html }],
  ['jQuery on plain HTTP', { accept: 'text/html, */*; q=0.01', 'x-requested-with': 'XMLHttpRequest' }],
  ['who wants no HTML', { accept: 'text/html;q=0, */*' }],
];
/** What a person asks for, whatever stands in between. */
const byPersons: readonly (readonly [what: string, headers: Headers])[] = [
  ['a page', navigation],
  ['a page in an old browser', html],
  ['a page in a WebView', { ...navigation, 'x-requested-with': 'com.facebook.katana' }],
  ['a page in a WebView of Android 5', { ...html, 'x-requested-with': 'com.android.browser' }],
  ['a page that a service worker passes on', { ...navigation, 'sec-fetch-dest': 'empty' }],
  ['a visit of Turbo Drive', { ...fetched, ...turbo }],
  ['a visit of Turbo Drive on plain HTTP', turbo],
  ['a boosted link of htmx', { ...fetched, accept: '*/*', 'hx-request': 'true', 'hx-boosted': 'true' }],
];

@Controller()
class PagesController {
  constructor(private readonly auth: AuthService) {}

  @Get('login')
  page(@Session() session: Session) {
    return { messages: session.flashes().length, next: session.get('next', null) };
  }

  @Post('login')
  @HttpCode(200)
  async login(@Session() session: Session) {
    await this.auth.login(session, 7);
    return { to: safeNext(session.pop('next')) };
  }

  @Get('secret')
  @Fresh({ action: 'look' })
  secret() {
    return {};
  }

  @Head('head')
  @UseGuards(SessionAuthGuard)
  head() {
    return {};
  }

  @Get(['orders', 'admin'])
  @UseGuards(SessionAuthGuard)
  rest() {
    return {};
  }
}

describe.each(inTurn(platforms))('%s', (platform) => {
  let running: RunningApp;
  afterEach(() => running.close());

  async function start(session: SessionModuleOptions = {}): Promise<void> {
    const redirects = { loginUrl: '/login', confirmUrl: '/confirm', ...session.redirects };
    running = await startApp({ platform, session: { ...session, redirects }, controllers: [PagesController] });
  }

  /** With these headers and the jar's cookies alone. */
  async function browse(path: string, headers: Headers, jar: CookieJar = running.jar(), method = 'GET') {
    const cookie: Record<string, string> = jar.header === '' ? {} : { cookie: jar.header };
    const response = await ask(running.url + path, { method, headers: { ...headers, ...cookie } });
    for (const line of response.headers['set-cookie'] ?? []) {
      jar.set('session', line.slice('session='.length, line.indexOf(';')));
    }
    return response;
  }

  it('a person is sent to the login page, and to the one that confirms; who asks by itself gets a 401', async () => {
    await start();
    const jar = running.jar();
    await jar.fetch('/login', { method: 'POST' });
    const statuses = async (headers: Headers) => [
      (await browse('/orders', headers)).status,
      (await browse('/secret', headers, jar)).status,
    ];
    for (const [what, headers] of byPersons) expect([what, await statuses(headers)]).toEqual([what, [302, 302]]);
    for (const [what, headers] of byThemselves) expect([what, await statuses(headers)]).toEqual([what, [401, 401]]);
  });

  it('what is fetched ahead of need is kept by no cache, so that the browser asks once more when it is needed', async () => {
    await start();
    const { status, headers } = await browse('/orders', { ...navigation, 'sec-purpose': 'prefetch' });
    expect([status, headers['cache-control'], headers.location]).toEqual([401, 'no-store', undefined]);
  });

  it('a frame is sent to the login page, and leaves nothing in the session', async () => {
    await start({ redirects: { nextInSession: true }, messages: { login: 'Log in first.' } });
    const response = await browse('/orders', { ...navigation, 'sec-fetch-dest': 'iframe' });
    expect([response.status, response.headers.location]).toEqual([302, '/login']);
    expect(response.headers['set-cookie']).toBeUndefined();
    expect(await storedKeys(running.app)).toEqual([]);
  });

  it.each(['auto', 'redirect'] as const)(
    'refusal %s: what nobody looks at begins no session, and takes nobody to another place',
    async (refusal) => {
      await start({ redirects: { refusal, nextInSession: true }, messages: { login: 'Log in first.' } });
      const frame = ['a frame', { ...navigation, 'sec-fetch-dest': 'iframe' }] as const;
      for (const [what, headers] of [...byThemselves, frame]) {
        const stranger = running.jar();
        await browse('/admin', headers, stranger);
        expect([what, stranger.header]).toEqual([what, '']);
      }
      const jar = running.jar();
      await browse('/orders?page=2', navigation, jar);
      for (const [, headers] of [...byThemselves, frame]) await browse('/admin', headers, jar);
      await browse('/head', html, jar, 'HEAD');
      expect(JSON.parse((await browse('/login', navigation, jar)).body)).toEqual({
        messages: 1,
        next: '/orders?page=2',
      });
      expect(await (await jar.fetch('/login', { method: 'POST' })).json()).toEqual({ to: '/orders?page=2' });
    },
  );

  it('a person leaves the place and the message, by whatever is in between', async () => {
    await start({ redirects: { nextInSession: true }, messages: { login: 'Log in first.' } });
    for (const [what, headers] of byPersons) {
      const jar = running.jar();
      await browse('/orders', headers, jar);
      const seen: unknown = JSON.parse((await browse('/login', navigation, jar)).body);
      expect([what, seen]).toEqual([what, { messages: 1, next: '/orders' }]);
    }
  });

  it('HEAD is redirected like GET, and leaves nothing', async () => {
    await start({ redirects: { nextInSession: true } });
    const response = await browse('/head', navigation, running.jar(), 'HEAD');
    expect([response.status, response.headers.location]).toEqual([302, '/login']);
    expect(response.headers['set-cookie']).toBeUndefined();
  });

  it('a script that shows pages gets a 401 where the login page is on another origin, which it could not read', async () => {
    await start({ redirects: { loginUrl: 'https://id.example/login' } });
    expect((await browse('/orders', { ...fetched, ...turbo })).status).toBe(401);
    expect((await browse('/orders', turbo)).status).toBe(401);
    expect((await browse('/orders', navigation)).status).toBe(302);
  });
});
