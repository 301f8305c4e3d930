import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Request } from 'playwright-core';
import { openChromium } from './chromium.js';
import { ForeignSite } from './foreign-site.js';
import { RunningShop } from './running-shop.js';
import { account, keeper, Visitor } from './visitor.js';

let browser: Browser;

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(() => browser.close());

describe('a form that a page of another origin sends by itself', () => {
  let shop: RunningShop;
  let foreign: ForeignSite;
  let visitor: Visitor;

  beforeAll(async () => {
    [shop, foreign] = await Promise.all([RunningShop.open(), ForeignSite.open()]);
  });

  afterAll(async () => {
    await foreign.close();
    await shop.close();
  });

  beforeEach(async () => {
    visitor = await Visitor.arrive(await browser.newContext(), shop);
  });

  afterEach(() => visitor.leave());

  /** Lets the visitor open the foreign page, and gives the request that its form became. */
  async function lure(address: string, path: string, fields: Record<string, string>): Promise<Request> {
    foreign.setTrap(shop.url(path), fields);
    const [request] = await Promise.all([
      visitor.page.waitForRequest((sent) => sent.url() === shop.url(path) && sent.method() === 'POST'),
      visitor.page.goto(address),
    ]);
    await visitor.page.waitForURL(shop.url(path));
    return request;
  }

  it.each([
    ['/cart/add', { sku: 'mug' }],
    ['/auth/logout', {}],
    ['/devices/revoke-others', {}],
    ['/session/destroy', {}],
  ])('ASVS 3.5.1: is refused by %s, though the cookie came along', async (path, fields) => {
    await visitor.enter();
    // Another port is another origin of the same site, so `SameSite=Lax` does not help.
    const request = await lure(foreign.sameSite, path, fields);
    expect((await request.allHeaders())['cookie']).toContain('session=');
    expect((await request.response())?.status()).toBe(403);
    expect(await visitor.heading()).toBe('Request blocked');
    expect(await visitor.frame()).toEqual({ links: ['Shop', 'Cart', 'Session', 'Account'], logout: true });
    expect(await visitor.isLoggedIn()).toBe(true);
    expect(await visitor.cart()).toEqual({});
  });

  it('ASVS 3.5.1: logs nobody in under the name of somebody else', async () => {
    const request = await lure(foreign.crossSite, '/auth/login', {
      identity: account.email,
      password: account.password,
    });
    expect((await request.response())?.status()).toBe(403);
    expect(await visitor.isLoggedIn()).toBe(false);
  });
});

describe('a form of a browser that does not say where it comes from', () => {
  let shop: RunningShop;
  let visitor: Visitor;

  beforeAll(async () => {
    shop = await RunningShop.open();
  });

  afterAll(() => shop.close());

  beforeEach(async () => {
    visitor = await Visitor.arrive(await browser.newContext(), shop);
    await visitor.goTo('/');
  });

  afterEach(() => visitor.leave());

  async function send(token?: string): Promise<{ readonly status: number; readonly text: string }> {
    const response = await visitor.context.request.post(shop.url('/cart/add'), {
      headers: { accept: 'text/html' },
      form: { sku: 'mug', ...(token !== undefined && { _csrf: token }) },
    });
    return { status: response.status(), text: await response.text() };
  }

  it('is carried out with the token of its session', async () => {
    expect((await send(await tokenOn(visitor))).status).toBe(200);
    expect(await visitor.cart()).toEqual({ mug: 1 });
  });

  it('is refused without one, and says what to do', async () => {
    const { status, text } = await send();
    expect(status).toBe(403);
    expect(text).toContain('This page has expired');
    expect(await visitor.cart()).toEqual({});
  });

  it('is refused with the token of another session, or of the same one before its login', async () => {
    const other = await Visitor.arrive(await browser.newContext(), shop);
    await other.goTo('/');
    expect((await send(await tokenOn(other))).status).toBe(403);
    const old = await tokenOn(visitor);
    await visitor.enter();
    expect((await send(old)).status).toBe(403);
    expect(await visitor.cart()).toEqual({});
    await other.leave();
  });
});

describe('where every form needs its token', () => {
  let shop: RunningShop;

  beforeAll(async () => {
    shop = await RunningShop.open({ SESSION_CSRF_MODE: 'token' });
  });

  afterAll(() => shop.close());

  it('each form of the shop has it, without JavaScript', async () => {
    const visitor = await Visitor.arrive(await browser.newContext({ javaScriptEnabled: false }), shop);
    const phone = await Visitor.arrive(await browser.newContext({ javaScriptEnabled: false }), shop);
    await phone.enter(keeper);

    await visitor.enter(keeper);
    await visitor.goTo('/');
    await visitor.press('Add to cart: Evening mug');
    await visitor.press('Update the quantity of Evening mug');
    await visitor.press('Remove Evening mug from the cart');
    await visitor.goTo('/session');
    for (const button of ['Make it permanent', 'Change the id', 'Clear the data', 'Send requests']) {
      await visitor.press(button);
      expect(visitor.place).toBe('/session');
    }
    expect(await visitor.page.locator('[data-kept]').getAttribute('data-kept')).toBe('20');
    await visitor.goTo('/devices');
    await visitor.press('Log out everywhere else');
    expect(visitor.place).toBe('/devices');
    await visitor.goTo('/admin');
    await visitor.press('Log out Demo account');
    expect(visitor.place).toBe('/admin');
    await visitor.goTo('/account/email');
    await visitor.confirm(keeper.password);
    await visitor.page.getByLabel('New address').fill('another@shop.example');
    await visitor.press('Change address');
    expect(visitor.place).toBe('/auth/account');
    await visitor.press('Log out');
    expect(visitor.place).toBe('/');
    await visitor.leave();
    await phone.leave();
  });

  it('refuses one without it', async () => {
    const visitor = await Visitor.arrive(await browser.newContext(), shop);
    await visitor.goTo('/');
    await visitor.page.evaluate(`document.querySelector('[name=_csrf]').remove()`);
    await visitor.press('Add to cart: Stoneware teapot');
    expect(await visitor.heading()).toBe('This page has expired');
    await visitor.leave();
  });
});

async function tokenOn(visitor: Visitor): Promise<string> {
  return visitor.page.locator('[name=_csrf]').first().inputValue();
}
