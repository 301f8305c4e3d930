import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, Query } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AuthService, Session, type SessionModuleOptions } from 'nestjs-session-auth';
import { combinations } from '../support/combinations.js';
import { startApp, testSecret, type PlatformName, type RunningApp } from '../support/app.js';
import { Checkpoints } from '../support/checkpoint.js';
import { FailingStore } from '../support/failing-store.js';
import { callsDuring, commits, servers, sessionCookies } from './http-table.js';

const checkpoints = new Checkpoints();

@Controller()
class CookieController {
  constructor(private readonly auth: AuthService) {}

  @Get('read')
  read(@Session() session: Session) {
    return { data: session };
  }

  @Get('write')
  write(@Session() session: Session) {
    session.set('n', 1);
    return {};
  }

  @Get('permanent')
  permanent(@Session() session: Session) {
    session.set('n', 1);
    session.permanent = true;
    return {};
  }

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, 7);
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Get('slow-write')
  async slowWrite(@Session() session: Session, @Query('at') at: string) {
    await checkpoints.at(at).pass();
    session.set('late', true);
    return {};
  }

  @Get('slow-login')
  async slowLogin(@Session() session: Session, @Query('at') at: string) {
    await checkpoints.at(at).pass();
    await this.auth.login(session, 7);
    return {};
  }
}

const value = '[A-Za-z0-9_-]{43}\\.[0-9a-z]+\\.[0-9a-z]+\\.[A-Za-z0-9_-]{43}';
const expires = 'Expires=[A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT';

for (const { platform, commit } of combinations({ platform: servers, commit: commits })) {
  describe(`on ${platform}, commit: ${commit}`, () => {
    async function withApp(
      session: SessionModuleOptions,
      work: (running: RunningApp, store: FailingStore) => Promise<void>,
      store = new FailingStore(),
    ): Promise<void> {
      const options = { store, commit, ...session };
      const running = await startApp({ controllers: [CookieController], platform, session: options });
      try {
        await work(running, store);
      } finally {
        await running.close();
      }
    }

    it('NIST 800-63B-4 5.1.1: sets the cookie with exactly its attributes, and clears it with the same', () =>
      withApp({}, async (running) => {
        const jar = running.jar();
        const [line] = (await jar.fetch('/login', { method: 'POST' })).headers.getSetCookie();
        expect(line).toMatch(new RegExp(`^session=${value}; HttpOnly; Path=/; SameSite=Lax$`));
        const cleared = await jar.fetch('/logout', { method: 'POST' });
        expect(cleared.headers.getSetCookie()).toEqual([
          'session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/; SameSite=Lax',
        ]);
        expect(cleared.headers.get('cache-control')).toBe('no-store');
      }));

    it('minds every option of the cookie, when it is set and when it is cleared', () =>
      withApp(
        {
          cookie: {
            name: 'shop',
            path: '/',
            domain: 'example.test',
            secure: true,
            sameSite: 'strict',
            httpOnly: false,
          },
        },
        async (running) => {
          const jar = running.jar();
          const [line] = (await jar.fetch('/login', { method: 'POST' })).headers.getSetCookie();
          expect(line).toMatch(new RegExp(`^shop=${value}; Domain=example.test; Secure; Path=/; SameSite=Strict$`));
          expect((await jar.fetch('/logout', { method: 'POST' })).headers.getSetCookie()).toEqual([
            'shop=; Domain=example.test; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; Path=/; SameSite=Strict',
          ]);
        },
      ));

    it('gives a permanent session a cookie that outlives the browser', () =>
      withApp({ idleTimeout: '1h' }, async (running) => {
        const jar = running.jar();
        expect((await jar.fetch('/write')).headers.getSetCookie()[0]).not.toContain('Max-Age');
        const [line] = (await jar.fetch('/permanent')).headers.getSetCookie();
        expect(line).toMatch(
          new RegExp(`^session=${value}; ${expires}; Max-Age=3600; HttpOnly; Path=/; SameSite=Lax$`),
        );
        expect(sessionCookies(await jar.fetch('/permanent'))).toEqual([]);
      }));

    it('extends a session in use once in a refresh interval, with a new cookie', () => {
      let now = Date.now();
      return withApp({ clock: () => now, idleTimeout: '1h', refresh: '5m' }, async (running, store) => {
        const jar = running.jar();
        await jar.fetch('/write');
        const young = await callsDuring(store, async () => {
          now += 299_000;
          expect(sessionCookies(await jar.fetch('/read'))).toEqual([]);
        });
        expect(young).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
        const before = jar.get('session');
        const old = await callsDuring(store, async () => {
          now += 2_000;
          expect(sessionCookies(await jar.fetch('/read'))).toHaveLength(1);
          expect(sessionCookies(await jar.fetch('/read'))).toEqual([]);
        });
        expect(old).toEqual({ read: 2, write: 0, touch: 1, delete: 0 });
        expect(jar.get('session')?.split('.')[0]).toBe(before?.split('.')[0]);
        expect(jar.get('session')).not.toBe(before);
      });
    });

    it('ASVS 11.2.2: issues a cookie of a former secret again under the current one, as old as it was', async () => {
      const store = new FailingStore();
      let now = Date.now();
      const clock = (): number => now;
      const jars: string[] = [];
      await withApp(
        { clock, secretKey: 'the-former-secret-of-32-bytes-and-more' },
        async (running) => {
          const jar = running.jar();
          await jar.fetch('/write');
          jars.push(jar.header);
        },
        store,
      );
      now += 60_000;
      const secretKeyFallbacks = ['the-former-secret-of-32-bytes-and-more'];
      await withApp(
        { clock, secretKey: testSecret, secretKeyFallbacks },
        async (running) => {
          const jar = running.jar();
          const [name = '', old = ''] = jars[0]?.split('=') ?? [];
          jar.set(name, old);
          const calls = await callsDuring(store, async () => {
            const response = await jar.fetch('/read');
            expect(await response.json()).toEqual({ data: { n: 1 } });
            expect(sessionCookies(response)).toHaveLength(1);
          });
          expect(calls).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
          const current = jar.get('session') ?? '';
          expect(current.split('.').slice(0, 2)).toEqual(old.split('.').slice(0, 2));
          expect(current).not.toBe(old);
          expect(sessionCookies(await jar.fetch('/read'))).toEqual([]);
        },
        store,
      );
    });

    it('OWASP SM: passes over cookies of the name that do not verify', () =>
      withApp({}, async (running) => {
        const jar = running.jar();
        await jar.fetch('/write');
        const cookie = `session=planted.by.another; ${jar.header}; session=more`;
        const response = await running.jar().fetch('/read', { headers: { cookie } });
        expect(await response.json()).toEqual({ data: { n: 1 } });
        expect(sessionCookies(response)).toEqual([]);
      }));

    it('sends no cookie with the answer to a change of a session that was ended meanwhile', () =>
      withGone('/slow-write', 0));

    it('sends a new cookie with a login whose session was ended meanwhile', () => withGone('/slow-login', 1));

    async function withGone(path: string, cookies: number): Promise<void> {
      await withApp({}, async (running) => {
        const jar = running.jar();
        await jar.fetch('/login', { method: 'POST' });
        const { name, checkpoint } = checkpoints.next();
        const late = jar.copy();
        const slow = late.fetch(`${path}?at=${name}`);
        await checkpoint.reached;
        await jar.fetch('/logout', { method: 'POST' });
        checkpoint.release();
        const response = await slow;
        expect(response.status).toBe(200);
        expect(sessionCookies(response)).toHaveLength(cookies);
      });
    }
  });
}

const proxied = { 'x-forwarded-proto': 'https' };

describe('Secure: auto', () => {
  const trusting: Record<Exclude<PlatformName, 'node'>, () => Parameters<typeof startApp>[0]> = {
    express: () => ({
      platform: 'express',
      prepare: (app) => {
        const express = app.getHttpAdapter().getInstance() as { set(name: string, value: unknown): void };
        express.set('trust proxy', true);
      },
    }),
    fastify: () => ({ adapter: new FastifyAdapter({ trustProxy: true }) }),
  };

  for (const platform of ['express', 'fastify'] as const) {
    it.each([false, true])(`follows X-Forwarded-Proto of a proxy that ${platform} trusts, eager: %s`, async (eager) => {
      const running = await startApp({ ...trusting[platform](), controllers: [CookieController], session: { eager } });
      try {
        const [line] = (await running.jar().fetch('/write', { headers: proxied })).headers.getSetCookie();
        expect(line).toContain('; Secure;');
        const [plain] = (await running.jar().fetch('/write')).headers.getSetCookie();
        expect(plain).not.toContain('Secure');
      } finally {
        await running.close();
      }
    });
  }

  it.each(servers)('does not believe X-Forwarded-Proto where %s trusts no proxy', async (platform) => {
    const running = await startApp({ platform, controllers: [CookieController] });
    try {
      const [line] = (await running.jar().fetch('/write', { headers: proxied })).headers.getSetCookie();
      expect(line).not.toContain('Secure');
    } finally {
      await running.close();
    }
  });
});
