import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Injectable, Post, type ExecutionContext } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  Fresh,
  RequestLoader,
  Session,
  type ConfirmOptions,
  type LoginOptions,
  type SessionModuleOptions,
  type SessionUser,
} from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { ask } from '../support/raw-http.js';

const minute = 60_000;
const inside = { inside: true };
const address = '127.0.0.1';
const page = { accept: 'text/html' };

@Controller()
class AccountController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  async login(@Session() session: Session, @Body() options: LoginOptions) {
    await this.auth.login(session, { id: 7 }, options);
    return {};
  }

  @Post('confirm')
  async confirm(@Session() session: Session, @Body() options: ConfirmOptions) {
    await this.auth.confirm(session, options);
    return {};
  }

  @Get('freshness')
  async freshness(@Session() session: Session, @CurrentUser() user: SessionUser) {
    return { fresh: await this.auth.isFresh(session, user), remembered: this.auth.isRestored(session) };
  }

  @Get('flashes')
  flashes(@Session() session: Session) {
    return session.flashes();
  }

  @Get('id')
  id(@Session() session: Session) {
    return { id: session.id };
  }
}

@Controller('fresh')
class FreshController {
  @Get('default')
  @Fresh()
  default() {
    return inside;
  }

  @Post('default')
  @Fresh()
  change() {
    return inside;
  }

  @Get('five-minutes')
  @Fresh({ within: '5m' })
  fiveMinutes() {
    return inside;
  }

  @Get('two-hours')
  @Fresh({ within: 7200 })
  twoHours() {
    return inside;
  }

  @Get('two-factors')
  @Fresh({ factors: 2 })
  twoFactors() {
    return inside;
  }

  @Get('passkey')
  @Fresh({ factors: ['hwk'] })
  passkey() {
    return inside;
  }

  @Get('all-factors')
  @Fresh({ factors: 'all' })
  allFactors() {
    return inside;
  }

  @Get('delete')
  @Fresh({ action: 'delete account', within: '5m' })
  delete() {
    return inside;
  }

  @Get('export')
  @Fresh({ action: 'export data' })
  export() {
    return inside;
  }
}

@Controller('strict')
@Fresh({ factors: 2 })
class StrictController {
  @Get('nothing')
  nothing() {
    return inside;
  }

  @Get('own')
  @Fresh()
  own() {
    return inside;
  }
}

@Injectable()
@RequestLoader()
class ApiKeys {
  load(request: { headers: { authorization?: string } }, _context: ExecutionContext): SessionUser | null {
    return request.headers.authorization === 'Bearer key' ? { id: 9 } : null;
  }
}

function post(body: unknown = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

const asked = (more: object = {}): object => ({
  statusCode: 401,
  message: 'Confirm your identity to continue.',
  error: 'Unauthorized',
  reason: 'confirmation_required',
  ...more,
});

describe.each(inTurn(platforms))('%s', (platform) => {
  let running: RunningApp;
  let heard: HeardEvents;
  let now: number;

  async function start(options: SessionModuleOptions = {}): Promise<void> {
    heard = new HeardEvents();
    now = Date.UTC(2026, 0, 1);
    const session: SessionModuleOptions = {
      observer: heard.observer,
      clock: () => now,
      freshFor: '15m',
      idleTimeout: '1d',
      factorsOf: async () => Promise.resolve(new Set(['pwd', 'otp'])),
      ...options,
    };
    const controllers = [AccountController, FreshController, StrictController];
    running = await startApp({ platform, session, controllers, providers: [ApiKeys] });
  }

  async function loggedIn(options: LoginOptions = {}): Promise<CookieJar> {
    const jar = running.jar();
    expect((await jar.fetch('/login', post(options))).status).toBe(201);
    return jar;
  }

  async function status(jar: CookieJar, path: string): Promise<number> {
    return (await jar.fetch(`/fresh/${path}`)).status;
  }

  beforeEach(() => start());
  afterEach(() => running.close());

  describe('the time', () => {
    it('Flask-Login row 24: nobody is asked to log in, a stale login to confirm, and lets in after that', async () => {
      const stranger = await running.jar().fetch('/fresh/default');
      expect([stranger.status, await stranger.json()]).toEqual([401, { statusCode: 401, message: 'Unauthorized' }]);

      const jar = await loggedIn();
      expect(await status(jar, 'default')).toBe(200);
      now += 15 * minute;
      expect(await status(jar, 'default')).toBe(200);
      now += 1;
      const stale = await jar.fetch('/fresh/default');
      expect([stale.status, await stale.json()]).toEqual([401, asked()]);
      expect(stale.headers.get('content-type')).toMatch(/^application\/json/);

      await jar.fetch('/confirm', post());
      expect(await status(jar, 'default')).toBe(200);
    });

    it('Flask-Security row 66: `within` may be shorter or longer than the default', async () => {
      const jar = await loggedIn();
      now += 5 * minute;
      expect(await status(jar, 'five-minutes')).toBe(200);
      now += 1;
      expect(await status(jar, 'five-minutes')).toBe(401);
      expect(await status(jar, 'default')).toBe(200);
      now += 110 * minute;
      expect(await status(jar, 'default')).toBe(401);
      expect(await status(jar, 'two-hours')).toBe(200);
      now += 10 * minute;
      expect(await status(jar, 'two-hours')).toBe(401);
    });

    it('use does not make a login fresh again', async () => {
      const jar = await loggedIn();
      for (let i = 0; i < 4; i++) {
        now += 4 * minute;
        await jar.fetch('/freshness');
      }
      expect(await status(jar, 'default')).toBe(401);
    });

    it('with `freshFor: null` a login is fresh as long as it lasts', async () => {
      await running.close();
      await start({ freshFor: null });
      const jar = await loggedIn();
      now += 23 * 60 * minute;
      expect(await status(jar, 'default')).toBe(200);
      expect(await status(jar, 'five-minutes')).toBe(401);
    });

    it('a login that is not to be fresh is not, until it is confirmed', async () => {
      const jar = await loggedIn({ fresh: false });
      expect(await jar.json('/freshness')).toEqual({ fresh: false, remembered: false });
      for (const path of ['default', 'two-hours', 'two-factors']) expect(await status(jar, path)).toBe(401);
      await jar.fetch('/confirm', post());
      expect(await jar.json('/freshness')).toEqual({ fresh: true, remembered: false });
      expect(await status(jar, 'default')).toBe(200);
    });

    it('a login that was proved with nothing is not fresh', async () => {
      const jar = await loggedIn({ factors: [] });
      expect(await status(jar, 'default')).toBe(401);
    });
  });

  describe('the factors', () => {
    it('ASVS 7.5.1: a number of them, whichever they are', async () => {
      const jar = await loggedIn();
      const refused = await jar.fetch('/fresh/two-factors');
      expect([refused.status, await refused.json()]).toEqual([401, asked({ factors: 2 })]);
      await jar.fetch('/confirm', post({ factors: ['pwd'] }));
      expect(await status(jar, 'two-factors')).toBe(401);
      await jar.fetch('/confirm', post({ factors: ['otp'] }));
      expect(await status(jar, 'two-factors')).toBe(200);
    });

    it('each ages by itself', async () => {
      const jar = await loggedIn();
      now += 10 * minute;
      await jar.fetch('/confirm', post({ factors: ['otp'] }));
      expect(await status(jar, 'two-factors')).toBe(200);
      now += 6 * minute;
      expect(await status(jar, 'two-factors')).toBe(401);
      expect(await status(jar, 'default')).toBe(200);
    });

    it('named ones, and no others in their place', async () => {
      const jar = await loggedIn({ factors: ['pwd', 'otp'] });
      const refused = await jar.fetch('/fresh/passkey');
      expect([refused.status, await refused.json()]).toEqual([401, asked({ factors: ['hwk'] })]);
      await jar.fetch('/confirm', post({ factors: ['hwk'] }));
      expect(await status(jar, 'passkey')).toBe(200);
    });

    it('ASVS 7.5.1: all that the user has, as `factorsOf` says', async () => {
      const jar = await loggedIn();
      const refused = await jar.fetch('/fresh/all-factors');
      expect([refused.status, await refused.json()]).toEqual([401, asked({ factors: 'all' })]);
      await jar.fetch('/confirm', post({ factors: ['hwk'] }));
      expect(await status(jar, 'all-factors')).toBe(401);
      await jar.fetch('/confirm', post({ factors: ['otp'] }));
      expect(await status(jar, 'all-factors')).toBe(200);
    });

    it("of a route take the place of the controller's", async () => {
      const jar = await loggedIn();
      expect((await jar.fetch('/strict/nothing')).status).toBe(401);
      expect((await jar.fetch('/strict/own')).status).toBe(200);
    });
  });

  describe('the action', () => {
    it('ASVS 7.5.3: a login alone opens none, and the grant for one opens no other', async () => {
      const jar = await loggedIn({ factors: ['pwd', 'otp', 'hwk'] });
      const refused = await jar.fetch('/fresh/delete');
      expect([refused.status, await refused.json()]).toEqual([401, asked({ action: 'delete account' })]);

      await jar.fetch('/confirm', post());
      expect(await status(jar, 'delete')).toBe(401);
      await jar.fetch('/confirm', post({ action: 'export data' }));
      expect(await status(jar, 'delete')).toBe(401);
      expect(await status(jar, 'export')).toBe(200);
      await jar.fetch('/confirm', post({ action: 'delete account' }));
      expect(await status(jar, 'delete')).toBe(200);
      expect(await status(jar, 'export')).toBe(200);
      // It is a confirmation like any other, too.
      expect(await status(jar, 'default')).toBe(200);
    });

    it('a grant ages, also where the login is confirmed for something else meanwhile', async () => {
      const jar = await loggedIn();
      await jar.fetch('/confirm', post({ action: 'delete account' }));
      now += 5 * minute + 1;
      await jar.fetch('/confirm', post({ action: 'export data' }));
      expect(await status(jar, 'delete')).toBe(401);
      expect(await status(jar, 'export')).toBe(200);
    });

    it('another login begins without grants', async () => {
      const jar = await loggedIn();
      await jar.fetch('/confirm', post({ action: 'export data' }));
      await jar.fetch('/login', post());
      expect(await status(jar, 'export')).toBe(401);
    });
  });

  it('a user that came by a request loader is never fresh', async () => {
    const headers = { authorization: 'Bearer key' };
    const jar = running.jar();
    expect(await jar.json('/freshness', { headers })).toEqual({ fresh: false, remembered: false });
    const response = await jar.fetch('/fresh/default', { headers });
    expect([response.status, await response.json()]).toEqual([401, asked()]);
    expect(heard.of('refused')).toEqual([{ publicId: null, userId: null, reason: 'fresh', address }]);
  });

  it('ASVS 16.3.2: a refusal and a confirmation are heard once each, by public ids', async () => {
    const jar = await loggedIn();
    now += 16 * minute;
    const { id: before } = (await jar.json('/id')) as { id: string };
    heard.forget();
    await jar.fetch('/fresh/default');
    await jar.fetch('/confirm', post());
    const { id: between } = (await jar.json('/id')) as { id: string };
    await jar.fetch('/confirm', post({ action: 'export data' }));
    const { id: after } = (await jar.json('/id')) as { id: string };

    expect(heard.all).toEqual([
      { name: 'refused', event: { publicId: before, userId: 7, reason: 'fresh', address } },
      { name: 'rotated', event: { publicId: between, formerPublicId: before } },
      { name: 'confirmed', event: { publicId: between, userId: 7, factors: ['pwd'], action: null, address } },
      { name: 'rotated', event: { publicId: after, formerPublicId: between } },
      { name: 'confirmed', event: { publicId: after, userId: 7, factors: ['pwd'], action: 'export data', address } },
    ]);
  });

  describe('with a re-authentication page', () => {
    beforeEach(async () => {
      await running.close();
      await start({ redirects: { loginUrl: '/login-page', confirmUrl: '/confirm-page?lang=de' } });
    });

    async function staleHeaders(): Promise<Record<string, string>> {
      const jar = await loggedIn();
      now += 3 * 60 * minute;
      return { ...page, cookie: jar.header };
    }

    it('Flask-Security row 66: a browser is sent there, with the action and the way back', async () => {
      const headers = await staleHeaders();
      const plain = await ask(`${running.url}/fresh/default?tab=2`, { headers });
      expect([plain.status, plain.headers.location]).toEqual([
        302,
        '/confirm-page?lang=de&next=%2Ffresh%2Fdefault%3Ftab%3D2',
      ]);
      const action = await ask(`${running.url}/fresh/delete`, { headers });
      expect([action.status, action.headers.location]).toEqual([
        302,
        '/confirm-page?lang=de&action=delete%20account&next=%2Ffresh%2Fdelete',
      ]);
    });

    it('a message is left for it, and for nobody else', async () => {
      await running.close();
      await start({
        redirects: { confirmUrl: '/confirm-page' },
        messages: { confirm: { text: 'Once more, please.', category: 'hint' } },
      });
      const jar = await loggedIn();
      now += 20 * minute;
      expect(await status(jar, 'default')).toBe(401);
      expect(await jar.json('/flashes')).toEqual([]);
      await ask(`${running.url}/fresh/default`, { headers: { ...page, cookie: jar.header } });
      expect(await jar.json('/flashes')).toEqual([{ category: 'hint', message: 'Once more, please.' }]);
    });

    it('a form is not sent once more', async () => {
      const headers = { ...(await staleHeaders()), 'sec-fetch-mode': 'navigate' };
      const response = await ask(`${running.url}/fresh/default`, { method: 'POST', headers });
      expect([response.status, response.headers.location]).toEqual([303, '/confirm-page?lang=de&next=%2F']);
    });

    it('Flask-Security row 66: an API client gets JSON', async () => {
      const { cookie = '' } = await staleHeaders();
      const response = await ask(`${running.url}/fresh/default`, { headers: { cookie } });
      expect([response.status, JSON.parse(response.body)]).toEqual([401, asked()]);
    });

    it('who is not logged in is sent to the login page instead', async () => {
      const response = await ask(`${running.url}/fresh/default`, { headers: page });
      expect(response.headers.location).toBe('/login-page?next=%2Ffresh%2Fdefault');
    });
  });
});
