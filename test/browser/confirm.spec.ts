import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openChromium } from './chromium.js';
import { withOrWithoutJavaScript } from './javascript.js';
import { RunningShop } from './running-shop.js';
import { guest, keeper, Visitor } from './visitor.js';

let browser: Browser;

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(() => browser.close());

describe.each(withOrWithoutJavaScript())('the page that asks for the password again, %s', (_, javaScriptEnabled) => {
  let shop: RunningShop;
  let visitor: Visitor;

  beforeAll(async () => {
    shop = await RunningShop.open({ SESSION_TYPE: 'memory' });
  });

  afterAll(() => shop.close());

  beforeEach(async () => {
    visitor = await newVisitor();
  });

  afterEach(() => visitor.leave());

  async function newVisitor(): Promise<Visitor> {
    return Visitor.arrive(await browser.newContext({ javaScriptEnabled }), shop);
  }

  it('ASVS 7.5.1: stands before the change of the e-mail address, and leads back to it', async () => {
    await visitor.enter(guest);
    await visitor.goTo('/account/email?from=here');
    expect(visitor.place).toBe('/auth/verify?action=change-email&next=%2Faccount%2Femail%3Ffrom%3Dhere');
    expect(await visitor.page.locator('[data-reason]').innerText()).toContain('change your email address');
    await visitor.confirm('wrong');
    await visitor.confirm(guest.password);
    expect(visitor.place).toBe('/account/email?from=here');

    await visitor.page.getByLabel('New address').fill('keeper@shop.example');
    await visitor.press('Change address');
    expect(await visitor.page.getByRole('alert').innerText()).toBe('Another account uses this address.');
    await visitor.page.getByLabel('New address').fill('new@shop.example');
    await visitor.press('Change address');
    expect(visitor.place).toBe('/auth/account');
    expect(await visitor.page.locator('[data-email]').innerText()).toBe('new@shop.example');
    await visitor.press('Log out');
    await visitor.enter({ ...guest, email: 'new@shop.example' });
    expect(visitor.place).toBe('/auth/account');
  });

  it('ASVS 7.5.3: opens the one thing that it was asked for, and no other', async () => {
    await visitor.enter();
    await visitor.goTo('/account/email');
    await visitor.confirm();
    expect(await visitor.heading()).toBe('Change your email address');
    await visitor.goTo('/account/deletion');
    expect(visitor.path).toBe('/auth/verify');
    expect(await visitor.page.locator('[data-reason]').getAttribute('data-reason')).toBe('delete-account');

    const deletion = await visitor.context.request.post(shop.url('/account/deletion'), {
      headers: { origin: shop.address, accept: 'text/html' },
      maxRedirects: 0,
    });
    expect(deletion.status()).toBe(303);
    expect(deletion.headers()['location']).toMatch(/^\/auth\/verify\?action=delete-account&/);
    expect(await visitor.isLoggedIn()).toBe(true);
  });

  it('grants nothing that only an address names', async () => {
    await visitor.enter();
    await visitor.goTo('/auth/verify?action=everything&next=/account/email');
    expect(await visitor.page.locator('[data-reason]').getAttribute('data-reason')).toBe('');
    await visitor.confirm();
    expect(visitor.path).toBe('/auth/verify');
    expect(await visitor.page.locator('[data-reason]').getAttribute('data-reason')).toBe('change-email');
  });

  it('ASVS 7.2.4: changes the session id; the old cookie opens nothing', async () => {
    await visitor.enter();
    const before = await visitor.sessionCookie();
    await visitor.goTo('/account/email');
    await visitor.confirm();
    expect(await visitor.sessionCookie()).not.toBe(before);
    await visitor.useCookie(before ?? '');
    expect(await visitor.isLoggedIn()).toBe(false);
  });

  it('is for who is logged in', async () => {
    await visitor.goTo('/auth/verify?action=change-email&next=/account/email');
    expect(visitor.path).toBe('/auth/login');
    await visitor.logIn();
    expect(visitor.path).toBe('/auth/verify');
    await visitor.confirm();
    expect(visitor.place).toBe('/account/email');
  });

  it('ASVS 7.4.2: a deleted account is logged out everywhere, and nobody logs in to it', async () => {
    const other = await newVisitor();
    await other.enter(keeper, { remember: true });
    await visitor.enter(keeper);
    await visitor.goTo('/account/deletion');
    await visitor.confirm(keeper.password);
    await visitor.press('Delete account');
    expect(visitor.place).toBe('/');
    expect(await visitor.messages()).toEqual(['info: Your account was deleted, and you are logged out everywhere.']);
    expect(await visitor.isLoggedIn()).toBe(false);
    expect(await other.isLoggedIn()).toBe(false);
    await other.logIn(keeper.password, keeper.email);
    expect(await other.page.getByRole('alert').innerText()).toBe('The address or the password is wrong.');
    await other.leave();
  });
});

describe('the place that the page which asks for the password again leads to', () => {
  let shop: RunningShop;
  let visitor: Visitor;

  beforeAll(async () => {
    shop = await RunningShop.open({ SESSION_TYPE: 'memory' });
    visitor = await Visitor.arrive(await browser.newContext(), shop);
    await visitor.enter();
  });

  afterAll(async () => {
    await visitor.leave();
    await shop.close();
  });

  it.each(['https://evil.example/', '//evil.example/', '/\\evil.example/', 'javascript:alert(1)'])(
    'ASVS 3.7.2: is not %j',
    async (next) => {
      await visitor.goTo(`/auth/verify?next=${encodeURIComponent(next)}`);
      await visitor.confirm();
      expect(visitor.page.url()).toBe(shop.url('/auth/verify'));
      expect(await visitor.page.getByRole('status').innerText()).toBe('Thank you. You can continue.');
    },
  );
});
