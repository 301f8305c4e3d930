import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Head, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import {
  AuthService,
  Public,
  Roles,
  safeNext,
  Session,
  SessionAuthGuard,
  type SessionModuleOptions,
} from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { ask } from '../support/raw-http.js';
import { storedKeys } from '../support/stored-keys.js';

const inside = { inside: true };
const html = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

@Controller()
class PagesController {
  constructor(private readonly auth: AuthService) {}

  @Get('login')
  loginPage(@Session() session: Session) {
    return { messages: session.flashes(), next: session.get('next', null), id: session.id };
  }

  @Post('login')
  @HttpCode(200)
  async login(@Session() session: Session, @Query('next') next: unknown) {
    const place = safeNext(session.pop('next', next));
    await this.auth.login(session, { id: 7 });
    return { place };
  }
}

@Controller()
@UseGuards(SessionAuthGuard)
class GuardedController {
  @Get('protected')
  protected() {
    return inside;
  }

  @Get('profile')
  profile() {
    return inside;
  }

  @Head('head')
  head() {
    return inside;
  }

  @Post('orders')
  order() {
    return inside;
  }

  @Get('only-admins')
  @Roles('admin')
  onlyAdmins() {
    return inside;
  }

  @Get('free')
  @Public()
  free() {
    return inside;
  }

  @Get('*')
  rest() {
    return inside;
  }
}

describe.each(inTurn(platforms))('%s', (platform) => {
  let running: RunningApp;
  const heard = new HeardEvents();
  afterEach(async () => {
    await running.close();
    heard.forget();
  });

  async function start(session: SessionModuleOptions = {}): Promise<string> {
    const controllers = [PagesController, GuardedController];
    running = await startApp({ platform, session: { observer: heard.observer, ...session }, controllers });
    return running.url;
  }

  /** A request as a browser sends it; `fetch()` says of itself that it is no page. */
  async function browse(jar: CookieJar, path: string, method = 'GET') {
    const cookie: Record<string, string> = jar.header === '' ? {} : { cookie: jar.header };
    const response = await ask(running.url + path, {
      method,
      headers: { ...html, 'user-agent': 'Browser', ...cookie },
    });
    for (const line of response.headers['set-cookie'] ?? []) {
      jar.set('session', line.slice('session='.length, line.indexOf(';')));
    }
    return response;
  }

  describe('whether a client is redirected', () => {
    const loginUrl = '/login';
    const to = '/login?next=%2Fprotected';

    it.each<[what: string, headers: Record<string, string>, location: string | undefined]>([
      ['a page in a browser', { ...html, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, to],
      ['a page in an old browser', html, to],
      ['a page, in capitals', { accept: 'Text/HTML' }, to],
      ['a navigation that takes anything', { accept: '*/*', 'sec-fetch-mode': 'navigate' }, to],
      ['what fetch() asks for', { ...html, 'sec-fetch-mode': 'cors' }, undefined],
      ['an image', { ...html, 'sec-fetch-mode': 'no-cors' }, undefined],
      ['an XMLHttpRequest that wants a page', { ...html, 'x-requested-with': 'XMLHttpRequest' }, undefined],
      ['JSON', { accept: 'application/json' }, undefined],
      ['anything', { accept: '*/*' }, undefined],
      ['what is not said', {}, undefined],
    ])('auto: who asks for %s', async (_what, headers, location) => {
      const url = await start({ redirects: { loginUrl } });
      const response = await ask(`${url}/protected`, { headers });
      expect([response.status, response.headers.location]).toEqual([location === undefined ? 401 : 302, location]);
      expect(response.headers['set-cookie']).toBeUndefined();
      expect(response.headers.vary).toContain('Cookie');
    });

    it('json: nobody', async () => {
      const url = await start({ redirects: { loginUrl, refusal: 'json' } });
      const response = await ask(`${url}/protected`, { headers: { ...html, 'sec-fetch-mode': 'navigate' } });
      expect([response.status, JSON.parse(response.body)]).toEqual([401, { statusCode: 401, message: 'Unauthorized' }]);
    });

    it('redirect: everybody, if there is somewhere to go', async () => {
      const url = await start({ redirects: { loginUrl, refusal: 'redirect' } });
      for (const headers of [{}, { accept: 'application/json' }, { ...html, 'x-requested-with': 'XMLHttpRequest' }]) {
        const response = await ask(`${url}/protected`, { headers });
        expect([response.status, response.headers.location]).toEqual([302, to]);
      }
      await running.close();
      const nowhere = await ask(`${await start({ redirects: { refusal: 'redirect' } })}/protected`, { headers: html });
      expect([nowhere.status, nowhere.headers.location]).toEqual([401, undefined]);
    });

    it('HEAD is redirected as GET is, and a POST with 303', async () => {
      const url = await start({ redirects: { loginUrl } });
      const head = await ask(`${url}/head`, { method: 'HEAD', headers: html });
      expect([head.status, head.headers.location]).toEqual([302, '/login?next=%2Fhead']);
      const post = await ask(`${url}/orders`, { method: 'POST', headers: html });
      expect([post.status, post.headers.location]).toEqual([303, '/login?next=%2F']);
    });

    it('ASVS 16.3.2: a redirect is a refusal, heard once', async () => {
      const url = await start({ redirects: { loginUrl } });
      await ask(`${url}/protected`, { headers: html });
      expect(heard.all).toEqual([
        { name: 'refused', event: { publicId: null, userId: null, reason: 'login', address: '127.0.0.1' } },
      ]);
    });
  });

  describe('Flask-Login row 9: the place to come back to', () => {
    it.each<[options: SessionModuleOptions, path: string, location: string]>([
      [{ redirects: { loginUrl: '/login' } }, '/protected', '/login?next=%2Fprotected'],
      [{ redirects: { loginUrl: '/login', nextField: 'n' } }, '/protected', '/login?n=%2Fprotected'],
      [
        { redirects: { loginUrl: 'https://auth.localhost/login' } },
        '/protected',
        'https://auth.localhost/login?next=http%3A%2F%2Flocalhost%2Fprotected',
      ],
      [{ redirects: { loginUrl: '/login?affil=cgnu' } }, '/protected', '/login?affil=cgnu&next=%2Fprotected'],
      [
        { redirects: { loginUrl: 'https://localhost/login' } },
        '/profile',
        'https://localhost/login?next=http%3A%2F%2Flocalhost%2Fprofile',
      ],
      [{ redirects: { loginUrl: '/login', nextInSession: true } }, '/protected', '/login'],
      [
        { redirects: { loginUrl: '/login', host: 'shop.example' } },
        '/protected',
        '//shop.example/login?next=%2Fprotected',
      ],
    ])('%j, %s: %s', async (options, path, location) => {
      const url = await start(options);
      const response = await ask(`${url}${path}`, { headers: { ...html, host: 'localhost' } });
      expect([response.status, response.headers.location]).toEqual([302, location]);
    });

    it.each(['//evil.example/x', '/%09//evil.example', '/%5cevil.example', '/.//evil.example'])(
      'a path such as %s leads to no other site',
      async (path) => {
        const url = await start({ redirects: { loginUrl: '/login' } });
        const response = await ask(url + path, { headers: html });
        const next = new URL(response.headers.location ?? '', 'https://shop.example').searchParams.get('next');
        expect(response.status).toBe(302);
        expect(new URL(String(next), 'https://shop.example').origin).toBe('https://shop.example');
      },
    );
  });

  describe('Flask-Login row 10: the place to come back to, in the session', () => {
    const options = { redirects: { loginUrl: '/login', nextInSession: true }, protection: { mode: 'strong' } } as const;

    it('is there on the login page, under strong protection, and after the login', async () => {
      await start(options);
      const jar = running.jar();
      const refused = await browse(jar, '/profile?tab=2');
      expect([refused.status, refused.headers.location]).toEqual([302, '/login']);
      expect(JSON.parse((await browse(jar, '/login')).body)).toMatchObject({ next: '/profile?tab=2' });
      const former = jar.get('session');
      expect(JSON.parse((await browse(jar, '/login', 'POST')).body)).toEqual({ place: '/profile?tab=2' });
      expect(jar.get('session')).not.toBe(former);
      expect(JSON.parse((await browse(jar, '/profile')).body)).toEqual(inside);
    });

    it('is the last one that was asked for, and not what would repeat a change', async () => {
      await start(options);
      const jar = running.jar();
      for (const path of ['/profile', '/protected']) await browse(jar, path);
      expect(await jar.json('/login')).toMatchObject({ next: '/protected' });
      await browse(jar, '/orders', 'POST');
      expect(await jar.json('/login')).toMatchObject({ next: '/' });
    });

    it('is kept for browsers alone', async () => {
      await start(options);
      const response = await running.jar().fetch('/profile');
      expect([response.status, response.headers.getSetCookie()]).toEqual([401, []]);
      expect(await storedKeys(running.app)).toEqual([]);
    });
  });

  describe('the message for the login page', () => {
    it('is flashed under its category, once, however often somebody was refused', async () => {
      await start({
        redirects: { loginUrl: '/login' },
        messages: { login: { text: 'Log in first.', category: 'hint' } },
      });
      const jar = running.jar();
      for (const path of ['/protected', '/profile', '/protected']) await browse(jar, path);
      const message = { category: 'hint', message: 'Log in first.' };
      expect(await jar.json('/login')).toMatchObject({ messages: [message] });
      expect(await jar.json('/login')).toMatchObject({ messages: [] });
    });

    it('has the category `message` where no other is set', async () => {
      await start({ redirects: { loginUrl: '/login' }, messages: { login: 'Log in first.' } });
      const jar = running.jar();
      await browse(jar, '/protected');
      const message = { category: 'message', message: 'Log in first.' };
      expect(await jar.json('/login')).toMatchObject({ messages: [message] });
    });

    it('Flask-Login row 8: makes no session for who is not redirected', async () => {
      await start({ redirects: { loginUrl: '/login' }, messages: { login: 'Log in first.' } });
      const response = await running.jar().fetch('/protected');
      expect([response.status, response.headers.getSetCookie()]).toEqual([401, []]);
      expect(await storedKeys(running.app)).toEqual([]);
    });

    it('Flask-Login row 8: without a message a redirect makes no session either', async () => {
      await start({ redirects: { loginUrl: '/login' } });
      const response = await browse(running.jar(), '/protected');
      expect([response.status, response.headers['set-cookie']]).toEqual([302, undefined]);
      expect(await storedKeys(running.app)).toEqual([]);
    });
  });

  it('no page is sent to itself', async () => {
    const url = await start({ redirects: { loginUrl: '/protected?lang=de' } });
    const response = await ask(`${url}/protected?next=%2Fprofile`, { headers: html });
    expect([response.status, response.headers.location]).toEqual([401, undefined]);
    expect((await ask(`${url}/profile`, { headers: html })).status).toBe(302);
  });
});
