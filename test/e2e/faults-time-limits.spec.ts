import { afterEach, describe, expect, it } from '@jest/globals';
import { AuthService, SessionService, type SessionModuleOptions } from 'nestjs-session-auth';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import type { Prunable } from '../../lib/stores/session-store.js';
import { startApp, type RunningApp } from '../support/app.js';
import { FailingStore } from '../support/failing-store.js';
import type { CookieJar } from '../support/jar.js';
import { RedisServer } from '../support/servers/redis.js';
import { until } from '../support/until.js';
import { FaultsController, post } from './faults-controller.js';

const storeTimeout = '1000ms';

/** The limit's own words: a connection that has given up by itself says something else. */
const tooLate = /did not answer within 1000 ms/;

/** Memory that can stand still with all that it is able to do. */
class StallingStore extends FailingStore implements Prunable {
  prune(): Promise<number> {
    return this.orTrouble(async () => 0);
  }
}

let running: RunningApp | null = null;
let server: RedisServer | null = null;

afterEach(async () => {
  server?.resume();
  await running?.close();
  await server?.stop();
  running = server = null;
});

async function start(session: SessionModuleOptions) {
  running = await startApp({
    platform: 'express',
    session: { storeTimeout, ...session },
    controllers: [FaultsController],
  });
  return { running, auth: running.app.get(AuthService), sessions: running.app.get(SessionService) };
}

describe.each([
  [
    'a store that never answers',
    async () => {
      const store = new StallingStore(new MemoryStore());
      return { session: { store }, stop: () => store.hang(), goOn: () => store.recover() };
    },
  ],
  [
    'Redis that stands still',
    async () => {
      const redis = (server = await RedisServer.start());
      return {
        session: { type: 'redis' as const, redis: { url: redis.url } },
        stop: () => redis.pause(),
        goOn: () => redis.resume(),
      };
    },
  ],
])('%s', (_, prepare) => {
  it('ASVS 13.1.3, 16.5.2: makes no call about a user’s sessions wait for longer than the limit, and loses none of them', async () => {
    const { session, stop, goOn } = await prepare();
    const { running, auth } = await start(session);
    const jar = running.jar();
    await jar.fetch('/login/42', post);
    const [device] = await auth.sessions('42');
    if (device === undefined) throw new Error('nobody is logged in');
    stop();
    for (const call of [
      () => auth.sessions('42'),
      () => auth.revoke('42', device.publicId),
      () => auth.logoutEverywhere('42'),
    ]) {
      await expect(call()).rejects.toMatchObject({
        status: 503,
        cause: { code: 'SESSION_STORE_UNAVAILABLE', message: expect.stringMatching(tooLate) },
      });
    }
    goOn();
    await until('it answers', () => answers(jar));
    // Each act may have arrived, or not: the outcome is to be asked for.
    const left = await auth.sessions('42');
    expect((await jar.fetch('/me')).status).toBe(left.length === 0 ? 401 : 200);
    await auth.logoutEverywhere('42');
    expect(await auth.sessions('42')).toEqual([]);
    expect((await jar.fetch('/me')).status).toBe(401);
  });

  it('holds no login up for longer, where sessions are counted', async () => {
    const { session, stop, goOn } = await prepare();
    const { running } = await start({ ...session, maxSessionsPerUser: 2 });
    const jar = running.jar();
    stop();
    const refused = await jar.fetch('/login/42', post);
    goOn();
    expect(refused.status).toBe(503);
    await until('it answers', async () => (await jar.fetch('/login/42', post)).status === 201);
  });
});

it('gives up pruning a store that never answers', async () => {
  const store = new StallingStore(new MemoryStore());
  const { sessions } = await start({ store });
  store.hang();
  await expect(sessions.cleanupSessions()).rejects.toMatchObject({ message: expect.stringMatching(tooLate) });
  store.recover();
  expect(await sessions.cleanupSessions()).toBe(0);
});

async function answers(jar: CookieJar): Promise<boolean> {
  return (await jar.fetch('/read')).status === 200;
}
