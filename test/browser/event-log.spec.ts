import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { until } from '../support/until.js';
import { openChromium } from './chromium.js';
import { RunningShop } from './running-shop.js';
import { account, Visitor } from './visitor.js';

describe('the log of the shop', () => {
  let browser: Browser;
  let shop: RunningShop;

  beforeAll(async () => {
    [browser, shop] = await Promise.all([
      openChromium(),
      RunningShop.open({ SESSION_TYPE: 'memory', REMEMBER_GRACE: '0' }),
    ]);
  });

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  it('has a line for what happens to logins, by public ids, and none of the secrets', async () => {
    const visitor = await Visitor.arrive(await browser.newContext(), shop);
    const secrets: string[] = ['wrong password', account.password, account.email];
    const collect = async (): Promise<void> => {
      for (const { value } of await visitor.context.cookies()) {
        secrets.push(
          ...decodeURIComponent(value)
            .split('.')
            .filter((part) => part.length > 20),
        );
      }
    };

    await visitor.goTo('/auth/login');
    await visitor.logIn('wrong password');
    await visitor.enter(account, { remember: true });
    await collect();
    const stolen = (await visitor.context.cookies()).filter(({ name }) => name === 'remember_token');
    const publicId = await visitor.page.locator('code').innerText();
    await visitor.goTo('/account/email');
    await visitor.confirm();
    await collect();
    await visitor.dropSessionCookie();
    await visitor.goTo('/auth/account');
    await collect();
    await visitor.press('Log out');

    // The page may be there before the line that the shop has printed.
    await until('the line of the logout', () => / logout \{.*\n/.test(shop.output));
    const lines = shop.output.split('\n').filter((line) => line.includes('[Events]'));
    expect(lines.map((line) => / (\w+) \{/.exec(line)?.[1])).toEqual([
      'loginFailed',
      'login',
      'refused',
      'confirmed',
      'login',
      'remembered',
      'logout',
    ]);
    expect(lines[1]).toContain(`"publicId":"${publicId}"`);

    await visitor.enter(account, { remember: true });
    await visitor.dropSessionCookie();
    const thiefs = await Visitor.arrive(await browser.newContext(), shop);
    await thiefs.context.addCookies(stolen);
    expect(await thiefs.isLoggedIn()).toBe(false);

    expect(secrets.length).toBeGreaterThan(8);
    expect(secrets.filter((secret) => shop.output.includes(secret))).toEqual([]);
    await visitor.leave();
    await thiefs.leave();
  });

  it('warns of a remember-me cookie that somebody has copied, and that ends the login', async () => {
    const owner = await Visitor.arrive(await browser.newContext(), shop);
    await owner.enter(account, { remember: true });
    const copy = (await owner.context.cookies()).filter(({ name }) => name === 'remember_token');
    await owner.dropSessionCookie();
    expect(await owner.isLoggedIn()).toBe(true);
    // The browser shows its new cookie: from now on the one before it is nobody's but a thief's.
    expect(await owner.isLoggedIn()).toBe(true);

    const thief = await Visitor.arrive(await browser.newContext(), shop);
    await thief.context.addCookies(copy);
    expect(await thief.isLoggedIn()).toBe(false);
    await until('the warning', () => /rememberStolen .*\n/.test(shop.output));
    // The one that was dropped had not ended, and is of the same login.
    expect(shop.output).toMatch(
      /WARN \[Events\] rememberStolen \{"userId":"demo","address":"127\.0\.0\.1","sessions":2\}/,
    );
    expect(await owner.isLoggedIn()).toBe(false);
    await owner.leave();
    await thief.leave();
  });
});
