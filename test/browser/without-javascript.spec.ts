import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openChromium } from './chromium.js';
import { RunningShop } from './running-shop.js';
import { account, Visitor } from './visitor.js';

describe('the shop in a browser that runs no JavaScript', () => {
  let browser: Browser;
  let shop: RunningShop;

  beforeAll(async () => {
    [browser, shop] = await Promise.all([openChromium(), RunningShop.open()]);
  });

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  it('does all it does', async () => {
    const visitor = await Visitor.arrive(await browser.newContext({ javaScriptEnabled: false }), shop);
    expect(await visitor.countVisit()).toBe(1);
    await visitor.press('Add to cart: Windowsill aloe');
    expect(await visitor.messages()).toEqual(['success: Added to your cart: Windowsill aloe.']);
    await visitor.page.getByLabel('Windowsill aloe: Quantity').fill('3');
    await visitor.press('Update the quantity of Windowsill aloe');
    expect(await visitor.cart()).toEqual({ aloe: 3 });

    await visitor.goTo('/auth/account');
    await visitor.logIn();
    expect(visitor.place).toBe('/auth/account');
    expect(await visitor.page.locator('[data-email]').innerText()).toBe(account.email);
    expect(await visitor.sessionData()).toEqual({ visits: 1, cart: { aloe: 3 } });

    await visitor.press('Send requests');
    expect(await visitor.page.locator('[data-kept]').getAttribute('data-kept')).toBe('20');
    await visitor.press('End the session');
    expect(await visitor.sessionCookie()).toBeNull();
  });

  it('sends no script at all to guests, but for passkeys on the login page', async () => {
    for (const path of ['/', '/cart', '/auth/register', '/session', '/nowhere']) {
      const text = await (await fetch(shop.url(path), { headers: { accept: 'text/html' } })).text();
      expect(text).toContain('<!doctype html>');
      expect(text).not.toMatch(/<script|\son[a-z]+=|javascript:/i);
    }
  });
});
