import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post } from '@nestjs/common';
import { AuthService, LoginAttempts, Session, type SessionModuleOptions } from 'nestjs-session-auth';
import { FilesystemStore } from 'nestjs-session-auth/filesystem';
import { RedisServer } from '../support/servers/redis.js';
import { startApp } from '../support/app.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** As who measures with `performance` would write it. */
const clock = (): number => performance.timeOrigin + performance.now() + 0.123_4;
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

@Controller()
class VisitsController {
  constructor(private readonly auth: AuthService) {}

  @Get('visits')
  visits(@Session() session: Session): { visits: number } {
    const visits = Number(Reflect.get(session, 'visits') ?? 0) + 1;
    Reflect.set(session, 'visits', visits);
    return { visits };
  }

  @Post('login')
  async login(@Session() session: Session, @LoginAttempts() attempts: LoginAttempts): Promise<{ visits: number }> {
    await attempts.attempt('ann', () => this.auth.login(session, { id: 1 }, { remember: true }));
    await this.auth.confirm(session);
    return this.visits(session);
  }
}

describe('a clock with fractions of a millisecond', () => {
  it.each<[string, () => Promise<SessionModuleOptions> | SessionModuleOptions]>([
    ['memory', () => ({ type: 'memory' })],
    ['redis', async () => ({ type: 'redis', redis: { url: await redisUrl() } })],
    ['filesystem', () => ({ type: 'filesystem', filesystem: { dir: folder() } })],
    ['SQLite', () => ({ type: 'sql', sql: { url: `sqlite:${folder()}/sessions.db`, createTable: true } })],
    ['lmdb', () => ({ type: 'lmdb', lmdb: { path: folder() } })],
    ['cookie', () => ({ type: 'cookie', sealed: { revocations: 'memory' } })],
  ])('serves sessions, logins and counts in %s as any other', async (_, options) => {
    const session = { ...(await options()), clock, userLoader: (id: string | number) => ({ id }), refresh: 0 };
    const { jar, close } = await startApp({ session, controllers: [VisitsController] });
    cleanUps.push(close);
    const browser = jar();
    for (const visits of [1, 2]) expect(await browser.json('/visits')).toEqual({ visits });
    expect(await browser.json('/login', { method: 'POST' })).toEqual({ visits: 3 });
    for (const visits of [4, 5]) expect(await browser.json('/visits')).toEqual({ visits });
  });

  it('serves a store that the application makes itself', async () => {
    const log = { warn: fail, error: fail };
    const store = new FilesystemStore({ dir: folder() }, { log, now: clock });
    cleanUps.push(() => store.close());
    expect(await store.write('key', Buffer.from('1'), 60_000, 'absent')).toHaveProperty('written');
    expect(await store.touch('key', 60_000)).toBe(true);
  });
});

function fail(message: string): never {
  throw new Error(message);
}

function folder(): string {
  const { path, remove } = temporaryFolder('clock-fractions');
  cleanUps.push(remove);
  return path;
}

async function redisUrl(): Promise<string> {
  const server = await RedisServer.start();
  cleanUps.push(() => server.stop());
  return server.url;
}
