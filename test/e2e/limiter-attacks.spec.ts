import { afterEach, describe, expect, it } from '@jest/globals';
import { platforms, type RunningApp } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import type { CookieJar } from '../support/jar.js';
import { addressOf, right, startLimited, wrong, type Accounts, type LimitedSetup } from './limiter-app.js';

const hour = 3_600_000;

describe.each(inTurn(platforms))('%s: under attack', (platform) => {
  let now = Date.UTC(2026, 0, 1);
  let running: (RunningApp & { readonly accounts: Accounts }) | null = null;
  afterEach(async () => {
    await running?.close();
    running = null;
  });

  async function started(setup: LimitedSetup = {}): Promise<RunningApp & { readonly accounts: Accounts }> {
    return (running = await startLimited({ platform, session: { clock: () => now }, ...setup }));
  }

  /** Logs in with wrong passwords for so long, and as often as it may; says how many were checked. */
  async function attack(
    { jar, accounts }: Pick<RunningApp & { readonly accounts: Accounts }, 'jar' | 'accounts'>,
    duration: number,
    next: (made: number) => RequestInit,
  ): Promise<number> {
    const before = accounts.checks;
    const end = now + duration;
    for (let made = 0; now < end; made++) {
      const response = await jar().fetch('/login', next(made));
      await response.arrayBuffer();
      if (response.status === 429) now += Number(response.headers.get('retry-after')) * 1000;
    }
    return accounts.checks - before;
  }

  async function failUntilRefused(jar: CookieJar, email: string, from: string): Promise<number> {
    for (let made = 0; ; made++) if ((await jar.fetch('/login', wrong(email, from))).status === 429) return made;
  }

  it("ASVS 6.1.1, 6.3.1: one account from 1000 addresses is guessed at less than 100 times an hour, and its owner's browser logs in meanwhile", async () => {
    const app = await started();
    const browser = app.jar();
    expect((await browser.fetch('/login', right('ada', '203.0.113.5'))).status).toBe(200);

    // All at once, and then whenever it is possible again.
    const burst = Array.from({ length: 1000 }, (_, at) => () => app.jar().fetch('/login', wrong('ada', addressOf(at))));
    const checks = app.accounts.checks;
    const statuses: number[] = [];
    while (burst.length > 0) {
      const answers = await Promise.all(burst.splice(0, 50).map((login) => login()));
      statuses.push(...answers.map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(app.accounts.checks - checks).toBe(5);
    const later = await attack(app, hour, (made) => wrong('ada', addressOf(made)));
    expect(later + 5).toBeLessThanOrEqual(18);

    // Nobody who is new gets in, not even with the password.
    expect((await app.jar().fetch('/login', wrong('ada', '198.51.100.1'))).status).toBe(401);
    expect((await app.jar().fetch('/login', right('ada', '198.51.100.2'))).status).toBe(429);
    expect((await browser.fetch('/login', wrong('ada', '198.51.100.3'))).status).toBe(401);
    expect((await browser.fetch('/login', right('ada', '198.51.100.3'))).status).toBe(200);
    expect(await browser.json('/me')).toEqual({ user: 'ada' });
  });

  it('ASVS 6.1.1, 6.3.1: 1000 accounts from one address are guessed at about 200 times in the first hour, and known browsers there log in meanwhile', async () => {
    const app = await started();
    const colleague = app.jar();
    await colleague.fetch('/login', right('bob', '192.0.2.1'));
    const made = await attack(app, hour, (at) => wrong(`user-${String(at % 1000)}`, '192.0.2.1'));
    expect(made).toBeGreaterThan(190);
    expect(made).toBeLessThanOrEqual(206);

    await app.jar().fetch('/login', wrong('one-more', '192.0.2.1'));
    expect((await app.jar().fetch('/login', right('ada', '192.0.2.1'))).status).toBe(429);
    expect((await colleague.fetch('/login', right('bob', '192.0.2.1'))).status).toBe(200);
    expect((await app.jar().fetch('/login', right('ada', '192.0.2.2'))).status).toBe(200);
  });

  it('ASVS 6.1.1, 6.3.1: a known browser has a budget of its own, and no more than that', async () => {
    const app = await started();
    const browser = app.jar();
    await browser.fetch('/login', right('ada', '203.0.113.5'));
    expect(await failUntilRefused(browser, 'ada', '203.0.113.5')).toBe(5);
    // The others are not worse off for it.
    expect(await failUntilRefused(app.jar(), 'ada', '203.0.113.5')).toBe(5);
  });

  it('ASVS 6.1.1, 6.3.1: a browser known for one account is nobody to another', async () => {
    const app = await started();
    const mallory = app.jar();
    await mallory.fetch('/login', right('bob', '203.0.113.66'));
    expect(await failUntilRefused(app.jar(), 'ada', '198.51.100.7')).toBe(5);
    expect((await mallory.fetch('/login', wrong('ada', '203.0.113.66'))).status).toBe(429);
  });

  it('ASVS 6.1.1, 6.3.1: a browser that both have used is known for both', async () => {
    const app = await started();
    const shared = app.jar();
    await shared.fetch('/login', right('ada', '203.0.113.5'));
    await shared.fetch('/login', right('bob', '203.0.113.5'));
    await failUntilRefused(app.jar(), 'ada', '198.51.100.7');
    expect((await shared.fetch('/login', right('ada', '203.0.113.5'))).status).toBe(200);
  });

  it('ASVS 6.1.1, 6.3.1: a cookie that was changed makes nobody known', async () => {
    const app = await started();
    const browser = app.jar();
    await browser.fetch('/login', right('ada', '203.0.113.5'));
    const value = browser.get('known_device') ?? '';
    await failUntilRefused(app.jar(), 'ada', '198.51.100.7');
    expect(value).toMatch(/^[\w-]{74}\.\w+\.[\w-]{43}$/);
    for (const at of [0, 21, 22, 64, 66, value.length - 43, value.length - 1]) {
      const jar = app.jar();
      jar.set('known_device', `${value.slice(0, at)}${value[at] === 'A' ? 'E' : 'A'}${value.slice(at + 1)}`);
      expect((await jar.fetch('/login', right('ada', '203.0.113.5'))).status).toBe(429);
    }
    const jar = app.jar();
    jar.set('known_device', value);
    expect((await jar.fetch('/login', right('ada', '203.0.113.5'))).status).toBe(200);
  });

  it('the cookie of a known browser is kept from scripts, for 180 days, and the answer from caches', async () => {
    const { jar } = await started();
    const browser = jar();
    const response = await browser.fetch('/verify', right('ada'));
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^known_device=[\w-]{74}\.\w+\.[\w-]{43}; Expires=[^;]+; Max-Age=15552000; HttpOnly; Path=\/; SameSite=Lax$/,
      ),
    ]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    now += 179 * 24 * hour;
    await failUntilRefused(jar(), 'ada', '198.51.100.7');
    expect((await browser.copy().fetch('/verify', wrong('ada'))).status).toBe(200);
    now += 2 * 24 * hour;
    await failUntilRefused(jar(), 'ada', '198.51.100.7');
    expect((await browser.copy().fetch('/verify', wrong('ada'))).status).toBe(429);
  });

  it('an account is one in all its spellings', async () => {
    const { jar } = await started();
    const spellings = ['ada', 'ADA', ' ada ', 'ａｄａ', 'a\u00adda', 'Ada'];
    const statuses: number[] = [];
    for (const email of spellings) statuses.push((await jar().fetch('/login', wrong(email))).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('an IPv6 network is one address', async () => {
    const { jar } = await started({ limiter: { addressAttempts: 3 } });
    const statuses: number[] = [];
    for (let at = 1; at <= 4; at++) {
      const from = `2001:db8:0:1::${String(at)}`;
      statuses.push((await jar().fetch('/login', wrong(`user-${String(at)}`, from))).status);
    }
    statuses.push((await jar().fetch('/login', wrong('user-5', '2001:db8:0:2::1'))).status);
    expect(statuses).toEqual([401, 401, 401, 429, 401]);
  });
});
