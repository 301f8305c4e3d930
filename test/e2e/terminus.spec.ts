import { afterEach, beforeAll, afterAll, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import { SessionHealthIndicator } from 'nestjs-session-auth/terminus';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { BootController } from '../support/boot.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { FailingStore } from '../support/failing-store.js';
import { patienceMs } from '../support/patience.js';
import { RedisServer } from '../support/servers/redis.js';

@Controller()
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly sessions: SessionHealthIndicator,
  ) {}

  @Get('ready')
  @HealthCheck()
  ready() {
    return this.health.check([() => this.sessions.check('sessions')]);
  }

  @Get('ready-soon')
  @HealthCheck()
  readySoon() {
    return this.health.check([() => this.sessions.check('sessions', { timeout: 20 })]);
  }
}

let running: RunningApp | null = null;
let logger = new CapturedLogger();

async function start(session: SessionModuleOptions, platform = platforms[0]): Promise<RunningApp> {
  logger = new CapturedLogger();
  running = await startApp({
    ...(platform && { platform }),
    logger,
    session,
    imports: [TerminusModule.forRoot({ logger: false })],
    controllers: [HealthController, BootController],
    providers: [SessionHealthIndicator],
  });
  return running;
}

async function ready({ url }: RunningApp, path = '/ready'): Promise<{ status: number; sessions: unknown }> {
  const response = await fetch(url + path);
  const { details } = (await response.json()) as { details: { sessions: unknown } };
  return { status: response.status, sessions: details.sessions };
}

const up = { status: 200, sessions: { status: 'up' } };
const down = { status: 503, sessions: { status: 'down', message: 'The session store does not answer.' } };

afterEach(async () => {
  await running?.close();
  running = null;
});

describe('SessionHealthIndicator', () => {
  it.each(platforms)('reports a store that answers as up, on %s', async (platform) => {
    expect(await ready(await start({}, platform))).toEqual(up);
  });

  it('reads one key under the prefix, writes nothing, and sets no cookie', async () => {
    const store = new FailingStore();
    const keys: string[] = [];
    const { read } = store;
    store.read = (key) => {
      keys.push(key);
      return read.call(store, key);
    };
    const app = await start({ store, keyPrefix: 'shop:' });
    keys.length = 0;
    store.calls.read = 0;
    const response = await fetch(`${app.url}/ready`);
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(keys).toEqual([expect.stringMatching(/^shop:/)]);
    expect(store.calls).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
  });

  it('reports a store that fails as down, without the reason, which it logs once', async () => {
    const store = new FailingStore();
    const app = await start({ store });
    store.fail(new Error('connect ECONNREFUSED redis.internal:6379 as admin'));
    expect(await ready(app)).toEqual(down);
    expect(await ready(app)).toEqual(down);
    expect(logger.at('error')).toEqual([expect.stringContaining('The session store does not answer a health check.')]);
    store.recover();
    expect(await ready(app)).toEqual(up);
    store.fail(new Error('away again'));
    expect(await ready(app)).toEqual(down);
    expect(logger.at('error')).toHaveLength(2);
  });

  it('reports a store that never answers as down, within the store’s time limit', async () => {
    const store = new FailingStore();
    const app = await start({ store, storeTimeout: '30ms' });
    store.hang();
    expect(await ready(app)).toEqual(down);
  });

  it('waits no longer than its own timeout', async () => {
    const store = new FailingStore();
    const app = await start({ store, storeTimeout: patienceMs / 1000 });
    store.hang();
    expect(await ready(app, '/ready-soon')).toEqual(down);
    expect(logger.at('error')).toEqual([expect.stringContaining('It did not answer within 20 ms.')]);
  });

  it.each([0, -1, NaN])('rejects a timeout of %s', async (timeout) => {
    const app = await start({});
    const check = app.app.get(SessionHealthIndicator).check('sessions', { timeout });
    await expect(check).rejects.toThrow(/positive number of ms/);
  });

  it('reports sessions in cookies, which have no store, as up', async () => {
    expect(await ready(await start({ type: 'cookie', sealed: { revocations: null } }))).toEqual(up);
  });

  describe('with Redis', () => {
    let redis: RedisServer;

    beforeAll(async () => {
      redis = await RedisServer.start();
    });

    afterAll(() => redis.stop());

    it('reports a server that goes away, and says nothing of where it was', async () => {
      const app = await start({ type: 'redis', redis: { url: redis.url } });
      expect(await ready(app)).toEqual(up);
      await redis.stop();
      expect(await ready(app)).toEqual(down);
    });
  });
});
