import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openChromium } from './chromium.js';
import { openShop, storesFor } from './shop-with-store.js';
import type { ShopWithStore } from './shop-with-store.js';
import { account, Visitor } from './visitor.js';

let browser: Browser;

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(() => browser.close());

describe.each(storesFor('lmdb'))('the shop with its sessions in %s', (kind) => {
  let store: ShopWithStore;
  let visitor: Visitor;

  beforeAll(async () => {
    store = await openShop(kind);
  });

  afterAll(() => store.close());

  beforeEach(async () => {
    visitor = await newVisitor();
  });

  afterEach(() => visitor.leave());

  async function newVisitor(): Promise<Visitor> {
    return Visitor.arrive(await browser.newContext(), store.shop);
  }

  it('counts the visits of each browser for itself', async () => {
    const other = await newVisitor();
    expect(await visitor.countVisit()).toBe(1);
    expect(await visitor.countVisit()).toBe(2);
    expect(await other.countVisit()).toBe(1);
    expect(await visitor.countVisit()).toBe(3);
    await other.leave();
  });

  it('puts things into the cart, changes how many, and takes them out', async () => {
    await visitor.goTo('/');
    await visitor.press('Add to cart: Stoneware teapot');
    expect(visitor.place).toBe('/cart');
    await visitor.goTo('/');
    await visitor.press('Add to cart: Evening mug');
    await visitor.goTo('/');
    await visitor.press('Add to cart: Evening mug');
    expect(await visitor.cart()).toEqual({ teapot: 1, mug: 2 });
    expect(await visitor.page.locator('[data-total]').innerText()).toBe('€81.00');

    await visitor.page.getByLabel('Evening mug: Quantity').fill('5');
    await visitor.press('Update the quantity of Evening mug');
    expect(await visitor.cart()).toEqual({ teapot: 1, mug: 5 });

    await visitor.press('Remove Stoneware teapot from the cart');
    expect(await visitor.cart()).toEqual({ mug: 5 });

    await visitor.press('Empty cart');
    expect(await visitor.cart()).toEqual({});
    expect(await visitor.page.getByRole('heading', { level: 1 }).innerText()).toBe('Your cart is empty');
  });

  it('says once what happened, by category', async () => {
    await visitor.goTo('/');
    await visitor.press('Add to cart: Plain notebook');
    expect(await visitor.messages()).toEqual(['success: Added to your cart: Plain notebook.']);
    await visitor.goTo('/cart');
    expect(await visitor.messages()).toEqual([]);
    await visitor.press('Remove Plain notebook from the cart');
    expect(await visitor.messages()).toEqual(['info: Removed from your cart: Plain notebook.']);
    await visitor.page.reload();
    expect(await visitor.messages()).toEqual([]);
  });

  it('refuses a wrong password and an unknown address with the same words', async () => {
    await visitor.goTo('/auth/login');
    await visitor.logIn('wrong');
    const wrongPassword = await visitor.page.getByRole('alert').innerText();
    await visitor.goTo('/auth/login');
    await visitor.logIn(account.password, 'nobody@shop.example');
    expect(await visitor.page.getByRole('alert').innerText()).toBe(wrongPassword);
    await visitor.goTo('/auth/account');
    expect(visitor.place).toMatch(/^\/auth\/login/);
  });

  it('leads a guest who asks for the account to the login, and back to it afterwards', async () => {
    await visitor.goTo('/auth/account?from=here');
    expect(new URL(visitor.page.url()).pathname).toBe('/auth/login');
    await visitor.logIn('wrong');
    await visitor.logIn();
    expect(visitor.place).toBe('/auth/account?from=here');
    expect(await visitor.page.locator('[data-email]').innerText()).toBe(account.email);
  });

  it('ASVS 7.2.4: changes the session id at login and takes the cart along; the old cookie opens nothing', async () => {
    await visitor.goTo('/');
    await visitor.press('Add to cart: Beeswax candle');
    const before = await visitor.sessionCookie();
    await visitor.goTo('/auth/login');
    await visitor.logIn();
    const after = await visitor.sessionCookie();
    expect(before).not.toBeNull();
    expect(idOf(after)).not.toBe(idOf(before));
    expect(await visitor.cart()).toEqual({ candle: 1 });

    await visitor.useCookie(before ?? '');
    await visitor.goTo('/auth/account');
    expect(new URL(visitor.page.url()).pathname).toBe('/auth/login');
    expect(await visitor.cart()).toEqual({});
  });

  it('ASVS 7.4.1: logs out, for the old cookie, too', async () => {
    await visitor.goTo('/auth/login');
    await visitor.logIn();
    const loggedIn = await visitor.sessionCookie();
    await visitor.press('Log out');
    expect(visitor.place).toBe('/');
    await visitor.page.goBack();
    expect(await visitor.page.locator('[data-email]').count()).toBe(0);
    await visitor.goTo('/auth/account');
    expect(new URL(visitor.page.url()).pathname).toBe('/auth/login');
    await visitor.useCookie(loggedIn ?? '');
    await visitor.goTo('/auth/account');
    expect(new URL(visitor.page.url()).pathname).toBe('/auth/login');
  });

  it('ASVS 3.3.4: shows what is stored and where, and nothing of the secret id', async () => {
    await visitor.countVisit();
    await visitor.goTo('/');
    await visitor.press('Add to cart: Reading lamp');
    expect(await visitor.sessionData()).toEqual({ visits: 2, cart: { lamp: 1 } });
    expect(await visitor.page.locator('[data-store]').innerText()).toBe(kind);
    expect(await visitor.page.locator('[data-state]').innerText()).toBe('stored');

    const cookie = await visitor.sessionCookie();
    const [id, , , signature] = decodeURIComponent(cookie ?? '').split('.');
    const pageSource = await visitor.page.content();
    for (const secret of [cookie, id, signature]) {
      expect(secret?.length).toBeGreaterThan(20);
      expect(pageSource).not.toContain(secret);
    }
    expect(pageSource).toContain(await visitor.page.locator('[data-public-id]').innerText());
  });

  it('makes the cookie permanent and back', async () => {
    await visitor.countVisit();
    expect(await expiryOf(visitor)).toBe(-1);
    await visitor.goTo('/session');
    await visitor.press('Make it permanent');
    const inDays = ((await expiryOf(visitor)) - Date.now() / 1000) / 86_400;
    expect(inDays).toBeGreaterThan(30);
    expect(inDays).toBeLessThanOrEqual(31);
    await visitor.press('Make it temporary');
    expect(await expiryOf(visitor)).toBe(-1);
  });

  it('changes the id on request, keeps the data, and forgets the old id', async () => {
    await visitor.countVisit();
    await visitor.goTo('/session');
    const before = { cookie: await visitor.sessionCookie(), publicId: await publicIdOn(visitor) };
    await visitor.press('Change the id');
    expect(idOf(await visitor.sessionCookie())).not.toBe(idOf(before.cookie));
    expect(await publicIdOn(visitor)).not.toBe(before.publicId);
    expect(await visitor.sessionData()).toEqual({ visits: 1 });
    await visitor.useCookie(before.cookie ?? '');
    expect(await visitor.sessionData()).toEqual({});
  });

  it('clears the data and keeps the login', async () => {
    await visitor.countVisit();
    await visitor.goTo('/auth/login');
    await visitor.logIn();
    await visitor.goTo('/session');
    await visitor.press('Clear the data');
    expect(await visitor.sessionData()).toEqual({});
    expect(await visitor.page.locator('[data-owner]').innerText()).toBe(account.email);
  });

  it('ends the session: no data, no cookie, and the old one opens nothing', async () => {
    await visitor.countVisit();
    const cookie = await visitor.sessionCookie();
    await visitor.goTo('/session');
    await visitor.press('End the session');
    expect(await visitor.sessionData()).toEqual({});
    expect(await visitor.page.locator('[data-state]').innerText()).toMatch(/^new/);
    expect(await visitor.sessionCookie()).toBeNull();
    await visitor.useCookie(cookie ?? '');
    expect(await visitor.sessionData()).toEqual({});
  });

  it('keeps all of twenty parallel updates', async () => {
    await visitor.countVisit();
    await visitor.goTo('/session');
    await visitor.press('Send requests');
    const result = visitor.page.locator('[data-kept]');
    expect(await result.getAttribute('data-sent')).toBe('20');
    expect(await result.getAttribute('data-kept')).toBe('20');
    const { stamps } = await visitor.sessionData();
    expect(stamps).toHaveLength(20);
  });
});

/** The secret id is the cookie's first part; the rest is when it was issued, and the signature. */
function idOf(cookie: string | null): string | undefined {
  return cookie === null ? undefined : decodeURIComponent(cookie).split('.')[0];
}

async function publicIdOn(visitor: Visitor): Promise<string> {
  return visitor.page.locator('[data-public-id]').innerText();
}

/** When the browser drops the session cookie, in seconds since the epoch; -1: when it is closed. */
async function expiryOf(visitor: Visitor): Promise<number> {
  const cookies = await visitor.context.cookies();
  return cookies.find(({ name }) => name === 'session')?.expires ?? Number.NaN;
}
