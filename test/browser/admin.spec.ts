import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openChromium } from './chromium.js';
import { withOrWithoutJavaScript } from './javascript.js';
import { RunningShop } from './running-shop.js';
import { account, keeper, Visitor } from './visitor.js';

let browser: Browser;
let shop: RunningShop;

beforeAll(async () => {
  [browser, shop] = await Promise.all([openChromium(), RunningShop.open()]);
});

afterAll(async () => {
  await browser.close();
  await shop.close();
});

describe.each(withOrWithoutJavaScript())('the admin page, %s', (_, javaScriptEnabled) => {
  let admin: Visitor;
  let customer: Visitor;

  beforeEach(async () => {
    admin = await newVisitor();
    customer = await newVisitor();
  });

  afterEach(async () => {
    await admin.leave();
    await customer.leave();
  });

  async function newVisitor(): Promise<Visitor> {
    return Visitor.arrive(await browser.newContext({ javaScriptEnabled }), shop);
  }

  it('is shown to the admin, refused to others, and has guests log in', async () => {
    await customer.goTo('/admin');
    expect(customer.place).toBe('/auth/login?next=%2Fadmin');
    await customer.logIn();
    expect(customer.place).toBe('/admin');
    expect(await customer.heading()).toBe('You do not have access');
    expect((await customer.page.reload())?.status()).toBe(403);
    await customer.goTo('/auth/account');
    expect(await customer.page.getByRole('link', { name: 'All logins' }).count()).toBe(0);

    await admin.enter(keeper);
    await admin.page.getByRole('link', { name: 'All logins' }).click();
    expect(admin.place).toBe('/admin');
    expect((await admin.page.reload())?.status()).toBe(200);
    expect(await admin.page.locator('[data-account]').count()).toBe(3);
  });

  it('refuses in JSON what a program of somebody else sends', async () => {
    await customer.enter();
    const response = await customer.context.request.post(shop.url('/admin/logout-everyone'), {
      headers: { origin: shop.address, accept: 'application/json' },
    });
    expect(response.status()).toBe(403);
    expect(await response.json()).toMatchObject({ statusCode: 403 });
    expect(await customer.isLoggedIn()).toBe(true);
  });

  it('ASVS 7.4.5: ends all logins of one user', async () => {
    const phone = await newVisitor();
    await phone.enter(account, { remember: true });
    await customer.enter();
    await admin.enter(keeper);
    await admin.goTo('/admin');
    const logins = Number(await admin.page.locator('[data-account=demo]').getAttribute('data-logins'));
    expect(logins).toBeGreaterThanOrEqual(2);
    await admin.press('Log out Demo account');
    expect(await admin.messages()).toEqual([`success: Demo account: ${String(logins)} logins ended.`]);
    expect(await customer.isLoggedIn()).toBe(false);
    expect(await phone.isLoggedIn()).toBe(false);
    expect(await admin.isLoggedIn()).toBe(true);
    await phone.leave();
  });

  it('ASVS 7.4.5: ends all logins of everybody, remembered ones, and its own', async () => {
    await customer.enter(account, { remember: true });
    await admin.enter(keeper, { remember: true });
    await admin.goTo('/admin');
    await admin.press('Log out everyone');
    expect(admin.place).toBe('/auth/login');
    expect(await admin.messages()).toEqual(['success: Everyone is logged out, including you.']);
    expect(await customer.isLoggedIn()).toBe(false);
    expect(await admin.isLoggedIn()).toBe(false);
    await customer.logIn();
    expect(await customer.isLoggedIn()).toBe(true);
  });
});
