import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { platforms, type RunningApp } from '../support/app.js';
import { Checkpoint } from '../support/checkpoint.js';
import { patienceMs } from '../support/patience.js';
import { RedisServer } from '../support/servers/redis.js';
import { storedKeys } from '../support/stored-keys.js';
import { until } from '../support/until.js';
import { addressOf, right, startLimited, wrong, type Accounts } from './limiter-app.js';

type Limited = RunningApp & { readonly accounts: Accounts };

describe('counting in Redis, for two servers at once', () => {
  let server: RedisServer;
  let apps: Limited[];
  beforeAll(async () => {
    server = await RedisServer.start();
    // A hundred tries at once take a while on a machine that is busy.
    const session = { type: 'redis' as const, redis: { url: server.url }, storeTimeout: patienceMs / 1000 };
    apps = await Promise.all(platforms.map((platform) => startLimited({ platform, session })));
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await server.stop();
  });
  beforeEach(async () => {
    await server.administer((client) => client.flushall());
    for (const { accounts } of apps) accounts.checks = 0;
  });

  const checks = (): number => apps.reduce((sum, { accounts }) => sum + accounts.checks, 0);
  const appAt = (at: number): Limited => apps[at % apps.length]!;

  it.each([
    ['one address', () => '192.0.2.1'],
    ['as many addresses', addressOf],
  ])('ASVS 15.4.2: of forty parallel tries from %s makes exactly as many as may fail', async (_where, from) => {
    const checkpoint = new Checkpoint();
    for (const { accounts } of apps) accounts.gate = checkpoint.pass();
    const statuses: number[] = [];
    const answers = Array.from({ length: 40 }, async (_, at) => {
      const { status } = await appAt(at)
        .jar()
        .fetch('/login', wrong('ada', from(at)));
      statuses.push(status);
    });
    await until('all but the tries under way are answered', () => statuses.length === 35);
    expect(new Set(statuses)).toEqual(new Set([429]));
    checkpoint.release();
    await Promise.all(answers);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(checks()).toBe(5);
  });

  it('loses no failure of an address to parallel tries, and no success counts', async () => {
    for (const { accounts } of apps) accounts.gate = Promise.resolve();
    const tries = Array.from({ length: 120 }, (_, at) => {
      const init = at % 3 === 0 ? right('ada', '192.0.2.9') : wrong(`user-${String(at)}`, '192.0.2.9');
      return appAt(at).jar().fetch('/verify', init);
    });
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 503)).toEqual([]);
    const failed = statuses.filter((status, at) => status === 200 && at % 3 !== 0).length;
    let more = 0;
    while (
      (
        await appAt(more)
          .jar()
          .fetch('/verify', wrong(`more-${String(more)}`, '192.0.2.9'))
      ).status === 200
    ) {
      more++;
    }
    expect(failed + more).toBe(100);
  });

  it('keeps hashes alone, each for no longer than it is needed', async () => {
    for (const { accounts } of apps) accounts.gate = Promise.resolve();
    const email = 'grace@shop.example';
    await appAt(0).jar().fetch('/login', wrong(email, '192.0.2.77'));
    const keys = await storedKeys(apps[0]!.app, server);
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(key).toMatch(/^session:limiter:[\w-]{43}$/);
    const kept = await server.administer(async (client) => ({
      values: await Promise.all(keys.map((key) => client.get(key))),
      lives: await Promise.all(keys.map((key) => client.pttl(key))),
    }));
    for (const value of kept.values) expect(value).toMatch(/^\[1,\d+,0\]$/);
    const [address = 0, account = 0] = kept.lives.sort((a, b) => a - b);
    expect(address).toBeLessThanOrEqual(36_000);
    expect(address).toBeGreaterThan(30_000);
    expect(account).toBeLessThanOrEqual(86_400_000);
    expect(account).toBeGreaterThan(86_390_000);
  });

  it('asks Redis nothing for a request that does not log in', async () => {
    const browser = appAt(0).jar();
    await browser.fetch('/verify', right('ada'));
    expect(await server.commandCounts(() => browser.fetch('/page'))).toEqual({});
    expect(await storedKeys(apps[0]!.app, server)).toEqual([]);
  });

  it('ASVS 16.5.3: lets nobody try while Redis stands still', async () => {
    server.pause();
    try {
      const response = await appAt(0).jar().fetch('/verify', right('ada'));
      expect(response.status).toBe(503);
      expect(checks()).toBe(0);
    } finally {
      server.resume();
    }
    await until(
      'Redis answers again',
      async () => (await appAt(0).jar().fetch('/verify', right('ada'))).status === 200,
    );
  });
});
