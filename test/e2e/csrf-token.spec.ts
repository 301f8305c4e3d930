import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { AuthService, CsrfGuard, CsrfService, Session } from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { FailingStore } from '../support/failing-store.js';
import type { CookieJar } from '../support/jar.js';
import { callsDuring, onEveryServer, sessionCookies } from './http-table.js';

@Controller()
@UseGuards(CsrfGuard)
class FormsController {
  constructor(
    private readonly auth: AuthService,
    private readonly csrf: CsrfService,
  ) {}

  @Get('form')
  form(@Session() session: Session) {
    return { token: this.csrf.token(session) };
  }

  @Post('act')
  act() {
    return { code: 'passed' };
  }

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, 'ada');
    return { code: 'passed', token: this.csrf.token(session) };
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return { code: 'passed' };
  }

  @Post('renew')
  async renew(@Session() session: Session) {
    await session.regenerate();
    return { code: 'passed' };
  }
}

const ownPage = { 'sec-fetch-site': 'same-origin' };

async function tokenFrom(jar: CookieJar): Promise<string> {
  const { token } = (await jar.json('/form')) as { token: string };
  return token;
}

async function codeOf(jar: CookieJar, path: string, token?: string): Promise<unknown> {
  const headers = token === undefined ? ownPage : { ...ownPage, 'x-csrf-token': token };
  const { code } = (await jar.json(path, { method: 'POST', headers })) as { code: unknown };
  return code;
}

onEveryServer({ controllers: [FormsController], session: { csrf: { mode: 'token' } } }, (row) => {
  it("NIST 800-63B-4 5.1: what changes something needs the session's token, also from the own page", async () => {
    const jar = row().running.jar();
    const token = await tokenFrom(jar);
    expect(await codeOf(jar, '/act')).toBe('CSRF_TOKEN_MISSING');
    expect(await codeOf(jar, '/act', 'guessed')).toBe('CSRF_TOKEN_INVALID');
    expect(await codeOf(jar, '/act', token)).toBe('passed');
  });

  it('ASVS 3.5.1: a token of another session, of a visitor without one, or of none is refused', async () => {
    const { running } = row();
    const [mine, other] = [running.jar(), running.jar()];
    await tokenFrom(mine);
    expect(await codeOf(mine, '/act', await tokenFrom(other))).toBe('CSRF_TOKEN_INVALID');
    expect(await codeOf(running.jar(), '/act', await tokenFrom(other))).toBe('CSRF_TOKEN_INVALID');
  });

  it('ASVS 3.5.1: a token ends with a login, a logout and a new id; the one that was asked for afterwards holds', async () => {
    const jar = row().running.jar();
    const anonymous = await tokenFrom(jar);
    const login = await jar.fetch('/login', { method: 'POST', headers: { ...ownPage, 'x-csrf-token': anonymous } });
    const { token: loggedIn } = (await login.json()) as { token: string };

    expect(await codeOf(jar, '/act', anonymous)).toBe('CSRF_TOKEN_INVALID');
    expect(await codeOf(jar, '/act', loggedIn)).toBe('passed');

    expect(await codeOf(jar, '/renew', loggedIn)).toBe('passed');
    expect(await codeOf(jar, '/act', loggedIn)).toBe('CSRF_TOKEN_INVALID');

    const renewed = await tokenFrom(jar);
    expect(await codeOf(jar, '/logout', renewed)).toBe('passed');
    expect(await codeOf(jar, '/act', renewed)).toBe('CSRF_TOKEN_INVALID');
  });

  it('ASVS 3.5.1: a login, too, needs the token of the page that it was asked for with', async () => {
    const { running } = row();
    expect(await codeOf(running.jar(), '/login')).toBe('CSRF_TOKEN_MISSING');
    const jar = running.jar();
    expect(await codeOf(jar, '/login', await tokenFrom(jar))).toBe('passed');
  });

  it('a token makes no page of another site one of this', async () => {
    const jar = row().running.jar();
    const headers = { 'sec-fetch-site': 'cross-site', 'x-csrf-token': await tokenFrom(jar) };
    expect(await jar.json('/act', { method: 'POST', headers })).toMatchObject({ code: 'CSRF_CROSS_SITE' });
  });

  it('a token is not taken from the query, which others see', async () => {
    const jar = row().running.jar();
    const token = await tokenFrom(jar);
    const query = new URLSearchParams({ _csrf: token, 'x-csrf-token': token }).toString();
    expect(await codeOf(jar, `/act?${query}`)).toBe('CSRF_TOKEN_MISSING');
  });

  it('a page with a form begins a session, once', async () => {
    const { running, store } = row();
    const jar = running.jar();
    const first = await jar.fetch('/form');
    expect(sessionCookies(first)).toHaveLength(1);
    const calls = await callsDuring(store, async () => {
      expect(sessionCookies(await jar.fetch('/form'))).toEqual([]);
    });
    expect(calls).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
  });

  it('a request that is refused for its looks costs the store nothing', async () => {
    const { running, store } = row();
    const jar = running.jar();
    await tokenFrom(jar);
    const calls = await callsDuring(store, async () => {
      expect(await codeOf(jar, '/act')).toBe('CSRF_TOKEN_MISSING');
    });
    expect(calls).toEqual({ read: 0, write: 0, touch: 0, delete: 0 });
  });
});

describe.each(platforms)('a token in the body, on %s', (platform) => {
  let running: RunningApp;
  beforeAll(async () => {
    const session = { csrf: { mode: 'token' as const } };
    running = await startApp({ platform, controllers: [FormsController], session });
  });
  afterAll(() => running.close());

  async function codeFor(body: (token: string) => string, type: string): Promise<unknown> {
    const jar = running.jar();
    const headers = { ...ownPage, 'content-type': type };
    const init = { method: 'POST', headers, body: body(await tokenFrom(jar)) };
    const { code } = (await jar.json('/act', init)) as { code: unknown };
    return code;
  }

  const form = 'application/x-www-form-urlencoded';
  it.each<[string, string, (token: string) => string, string]>([
    ['as a field of a form', form, (token) => `a=1&_csrf=${token}`, 'passed'],
    ['as a field of JSON', 'application/json', (token) => JSON.stringify({ _csrf: token }), 'passed'],
    ['twice in a form', form, (token) => `_csrf=${token}&_csrf=${token}`, 'CSRF_TOKEN_INVALID'],
    ['empty', form, () => '_csrf=', 'CSRF_TOKEN_INVALID'],
    ['under another name', form, (token) => `csrf=${token}`, 'CSRF_TOKEN_MISSING'],
    ['deeper down', 'application/json', (token) => JSON.stringify({ a: { _csrf: token } }), 'CSRF_TOKEN_MISSING'],
    ['as an object', 'application/json', (token) => JSON.stringify({ _csrf: { token } }), 'CSRF_TOKEN_INVALID'],
    ['in a list', 'application/json', (token) => JSON.stringify([token]), 'CSRF_TOKEN_MISSING'],
  ])('C2-67: a token is read %s, and found or not', async (_how, type, body, expected) => {
    expect(await codeFor(body, type)).toBe(expected);
  });
});

describe('the options', () => {
  it('name the header and the field', async () => {
    const csrf = { mode: 'token' as const, header: 'X-XSRF-Token', field: 'csrf_token' };
    const running = await startApp({ controllers: [FormsController], session: { csrf } });
    try {
      const jar = running.jar();
      const token = await tokenFrom(jar);
      const code = async (headers: Record<string, string>, body?: string): Promise<unknown> => {
        const init = { method: 'POST', headers: { ...ownPage, ...headers }, ...(body === undefined ? {} : { body }) };
        return ((await jar.json('/act', init)) as { code: unknown }).code;
      };
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      expect(await code({ 'x-xsrf-token': token })).toBe('passed');
      expect(await code(form, `csrf_token=${token}`)).toBe('passed');
      expect(await code({ 'x-csrf-token': token })).toBe('CSRF_TOKEN_MISSING');
      expect(await code(form, `_csrf=${token}`)).toBe('CSRF_TOKEN_MISSING');
    } finally {
      await running.close();
    }
  });
});

describe('a store that does not answer', () => {
  it.each(['fail', 'anonymous'] as const)(
    'lets nobody through who needs a token, with onStoreError: %s',
    async (onStoreError) => {
      const store = new FailingStore();
      const session = { store, onStoreError, csrf: { mode: 'token' as const } };
      const running = await startApp({ controllers: [FormsController], session });
      try {
        const jar = running.jar();
        const token = await tokenFrom(jar);
        store.fail();
        const headers = { ...ownPage, 'x-csrf-token': token };
        const { status } = await jar.fetch('/act', { method: 'POST', headers });
        expect(status).toBe(onStoreError === 'fail' ? 503 : 403);
      } finally {
        await running.close();
      }
    },
  );
});
