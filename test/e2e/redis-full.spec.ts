import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post } from '@nestjs/common';
import { AuthService, CurrentUser, Session, type SessionModuleOptions } from 'nestjs-session-auth';
import { startApp } from '../support/app.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { RedisServer } from '../support/servers/redis.js';

const post = { method: 'POST' };
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

@Controller()
class ShopController {
  constructor(private readonly auth: AuthService) {}

  @Get('read')
  read(@Session() session: Session): { isNew: boolean } {
    return { isNew: session.isNew };
  }

  @Post('write')
  write(@Session() session: Session): void {
    Reflect.set(session, 'text', randomBytes(100).toString('hex'));
  }

  @Post('login')
  async login(@Session() session: Session): Promise<void> {
    await this.auth.login(session, { id: 7 });
  }

  @Post('logout')
  async logout(@Session() session: Session): Promise<void> {
    await this.auth.logout(session);
  }
}

async function shop() {
  const server = await RedisServer.start();
  cleanUps.push(() => server.stop());
  let later = 0;
  const session = { type: 'redis', redis: { url: server.url }, clock: () => Date.now() + later } as const;
  const { jar, close } = await startApp({ session, controllers: [ShopController] });
  cleanUps.push(close);
  const [user, guest] = [jar(), jar()];
  await user.fetch('/login', post);
  await guest.fetch('/write', post);
  const elapse = (): void => {
    later += 10 * 60_000;
  };
  return { server, user, guest, newcomer: jar(), elapse };
}

it('a Redis that is full serves who reads, and lets users log out', async () => {
  const { server, user, guest, newcomer, elapse } = await shop();
  await server.administer((client) => client.config('SET', 'maxmemory', '1mb'));
  for (let round = 0; round < 2; round++) {
    elapse();
    expect(await user.json('/read')).toEqual({ isNew: false });
    expect(await guest.json('/read')).toEqual({ isNew: false });
  }
  expect((await user.fetch('/write', post)).status).toBe(503);
  expect((await newcomer.fetch('/login', post)).status).toBe(503);
  expect((await user.fetch('/logout', post)).status).toBe(201);
  expect(await user.json('/read')).toEqual({ isNew: true });
});

it('a Redis that takes no writes at all serves who reads', async () => {
  const { server, user, guest, elapse } = await shop();
  await server.administer((client) => client.config('SET', 'min-replicas-to-write', '1'));
  elapse();
  for (const browser of [user, guest]) {
    expect(await browser.json('/read')).toEqual({ isNew: false });
    expect((await browser.fetch('/write', post)).status).toBe(503);
  }
  await server.administer((client) => client.config('SET', 'min-replicas-to-write', '0'));
  expect(await user.json('/read')).toEqual({ isNew: false });
  expect((await user.fetch('/write', post)).status).toBe(201);
});

@Controller()
class AccountController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  async login(@Session() session: Session): Promise<void> {
    await this.auth.login(session, 7, { remember: true });
  }

  @Get('me')
  me(@CurrentUser() user: { id: unknown } | null): { user: unknown } {
    return { user: user?.id ?? null };
  }

  @Post('regenerate')
  async regenerate(@Session() session: Session): Promise<void> {
    await session.regenerate();
  }

  @Post('logout')
  async logout(@Session() session: Session): Promise<void> {
    await this.auth.logout(session);
  }
}

describe('a Redis that is full', () => {
  async function account(options: SessionModuleOptions = {}) {
    const server = await RedisServer.start();
    cleanUps.push(() => server.stop());
    let time = Date.UTC(2026, 5, 1);
    const heard = new HeardEvents();
    const running = await startApp({
      session: {
        type: 'redis',
        redis: { url: server.url },
        clock: () => time,
        observer: heard.observer,
        userLoader: (id: unknown) => ({ id }),
        ...options,
      },
      controllers: [AccountController],
    });
    cleanUps.push(running.close);
    const login = async (): Promise<CookieJar> => {
      const jar = running.jar();
      expect((await jar.fetch('/login', post)).status).toBe(201);
      return jar;
    };
    const fill = () => server.administer((client) => client.config('SET', 'maxmemory', '1mb'));
    const elapse = (ms: number): void => void (time += ms);
    /** Another browser, which has nothing of it but its remembered login. */
    const restored = (jar: CookieJar): CookieJar => {
      const other = running.jar();
      other.set('remember_token', jar.get('remember_token') ?? '');
      return other;
    };
    return { server, heard, auth: running.app.get(AuthService), login, restored, fill, elapse };
  }

  it('lets sessions be revoked, with their remembered login and what that has begun', async () => {
    const { auth, login, fill, restored } = await account();
    const [first, second] = [await login(), await login()];
    const third = restored(first);
    expect(await third.json('/me')).toEqual({ user: 7 });
    await fill();
    const devices = await auth.sessions(7);
    expect(devices).toHaveLength(3);
    for (const { publicId } of devices) await auth.revoke(7, publicId);
    for (const browser of [first, second, third]) expect(await browser.json('/me')).toEqual({ user: null });
    expect(await auth.sessions(7)).toEqual([]);
  });

  it('lets a user be logged out everywhere', async () => {
    const { auth, login, fill, restored } = await account();
    const browser = await login();
    await fill();
    expect(await auth.logoutEverywhere(7)).toBe(1);
    expect(await restored(browser).json('/me')).toEqual({ user: null });
    expect(await browser.json('/me')).toEqual({ user: null });
  });

  it('lets everybody be logged out, however often that was done before', async () => {
    const { auth, login, fill, restored } = await account();
    const browser = await login();
    for (let round = 0; round < 99; round++) await auth.logoutAllUsers();
    const later = await login();
    await fill();
    await auth.logoutAllUsers();
    for (const one of [browser, later, restored(later)]) expect(await one.json('/me')).toEqual({ user: null });
  });

  it('serves who reads where a rotation is due, and lets that login end', async () => {
    const { login, fill, elapse } = await account({ rotateEvery: '1m' });
    const browser = await login();
    await fill();
    elapse(120_000);
    for (let round = 0; round < 2; round++) expect(await browser.json('/me')).toEqual({ user: 7 });
    expect((await browser.fetch('/regenerate', post)).status).toBe(503);
    expect(await browser.json('/me')).toEqual({ user: 7 });
    expect((await browser.fetch('/logout', post)).status).toBe(201);
    expect(await browser.json('/me')).toEqual({ user: null });
  });

  it('ends a remembered login of which somebody shows a copy, with its sessions', async () => {
    const { login, fill, elapse, restored, heard } = await account();
    const browser = await login();
    const thief = restored(browser);
    const owner = restored(browser);
    for (let round = 0; round < 2; round++) expect(await owner.json('/me')).toEqual({ user: 7 });
    elapse(10 * 60_000);
    await fill();
    expect(await thief.json('/me')).toEqual({ user: null });
    expect(heard.of('rememberStolen')).toHaveLength(1);
    for (const one of [owner, browser]) expect(await one.json('/me')).toEqual({ user: null });
  });

  it('cannot restore a remembered login, which is left as it was', async () => {
    const { login, fill, restored, server } = await account();
    const browser = restored(await login());
    await fill();
    expect((await browser.fetch('/me')).status).toBe(503);
    await server.administer((client) => client.config('SET', 'maxmemory', '0'));
    expect(await browser.json('/me')).toEqual({ user: 7 });
  });
});
