import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { Controller, Get, Post } from '@nestjs/common';
import { AuthService, Session } from 'nestjs-session-auth';
import { startApp } from '../support/app.js';
import { RedisServer } from '../support/servers/redis.js';

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
  await user.fetch('/login', { method: 'POST' });
  await guest.fetch('/write', { method: 'POST' });
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
  expect((await user.fetch('/write', { method: 'POST' })).status).toBe(503);
  expect((await newcomer.fetch('/login', { method: 'POST' })).status).toBe(503);
  expect((await user.fetch('/logout', { method: 'POST' })).status).toBe(201);
  expect(await user.json('/read')).toEqual({ isNew: true });
});

it('a Redis that takes no writes at all serves who reads', async () => {
  const { server, user, guest, elapse } = await shop();
  await server.administer((client) => client.config('SET', 'min-replicas-to-write', '1'));
  elapse();
  for (const browser of [user, guest]) {
    expect(await browser.json('/read')).toEqual({ isNew: false });
    expect((await browser.fetch('/write', { method: 'POST' })).status).toBe(503);
  }
  await server.administer((client) => client.config('SET', 'min-replicas-to-write', '0'));
  expect(await user.json('/read')).toEqual({ isNew: false });
  expect((await user.fetch('/write', { method: 'POST' })).status).toBe(201);
});
