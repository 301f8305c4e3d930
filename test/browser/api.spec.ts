import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { APIResponse, Browser } from 'playwright-core';
import { openChromium } from './chromium.js';
import { RunningShop } from './running-shop.js';
import { account, Visitor } from './visitor.js';

describe('the JSON API, asked with the cookies of a browser', () => {
  let browser: Browser;
  let shop: RunningShop;
  let visitor: Visitor;

  beforeAll(async () => {
    [browser, shop] = await Promise.all([openChromium(), RunningShop.open()]);
  });

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  beforeEach(async () => {
    visitor = await Visitor.arrive(await browser.newContext(), shop);
  });

  afterEach(() => visitor.leave());

  function ask(method: string, path: string, data?: object): Promise<APIResponse> {
    // What has cookies and is no browser says by itself that it belongs to the shop.
    const headers = { origin: shop.address };
    return visitor.context.request.fetch(shop.url(path), { method, headers, ...(data && { data }) });
  }

  it('shares the visit counter with the pages', async () => {
    expect(await visitor.countVisit()).toBe(1);
    expect(await (await ask('GET', '/api/visits')).json()).toEqual({ visits: 2 });
    expect(await visitor.countVisit()).toBe(3);
  });

  it('adds to, changes and empties the cart that the pages show', async () => {
    await ask('POST', '/api/cart', { sku: 'teapot' });
    const added = await ask('POST', '/api/cart', { sku: 'mug', quantity: 2 });
    expect(added.status()).toBe(201);
    expect(await added.json()).toEqual({
      lines: [
        { sku: 'teapot', name: 'Stoneware teapot', price: 4800, quantity: 1, total: 4800 },
        { sku: 'mug', name: 'Evening mug', price: 1650, quantity: 2, total: 3300 },
      ],
      count: 3,
      total: 8100,
      currency: 'EUR',
    });
    expect(await visitor.cart()).toEqual({ teapot: 1, mug: 2 });

    await ask('PATCH', '/api/cart/mug', { quantity: 7 });
    expect(await visitor.cart()).toEqual({ teapot: 1, mug: 7 });
    await ask('DELETE', '/api/cart/teapot');
    expect(await (await ask('GET', '/api/cart')).json()).toMatchObject({ count: 7, total: 11550 });
    await ask('DELETE', '/api/cart');
    expect(await visitor.cart()).toEqual({});
  });

  it.each([
    ['an unknown product', 'POST', '/api/cart', { sku: 'yacht' }, 404],
    ['the name of a property as a product', 'POST', '/api/cart', { sku: '__proto__' }, 404],
    ['less than one', 'POST', '/api/cart', { sku: 'mug', quantity: -1 }, 400],
    ['half a thing', 'POST', '/api/cart', { sku: 'mug', quantity: 1.5 }, 400],
    ['a word as a quantity', 'PATCH', '/api/cart/mug', { quantity: 'many' }, 400],
    ['no quantity', 'PATCH', '/api/cart/mug', {}, 400],
    ['a stamp that no run uses', 'POST', '/api/session/stamps', { stamp: 21 }, 400],
    ['a body of 20 kB', 'POST', '/api/cart', { sku: 'x'.repeat(20_000) }, 413],
  ])('refuses %s, in JSON', async (_, method, path, body, status) => {
    const response = await ask(method, path, body);
    expect(response.status()).toBe(status);
    expect(await response.json()).toMatchObject({ statusCode: status });
    expect(await visitor.cart()).toEqual({});
  });

  it('logs in and out, for the pages, too', async () => {
    const me = await ask('GET', '/api/me');
    expect(me.status()).toBe(401);
    expect(await me.json()).toMatchObject({ statusCode: 401 });

    const refused = await ask('POST', '/auth/login', { identity: account.email, password: 'wrong' });
    expect(refused.status()).toBe(401);
    const login = await ask('POST', '/auth/login', { identity: account.email, password: account.password });
    expect(login.status()).toBe(200);
    expect(await login.json()).toMatchObject({ status: 'in', user: { id: 'demo', email: account.email, roles: [] } });
    const user = { id: 'demo', email: account.email, name: account.name, roles: [] };
    expect(await (await ask('GET', '/api/me')).json()).toEqual(user);
    await visitor.goTo('/auth/account');
    expect(visitor.place).toBe('/auth/account');

    expect((await ask('POST', '/auth/logout')).status()).toBe(204);
    expect((await ask('GET', '/api/me')).status()).toBe(401);
    await visitor.goTo('/auth/account');
    expect(new URL(visitor.page.url()).pathname).toBe('/auth/login');
  });

  it('tells of the session what the inspector shows, and nothing of the secret id', async () => {
    await visitor.countVisit();
    const response = await ask('GET', '/api/session');
    const told = await response.text();
    expect(JSON.parse(told)).toMatchObject({
      data: { visits: 1 },
      isNew: false,
      permanent: false,
      store: { type: 'lmdb', location: join(shop.folder, '.cache/sessions.mdb') },
    });
    const [id, , , signature] = decodeURIComponent((await visitor.sessionCookie()) ?? '').split('.');
    for (const part of [id, signature]) {
      expect(part?.length).toBeGreaterThan(20);
      expect(told).not.toContain(part);
    }
    await visitor.goTo('/session');
    expect(told).toContain(await visitor.page.locator('[data-public-id]').innerText());
  });
});
