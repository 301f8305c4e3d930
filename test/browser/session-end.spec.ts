import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { until } from '../support/until.js';
import { openChromium } from './chromium.js';
import { RunningShop } from './running-shop.js';
import { account, Visitor } from './visitor.js';
import { scaled } from '../support/patience.js';

const lifetimeMs = 6_000;

interface LoginStatus {
  readonly isLoggedIn: boolean;
  readonly expiresIn: number;
}

let browser: Browser;

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(() => browser.close());

describe('the end of a session', () => {
  let shop: RunningShop;
  let visitor: Visitor;

  beforeAll(async () => {
    shop = await RunningShop.open({
      SESSION_TYPE: 'memory',
      PERMANENT_SESSION_LIFETIME: `${String(lifetimeMs)}ms`,
    });
  });

  afterAll(() => shop.close());

  beforeEach(async () => {
    visitor = await Visitor.arrive(await browser.newContext(), shop);
  });

  afterEach(() => visitor.leave());

  async function ask(): Promise<LoginStatus> {
    return (await (await visitor.context.request.get(shop.url('/api/session/status'))).json()) as LoginStatus;
  }

  it('is announced, and comes in its time, however often somebody asks for it', async () => {
    await visitor.enter();
    const began = performance.now();
    const notice = visitor.page.locator('.ending');
    await notice.filter({ hasText: /Your session ends in \d seconds?\./ }).waitFor();

    let former = lifetimeMs;
    await until('the end of the session', async () => {
      const { isLoggedIn, expiresIn } = await ask();
      expect(expiresIn).toBeLessThanOrEqual(former);
      former = expiresIn;
      return !isLoggedIn;
    });
    // Counted from a little after the login.
    expect(performance.now() - began).toBeLessThan(lifetimeMs + scaled(500));

    await notice.filter({ hasText: 'Your session has ended.' }).waitFor();
    await notice.getByRole('link', { name: 'Continue' }).click();
    expect(visitor.place).toBe('/auth/login?next=%2Fauth%2Faccount');
    expect(await visitor.messages()).toEqual(['info: Please log in to see this page.']);
  });

  it('is put off by the button, in place', async () => {
    await visitor.enter();
    await until('a session of which much is over', async () => (await ask()).expiresIn < lifetimeMs / 2);
    await visitor.press('Stay logged in');
    await until('more time than before', async () => (await ask()).expiresIn > lifetimeMs / 2);
    expect(visitor.place).toBe('/auth/account');
  });

  it('is announced to who is logged in alone, and by nothing but a status', async () => {
    await visitor.goTo('/');
    expect(await visitor.page.locator('script').count()).toBe(0);
    expect(await ask()).toMatchObject({ isLoggedIn: false });
    await visitor.enter();
    expect(await visitor.page.locator('script').count()).toBe(1);
    const response = await visitor.context.request.get(shop.url('/api/session/status'));
    expect(Object.keys((await response.json()) as object).sort()).toEqual(['expiresIn', 'isLoggedIn']);
    expect(response.headers()['set-cookie']).toBeUndefined();
    expect(response.headers()['cache-control']).toMatch(/private|no-store/);
  });
});

describe('the end of a session that lasts long', () => {
  it('is not announced long before', async () => {
    const shop = await RunningShop.open({ SESSION_TYPE: 'memory' });
    try {
      const visitor = await Visitor.arrive(await browser.newContext(), shop);
      const asked = visitor.page.waitForResponse('**/api/session/status');
      await visitor.enter(account);
      const { isLoggedIn, expiresIn } = (await (await asked).json()) as LoginStatus;
      expect(isLoggedIn).toBe(true);
      expect(expiresIn).toBeGreaterThan(30 * 86_400_000);
      expect(await visitor.page.locator('.ending').count()).toBe(0);
      await visitor.leave();
    } finally {
      await shop.close();
    }
  });
});
