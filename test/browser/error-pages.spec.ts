import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { until } from '../support/until.js';
import { openChromium } from './chromium.js';
import { withOrWithoutJavaScript } from './javascript.js';
import { RunningShop } from './running-shop.js';
import { account, Visitor } from './visitor.js';

let browser: Browser;

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(() => browser.close());

describe.each(withOrWithoutJavaScript())('an error page, %s', (_, javaScriptEnabled) => {
  let shop: RunningShop;
  let visitor: Visitor;

  beforeAll(async () => {
    shop = await RunningShop.open({ SESSION_TYPE: 'memory' });
  });

  afterAll(() => shop.close());

  beforeEach(async () => {
    visitor = await Visitor.arrive(await browser.newContext({ javaScriptEnabled }), shop);
  });

  afterEach(() => visitor.leave());

  /** Sends a form of the shop's own, and leaves its redirect alone. */
  async function send(path: string, form: Record<string, string> = {}): Promise<number> {
    const headers = { origin: shop.address, accept: 'text/html' };
    const response = await visitor.context.request.post(shop.url(path), { headers, form, maxRedirects: 0 });
    return response.status();
  }

  async function statusAt(path: string): Promise<number | undefined> {
    return (await visitor.page.goto(shop.url(path)))?.status();
  }

  it.each([
    ['/admin', 403],
    ['/nowhere', 404],
  ])('at %s keeps the cart count, the navigation and a way out that works', async (path, status) => {
    await visitor.enter();
    await send('/cart/add', { sku: 'mug', quantity: '2' });
    expect(await statusAt(path)).toBe(status);
    expect(await visitor.frame()).toEqual({ links: ['Shop', 'Cart 2 items', 'Session', 'Account'], logout: true });
    await visitor.press('Log out');
    expect(visitor.place).toBe('/');
    expect(await visitor.isLoggedIn()).toBe(false);
  });

  it('shows a guest the cart and the way to the login', async () => {
    await send('/cart/add', { sku: 'mug', quantity: '3' });
    expect(await statusAt('/nowhere')).toBe(404);
    expect(await visitor.frame()).toEqual({ links: ['Shop', 'Cart 3 items', 'Session', 'Log in'], logout: false });
  });

  it('starts no session', async () => {
    expect(await statusAt('/nowhere')).toBe(404);
    expect(await visitor.frame()).toEqual({ links: ['Shop', 'Cart', 'Session', 'Log in'], logout: false });
    expect(await visitor.context.cookies()).toEqual([]);
  });

  it('restores no remembered login, and leaves that to the next page', async () => {
    await visitor.enter(account, { remember: true });
    await visitor.dropSessionCookie();
    const before = await visitor.context.cookies();
    expect(await statusAt('/nowhere')).toBe(404);
    expect(await visitor.frame()).toMatchObject({ logout: false });
    expect(await visitor.context.cookies()).toEqual(before);
    expect(await visitor.isLoggedIn()).toBe(true);
  });

  it('leaves the messages to the next page', async () => {
    expect(await send('/cart/add', { sku: 'mug' })).toBe(303);
    expect(await statusAt('/nowhere')).toBe(404);
    expect(await visitor.messages()).toEqual([]);
    await visitor.goTo('/cart');
    expect(await visitor.messages()).toHaveLength(1);
  });
});

describe('the error page of a session that was ended while it was in use', () => {
  it('shows nothing of that session', async () => {
    const shop = await RunningShop.open({ SESSION_TYPE: 'memory', SESSION_ON_GONE: 'error' });
    const visitor = await Visitor.arrive(await browser.newContext(), shop);
    try {
      let text = '';
      // The other request may come too late, so this is done until it does not.
      await until('a request whose session ends meanwhile', async () => {
        await visitor.context.clearCookies();
        await visitor.enter();
        const cookie = `session=${(await visitor.sessionCookie()) ?? ''}`;
        const send = (path: string): Promise<Response> =>
          fetch(shop.url(path), {
            method: 'POST',
            headers: { accept: 'text/html', origin: shop.address, cookie },
            redirect: 'manual',
          });
        const [response] = await Promise.all([send('/session/parallel'), send('/session/destroy')]);
        text = await response.text();
        return response.status === 409;
      });
      expect(text).toContain('Your session has ended');
      expect(text).not.toContain('action="/logout"');
    } finally {
      await visitor.leave();
      await shop.close();
    }
  });
});
