import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openChromium } from './chromium.js';
import { until } from '../support/until.js';
import { faultsOf } from './examined-page.js';
import { withOrWithoutJavaScript } from './javascript.js';
import { RunningShop } from './running-shop.js';
import { Visitor } from './visitor.js';

const password = 'a long enough phrase';
const renewed = 'another long phrase';

let browser: Browser;
let shop: RunningShop;

beforeAll(async () => {
  [browser, shop] = await Promise.all([openChromium(), RunningShop.open()]);
});

afterAll(async () => {
  await browser.close();
  await shop.close();
});

describe('somebody who registers in the shop', () => {
  const registered: (readonly [visitor: Visitor, email: string])[] = [];

  it.each(withOrWithoutJavaScript())(
    'finds the mails on a page, and keeps the cart, %s',
    async (_, javaScriptEnabled) => {
      const email = javaScriptEnabled ? 'ada@shop.example' : 'grace@shop.example';
      const visitor = await Visitor.arrive(await browser.newContext({ javaScriptEnabled }), shop);
      await visitor.goTo('/');
      await visitor.press('Add to cart: Evening mug');
      await visitor.goTo('/auth/login');
      await visitor.page.getByRole('link', { name: 'Create an account' }).click();
      await visitor.page.getByLabel('Email address').fill(email);
      await visitor.page.getByLabel('Password').fill(password);
      await visitor.press('Create account');
      expect(await visitor.page.getByRole('status').innerText()).toContain('We have sent you an email.');

      const mail = visitor.page.locator(`[data-kind=confirm][data-to="${email}"]`);
      await until('the mail of the registration', async () => {
        await visitor.goTo('/mails');
        return (await mail.count()) === 1;
      });
      await mail.getByRole('link', { name: 'Open the link' }).click();
      await visitor.press('Confirm');
      await visitor.goTo('/auth/login');
      await visitor.logIn(password, email);
      expect(visitor.place).toBe('/auth/account');
      expect(await visitor.heading()).toBe(`Hello, ${email}`);
      expect(await visitor.cart()).toEqual({ mug: 1 });

      await visitor.goTo('/auth/account/password');
      await visitor.page.getByLabel('Current password').fill(password);
      await visitor.page.getByLabel('New password').fill(renewed);
      await visitor.press('Change password');
      await visitor.press('Log out');
      registered.push([visitor, email]);
    },
  );

  it('has the account after a restart of the shop as well', async () => {
    await shop.restart();
    for (const [visitor, email] of registered) {
      await visitor.goTo('/auth/login');
      await visitor.logIn(renewed, email);
      expect(visitor.place).toBe('/auth/account');
      await visitor.leave();
    }
    expect(registered).toHaveLength(withOrWithoutJavaScript().length);
  });
});

describe('the pages of accounts in the look of the shop', () => {
  it('have nothing that axe finds', async () => {
    const visitor = await Visitor.arrive(await browser.newContext({ viewport: { width: 390, height: 800 } }), shop);
    for (const path of ['/auth/login', '/auth/register', '/auth/recover', '/auth/confirm', '/auth/reset?token=t']) {
      await visitor.goTo(path);
      expect({ path, faults: await faultsOf(visitor.page) }).toEqual({ path, faults: [] });
    }
    await visitor.enter();
    for (const path of ['/auth/account', '/auth/account/password', '/auth/verify', '/mails']) {
      await visitor.goTo(path);
      expect({ path, faults: await faultsOf(visitor.page) }).toEqual({ path, faults: [] });
    }
    await visitor.leave();
  });
});
