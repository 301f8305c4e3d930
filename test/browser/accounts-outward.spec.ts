import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openChromium } from './chromium.js';
import { faultsOf } from './examined-page.js';
import { RunningShop } from './running-shop.js';
import { account, guest, keeper, Visitor } from './visitor.js';

let browser: Browser;
let shop: RunningShop;

beforeAll(async () => {
  [browser, shop] = await Promise.all([openChromium(), RunningShop.open()]);
});

afterAll(async () => {
  await browser.close();
  await shop.close();
});

/** By the name that callbacks have in development. */
async function arrive(javaScriptEnabled = true): Promise<Visitor> {
  return Visitor.arrive(await browser.newContext({ javaScriptEnabled }), shop, 'localhost');
}

describe('sign-in with the provider that the shop starts', () => {
  it('makes an account, and logs in to it the next time', async () => {
    const visitor = await arrive(false);
    await visitor.goTo('/auth/login');
    await visitor.press('Sign in with Owl');
    expect(await visitor.heading()).toBe('Owl');
    await visitor.page.getByRole('button', { name: 'Nora Night' }).click();
    expect(await visitor.heading()).toBe('Hello, Nora Night');
    await visitor.press('Log out');
    await visitor.goTo('/auth/login');
    await visitor.press('Sign in with Owl');
    // The provider knows who it is.
    expect(await visitor.heading()).toBe('Hello, Nora Night');
    await visitor.leave();
  });

  it('leads back to the login where it is cancelled', async () => {
    const visitor = await arrive();
    await visitor.goTo('/auth/login');
    await visitor.press('Sign in with Owl');
    await visitor.press('Cancel');
    expect(visitor.path).toBe('/auth/oauth/owl/callback');
    expect(await visitor.page.getByRole('alert').innerText()).not.toBe('');
    expect(await faultsOf(visitor.page)).toEqual([]);
    expect(await visitor.isLoggedIn()).toBe(false);
    await visitor.leave();
  });

  it('is linked to an account, and unlinked', async () => {
    const visitor = await arrive();
    await visitor.enter(guest);
    await visitor.page.getByRole('link', { name: 'Sign-in with other providers' }).click();
    await visitor.press('Link Owl');
    await visitor.page.getByRole('button', { name: 'Ben Bird' }).click();
    await visitor.page.getByRole('button', { name: 'Unlink' }).waitFor();
    expect(await faultsOf(visitor.page)).toEqual([]);
    await visitor.press('Log out');
    await visitor.goTo('/auth/login');
    await visitor.press('Sign in with Owl');
    expect(await visitor.heading()).toBe('Hello, Guest account');
    await visitor.leave();
  });
});

it('a program uses the shop with an API key that its owner has made, and is told whose it is', async () => {
  const visitor = await arrive();
  await visitor.enter();
  await visitor.page.getByRole('link', { name: 'Your API keys' }).click();
  await visitor.page.getByLabel('Name').fill('curl');
  await visitor.page.getByLabel('profile').check();
  await visitor.press('Create key');
  const key = /shop_\S+/.exec(await visitor.page.getByRole('main').innerText())?.[0] ?? '';
  expect(await faultsOf(visitor.page)).toEqual([]);
  const answer = await fetch(shop.url('/api/me'), { headers: { authorization: `Bearer ${key}` } });
  expect(await answer.json()).toMatchObject({ id: account.id, email: account.email });
  expect((await fetch(shop.url('/devices'), { headers: { 'x-api-key': key }, redirect: 'manual' })).status).not.toBe(
    200,
  );
  await visitor.leave();
});

describe('an admin', () => {
  it('disables an account, whose user is logged out with the next page', async () => {
    const [admin, customer] = [await arrive(), await arrive()];
    await customer.enter();
    await admin.enter(keeper);
    await admin.page.getByRole('link', { name: 'All accounts' }).click();
    expect(await faultsOf(admin.page)).toEqual([]);
    await admin.page.getByRole('link', { name: account.email }).click();
    await admin.page.getByText('Disable account').waitFor();
    expect(await faultsOf(admin.page)).toEqual([]);
    await admin.press('Disable account');
    expect(await customer.isLoggedIn()).toBe(false);
    await admin.press('Enable account');
    await customer.enter();
    expect(await customer.heading()).toBe(`Hello, ${account.name}`);
    await admin.leave();
    await customer.leave();
  });

  it('sees the shop as a customer, with a banner on every page, and comes back', async () => {
    const admin = await arrive(false);
    await admin.enter(keeper);
    await admin.goTo('/admin');
    const row = admin.page.locator(`[data-account="${account.id}"]`);
    await row.getByLabel('Why').fill('a call about an order');
    await row.getByRole('button', { name: `View the shop as this user: ${account.name}` }).click();
    expect(await admin.heading()).toBe(`Hello, ${account.name}`);
    for (const path of ['/', '/auth/account', '/auth/passkeys', '/nowhere']) {
      await admin.goTo(path);
      expect(await admin.page.getByRole('complementary').innerText()).toContain(keeper.email);
    }
    await admin.goTo('/');
    expect(await admin.page.getByRole('complementary').count()).toBe(1);
    await admin.press('Return to your own account');
    expect(await admin.heading()).toBe(`Hello, ${keeper.name}`);
    expect(await admin.page.getByRole('complementary').count()).toBe(0);
    await admin.leave();
  });
});
