import { afterEach, describe, expect, it } from '@jest/globals';
import { platforms, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { Checkpoint } from '../support/checkpoint.js';
import { inTurn } from '../support/combinations.js';
import { FailingStore } from '../support/failing-store.js';
import { HeardEvents } from '../support/heard-events.js';
import { StoreLimiterStorage } from '../../lib/auth/limiter/store-limiter-storage.js';
import type { CookieJar } from '../support/jar.js';
import { posted, right, startLimited, wrong, type Accounts, type LimitedSetup } from './limiter-app.js';

describe.each(inTurn(platforms))('%s: the limiter of failed logins', (platform) => {
  let running: (RunningApp & { readonly accounts: Accounts }) | null = null;
  afterEach(async () => {
    await running?.close();
    running = null;
  });

  async function started(setup: LimitedSetup = {}): Promise<RunningApp & { readonly accounts: Accounts }> {
    return (running = await startLimited({ platform, ...setup }));
  }

  /** The answers to logins one after another. */
  async function statuses(jar: CookieJar, path: string, init: RequestInit, count: number): Promise<number[]> {
    const answers: number[] = [];
    for (let made = 0; made < count; made++) answers.push((await jar.fetch(path, init)).status);
    return answers;
  }

  it('answers 429 with Retry-After once too many have failed, without a check', async () => {
    const { jar, accounts } = await started();
    const browser = jar();
    expect(await statuses(browser, '/login', wrong('ada'), 5)).toEqual([401, 401, 401, 401, 401]);
    const response = await browser.fetch('/login', right('ada'));

    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await response.json()).toEqual({
      statusCode: 429,
      message: 'Too many failed logins. Try again later.',
      error: 'Too Many Requests',
      retryAfter: 1,
    });
    expect(accounts.checks).toBe(5);
    expect(await browser.json('/me')).toEqual({ user: null });
  });

  it('lets the next try pass when the wait is over, and then doubles it', async () => {
    let now = Date.now();
    const { jar } = await started({ session: { clock: () => now } });
    await statuses(jar(), '/login', wrong('ada'), 5);
    const waits: (string | null)[] = [];
    for (let tried = 0; tried < 4; tried++) {
      const refused = await jar().fetch('/login', wrong('ada'));
      waits.push(refused.headers.get('retry-after'));
      now += Number(refused.headers.get('retry-after')) * 1000;
      expect((await jar().fetch('/login', wrong('ada'))).status).toBe(401);
    }
    expect(waits).toEqual(['1', '2', '4', '8']);
  });

  it('ASVS 15.4.2: of twenty parallel tries makes exactly as many as may fail, each counted before it is made', async () => {
    const { jar, accounts } = await started();
    const checkpoint = new Checkpoint();
    accounts.gate = checkpoint.pass();
    const answers = Array.from({ length: 20 }, () => jar().fetch('/login', wrong('ada')));
    // The refused ones are answered while the checks are still under way.
    const refused = await firstOf(answers, 15);
    expect(refused.map(({ status }) => status)).toEqual(Array.from({ length: 15 }, () => 429));
    expect(accounts.checks).toBe(5);
    checkpoint.release();

    const all = (await Promise.all(answers)).map(({ status }) => status);
    expect(all.filter((status) => status === 401)).toHaveLength(5);
    expect(accounts.checks).toBe(5);
  });

  it('forgets the failures of an account with a login that is right', async () => {
    const { jar } = await started();
    const browser = jar();
    for (let round = 0; round < 3; round++) {
      expect(await statuses(jar(), '/login', wrong('ada'), 4)).toEqual([401, 401, 401, 401]);
      expect((await browser.copy().fetch('/login', right('ada'))).status).toBe(200);
    }
  });

  it('leaves nothing behind but the session of a login that is right', async () => {
    const store = new FailingStore();
    const { jar } = await started({ limiter: { storage: new StoreLimiterStorage(store) } });
    await Promise.all(Array.from({ length: 4 }, () => jar().fetch('/login', right('ada'))));
    const before = { ...store.calls };
    expect((await jar().fetch('/login', right('ada'))).status).toBe(200);
    // Two counted with one write each, the account's cleared, the address's read and removed.
    expect(store.calls.write - before.write).toBe(2);
    expect(store.calls.delete - before.delete).toBe(2);
    expect(store.calls.read - before.read).toBe(1);
  });

  it.each([401, 403, 422])('takes a check that throws a %i for one that has failed', async (status) => {
    const { jar } = await started();
    expect(await statuses(jar(), '/throwing', posted({ email: 'ada', status }), 7)).toEqual([
      ...Array.from({ length: 5 }, () => status),
      429,
      429,
    ]);
  });

  it('does not count a check that failed for want of the database, and hands the error on', async () => {
    const logger = new CapturedLogger();
    const { jar } = await started({ logger });
    expect(await statuses(jar(), '/throwing', posted({ email: 'ada', status: 500 }), 9)).toEqual(
      Array.from({ length: 9 }, () => 500),
    );
    expect(logger.text).toContain('the database of the accounts is away');
    expect((await jar().fetch('/login', wrong('ada'))).status).toBe(401);
  });

  it('counts an error that nobody has declared, and says once how to declare it, without its message', async () => {
    const logger = new CapturedLogger();
    const { jar } = await started({ logger });
    const answers = await statuses(jar(), '/throwing', posted({ email: 'ada', status: 418 }), 6);
    expect(answers).toEqual([...Array.from({ length: 5 }, () => 500), 429]);
    const warnings = logger.at('warn').filter((line) => line.includes('limiter.isFailure'));
    expect(warnings).toEqual([expect.stringContaining('an error of the class Error')]);
    expect(warnings.join()).not.toContain('no such credentials');
  });

  it.each([
    [true, 500, [500, 500, 500, 500, 500, 429]],
    [false, 401, [401, 401, 401, 401, 401, 401]],
    [undefined, 401, [401, 401, 401, 401, 401, 429]],
  ])('goes by limiter.isFailure where that says %s', async (said, status, expected) => {
    const seen: unknown[] = [];
    const isFailure = (error: unknown): boolean | undefined => {
      seen.push(error);
      return said;
    };
    const { jar } = await started({ logger: new CapturedLogger(), limiter: { isFailure } });
    expect(await statuses(jar(), '/throwing', posted({ email: 'ada', status }), 6)).toEqual(expected);
    expect(seen.every((error) => error instanceof Error)).toBe(true);
    expect(seen.length).toBeGreaterThanOrEqual(5);
  });

  it.each([
    ['too many sessions', 'ada', { maxSessionsPerUser: { max: 1, onTooMany: 'refuse' } }],
    ['an inactive user', 'bob', {}],
  ] as const)('never counts a right password that is refused for %s', async (_reason, email, session) => {
    const reasons: string[] = [];
    const { jar } = await started({
      session: { ...session, observer: { loginFailed: ({ reason }) => reasons.push(reason) } },
    });
    if (email === 'ada') expect((await jar().fetch('/login', right('ada'))).status).toBe(200);
    const answers: number[] = [];
    for (let made = 0; made < 7; made++) answers.push((await jar().fetch('/login-inside', right(email))).status);
    expect(answers).toEqual(Array.from({ length: 7 }, () => 403));
    expect(reasons).toEqual([]);
  });

  it('makes nobody wait longer than the longest wait for failures of a time when the clock was ahead', async () => {
    const real = Date.now();
    let now = real + 365 * 86_400_000;
    const { jar } = await started({ session: { clock: () => now } });
    await statuses(jar(), '/login', wrong('ada'), 6);
    now = real;
    expect((await jar().fetch('/login', wrong('ada'))).status).toBe(401);
    // What was counted is not forgotten.
    const refused = await jar().fetch('/login', right('ada'));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
    now += 2_000;
    expect((await jar().fetch('/login', right('ada'))).status).toBe(200);
  });

  it('works in a guard, by its execution context', async () => {
    const { jar, accounts } = await started();
    const browser = jar();
    expect((await browser.fetch('/guarded', right('ada'))).status).toBe(200);
    expect(browser.get('known_device')).toBeDefined();
    expect(await statuses(jar(), '/guarded', wrong('ada'), 7)).toEqual([403, 403, 403, 403, 403, 429, 429]);
    expect(accounts.checks).toBe(6);
  });

  it('works step by step: check counts, failed leaves it so, succeeded forgets', async () => {
    const { jar } = await started();
    const steps = (...names: string[]): RequestInit => posted({ email: 'ada', steps: names });
    expect(await statuses(jar(), '/steps', steps('check', 'check', 'failed'), 7)).toEqual([
      200, 200, 200, 200, 200, 429, 429,
    ]);
    const browser = jar();
    expect((await browser.fetch('/steps', steps('succeeded'))).status).toBe(200);
    expect(browser.get('known_device')).toBeDefined();
    // Whoever does not say what became of it has failed.
    expect(await statuses(jar(), '/steps', steps('check'), 6)).toEqual([200, 200, 200, 200, 200, 429]);
    await jar().fetch('/steps', steps('succeeded'));
    expect(await statuses(jar(), '/steps', steps('failed'), 9)).toEqual(Array.from({ length: 9 }, () => 200));
    expect((await jar().fetch('/steps', steps('check'))).status).toBe(429);
    await jar().fetch('/steps', steps('succeeded'));
    expect(await statuses(jar(), '/steps', steps('check', 'succeeded'), 9)).toEqual(
      Array.from({ length: 9 }, () => 200),
    );
  });

  it('forgets the failures of an account on demand', async () => {
    const { jar } = await started();
    await statuses(jar(), '/login', wrong('ada'), 6);
    await statuses(jar(), '/login', wrong('bob'), 6);
    await jar().fetch('/forget', posted({ email: ' ADA' }));
    expect((await jar().fetch('/login', right('ada'))).status).toBe(200);
    expect((await jar().fetch('/login', right('bob'))).status).toBe(429);
  });

  it('makes strangers of the devices that were known before the failures were forgotten, until they log in', async () => {
    let now = Date.now();
    const { jar, accounts } = await started({ session: { clock: () => now } });
    const collected = Array.from({ length: 10 }, () => jar());
    for (const browser of collected) await browser.fetch('/login', right('ada'));
    now += 1000;
    await jar().fetch('/forget', posted({ email: 'ada' }));
    const made = accounts.checks;
    for (const browser of collected) await statuses(browser, '/login', wrong('ada'), 5);
    expect(accounts.checks - made).toBe(5);

    now += 24 * 3_600_000;
    const own = collected[0] ?? jar();
    expect((await own.fetch('/login', right('ada'))).status).toBe(200);
    await statuses(jar(), '/login', wrong('ada'), 6);
    expect((await own.fetch('/login', right('ada'))).status).toBe(200);
  });

  it('ASVS 6.1.1, 6.3.1: answers alike, and asks the store alike, whether there is such an account or not', async () => {
    const store = new FailingStore();
    const { jar } = await started({ limiter: { storage: new StoreLimiterStorage(store) } });
    /** All that a stranger sees of a row of tries, and all that the store sees. */
    const seen = async (email: string, from: string): Promise<unknown[]> => {
      const rows: unknown[] = [];
      for (let made = 0; made < 7; made++) {
        const before = { ...store.calls };
        const response = await jar().fetch('/login', wrong(email, from));
        const headers = Object.fromEntries(
          [...response.headers].filter(([name]) => name !== 'date' && name !== 'etag'),
        );
        const calls = Object.entries(store.calls).map(([name, count]) => [name, count - before[name as 'read']]);
        rows.push({ status: response.status, body: await response.json(), headers, calls });
      }
      return rows;
    };
    expect(await seen('nobody', '192.0.2.1')).toEqual(await seen('ada', '192.0.2.2'));
  });

  it('takes what cannot be an account for one account that is none, and goes on', async () => {
    const { jar } = await started();
    const hostile = [undefined, null, { $ne: null }, ['ada'], '', 'x'.repeat(50_000), true, ' ', '\u200b'];
    const answers: number[] = [];
    for (const email of hostile) {
      answers.push(...(await statuses(jar(), '/login', posted({ email, password: 'x' }), 1)));
    }
    expect(answers).toEqual([401, 401, 401, 401, 401, 429, 429, 429, 429]);
    expect((await jar().fetch('/login', right('ada'))).status).toBe(200);
  });

  it('costs a request that does not log in nothing: no call to the store, no header', async () => {
    const store = new FailingStore();
    const { jar } = await started({ limiter: { storage: new StoreLimiterStorage(store) } });
    const browser = jar();
    await browser.fetch('/login', right('ada'));
    await statuses(jar(), '/login', wrong('ada'), 6);
    const calls = { ...store.calls };
    const response = await browser.fetch('/page');
    expect([response.status, response.headers.getSetCookie(), response.headers.get('vary')]).toEqual([200, [], null]);
    expect(store.calls).toEqual(calls);
    expect(await browser.json('/me')).toEqual({ user: 'ada' });
    expect(store.calls).toEqual(calls);
  });

  it('ASVS 16.3.1: tells the observer of each login that fails, and of each that is refused, without account or password', async () => {
    const heard = new HeardEvents();
    const { jar } = await started({ session: { observer: heard.observer } });
    const email = 'ada@shop.example';
    await statuses(jar(), '/login', wrong(email, '192.0.2.7'), 6);
    await jar().fetch('/login', wrong(' ADA@shop.example', '198.51.100.9'));
    await jar().fetch('/login', wrong('bob', '192.0.2.7'));
    await jar().fetch('/login', right('bob', '192.0.2.7'));

    const events = heard.of('loginFailed') as { account: string; address: string; reason: string }[];
    const account = events[0]?.account;
    expect(account).toMatch(/^[\w-]{16}$/);
    const failure = { account, address: '192.0.2.7', reason: 'credentials' };
    const limited = { account, reason: 'limited', retryAfter: 1 };
    expect(events).toEqual([
      ...Array.from({ length: 5 }, () => failure),
      { ...limited, address: '192.0.2.7' },
      { ...limited, address: '198.51.100.9' },
      { ...failure, account: events[7]?.account },
    ]);
    expect(events[7]?.account).not.toBe(account);
    expect(JSON.stringify(heard.all)).not.toMatch(/shop\.example|wrong|right/);
  });

  describe('while failures cannot be counted', () => {
    function withFailingStorage(onStoreError?: 'refuse' | 'allow') {
      const store = new FailingStore();
      const limiter = { storage: new StoreLimiterStorage(store), ...(onStoreError && { onStoreError }) };
      const heard = new HeardEvents();
      const logger = new CapturedLogger();
      return { store, heard, logger, setup: { limiter, logger, session: { observer: heard.observer } } };
    }

    it('ASVS 16.5.3: answers 503 and checks nothing', async () => {
      const { store, heard, logger, setup } = withFailingStorage();
      const { jar, accounts } = await started(setup);
      store.fail(new Error('redis://:secret@host is away'));
      const response = await jar().fetch('/login', right('ada'));

      expect(response.status).toBe(503);
      expect(await response.json()).toEqual({
        statusCode: 503,
        message: 'Logging in is not possible at the moment. Try again.',
        error: 'Service Unavailable',
      });
      expect(accounts.checks).toBe(0);
      expect(heard.of('storeError')).toHaveLength(1);
      expect(logger.text).toContain('The storage of the login limiter failed');
      expect(logger.text).not.toContain('secret@host');
      store.recover();
      expect((await jar().fetch('/login', right('ada'))).status).toBe(200);
    });

    it('goes on without a limit where it is told to', async () => {
      const { store, heard, setup } = withFailingStorage('allow');
      const { jar } = await started(setup);
      store.fail();
      expect(await statuses(jar(), '/login', wrong('ada'), 9)).toEqual(Array.from({ length: 9 }, () => 401));
      const browser = jar();
      expect((await browser.fetch('/login', right('ada'))).status).toBe(200);
      expect(browser.get('known_device')).toBeDefined();
      expect(heard.of('storeError').length).toBeGreaterThan(0);
    });
  });
});

/** The first answers that come. */
async function firstOf(answers: readonly Promise<Response>[], count: number): Promise<Response[]> {
  const first: Response[] = [];
  return new Promise((resolve, reject) => {
    for (const answer of answers) {
      answer.then((response) => {
        first.push(response);
        if (first.length === count) resolve([...first]);
      }, reject);
    }
  });
}
