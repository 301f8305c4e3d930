import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { openChromium, openChromiumIn } from './chromium.js';
import { withOrWithoutJavaScript } from './javascript.js';
import { RunningShop } from './running-shop.js';
import { account, Visitor } from './visitor.js';

let browser: Browser;
let shop: RunningShop;

beforeAll(async () => {
  [browser, shop] = await Promise.all([openChromium(), RunningShop.open()]);
});

afterAll(async () => {
  await browser.close();
  await shop.close();
});

describe('a browser that is closed and opened again', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shop-browser-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The same person at the same browser, which is closed afterwards. */
  async function sitDown<Result>(what: (visitor: Visitor) => Promise<Result>): Promise<Result> {
    const visitor = await Visitor.arrive(await openChromiumIn(folder), shop);
    try {
      return await what(visitor);
    } finally {
      await visitor.leave();
    }
  }

  it('is logged in again if that was asked for, and only then', async () => {
    await sitDown((visitor) => visitor.enter());
    expect(await sitDown((visitor) => visitor.isLoggedIn())).toBe(false);
    await sitDown((visitor) => visitor.enter(account, { remember: true }));
    expect(await sitDown((visitor) => visitor.isLoggedIn())).toBe(true);
    // And once more: the token was used up, and its successor kept.
    expect(await sitDown((visitor) => visitor.isLoggedIn())).toBe(true);
  });
});

describe.each(withOrWithoutJavaScript())('a remembered login %s', (_, javaScriptEnabled) => {
  async function newVisitor(): Promise<Visitor> {
    return Visitor.arrive(await browser.newContext({ javaScriptEnabled }), shop);
  }

  it('ASVS 7.6.2: is made only where the box is ticked', async () => {
    const visitor = await newVisitor();
    await visitor.enter();
    expect(await rememberCookie(visitor.context)).toBeUndefined();
    await visitor.dropSessionCookie();
    expect(await visitor.isLoggedIn()).toBe(false);
    await visitor.leave();
  });

  it('is still asked for after a wrong password, if it was before', async () => {
    const visitor = await newVisitor();
    const box = visitor.page.getByLabel('Keep me logged in');
    await visitor.goTo('/auth/login');
    await box.check();
    await visitor.logIn('wrong');
    expect(await box.isChecked()).toBe(true);
    await visitor.logIn();
    expect(visitor.place).toBe('/auth/account');
    expect(await rememberCookie(visitor.context)).toBeDefined();
    await visitor.press('Log out');

    await visitor.goTo('/auth/login');
    expect(await box.isChecked()).toBe(false);
    await visitor.logIn('wrong');
    expect(await box.isChecked()).toBe(false);
    await visitor.leave();
  });

  it('outlives the session, says so, and is no fresh one', async () => {
    const visitor = await newVisitor();
    await visitor.enter(account, { remember: true });
    expect(await visitor.page.locator('[data-login]').getAttribute('data-login')).toBe('password');
    const cookie = await rememberCookie(visitor.context);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    expect((cookie?.expires ?? 0) * 1000).toBeGreaterThan(Date.now() + 300 * 86_400_000);

    await visitor.dropSessionCookie();
    expect(await visitor.isLoggedIn()).toBe(true);
    expect(await visitor.page.locator('[data-email]').innerText()).toBe(account.email);
    expect(await visitor.page.locator('[data-login]').getAttribute('data-login')).toBe('remembered');
    expect((await rememberCookie(visitor.context))?.value).not.toBe(cookie?.value);
    await visitor.goTo('/devices');
    expect(visitor.path).toBe('/auth/verify');
    await visitor.leave();
  });

  it('ASVS 7.4.1: ends with the logout, for a copy of its cookie, too', async () => {
    const visitor = await newVisitor();
    await visitor.enter(account, { remember: true });
    const copy = await rememberCookie(visitor.context);
    await visitor.press('Log out');
    expect(await rememberCookie(visitor.context)).toBeUndefined();
    await visitor.context.addCookies([copy!]);
    expect(await visitor.isLoggedIn()).toBe(false);
    expect(await rememberCookie(visitor.context)).toBeUndefined();
    await visitor.leave();
  });
});

async function rememberCookie(context: BrowserContext) {
  return (await context.cookies()).find(({ name }) => name === 'remember_token');
}
