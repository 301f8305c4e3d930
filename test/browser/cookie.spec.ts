import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openChromium } from './chromium.js';
import { RunningShop } from './running-shop.js';
import { Visitor } from './visitor.js';

describe('the session cookie in a browser', () => {
  let browser: Browser;
  let shop: RunningShop;

  beforeAll(async () => {
    [browser, shop] = await Promise.all([openChromium(), RunningShop.open()]);
  });

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  it('ASVS 3.3.2, 3.3.4: is kept from scripts, from other sites, and from nothing else of this one', async () => {
    const visitor = await Visitor.arrive(await browser.newContext(), shop);
    await visitor.countVisit();
    expect(await visitor.context.cookies()).toEqual([
      expect.objectContaining({
        name: 'session',
        domain: '127.0.0.1',
        path: '/',
        httpOnly: true,
        sameSite: 'Lax',
        secure: false,
        expires: -1,
      }),
    ]);
    expect(await visitor.page.evaluate('document.cookie')).toBe('');
    await visitor.leave();
  });

  it('ASVS 7.6.2: does not exist before there is something to remember', async () => {
    // Scripts of the login page ask for a challenge for passkeys, which is something to remember.
    const visitor = await Visitor.arrive(await browser.newContext({ javaScriptEnabled: false }), shop);
    for (const path of ['/cart', '/auth/login', '/session', '/assets/shop.css', '/nowhere']) await visitor.goTo(path);
    expect(await visitor.context.cookies()).toEqual([]);
    // With a form comes a token, and a session that the token belongs to.
    await visitor.goTo('/');
    expect(await visitor.context.cookies()).toHaveLength(1);
    await visitor.leave();
  });

  it('ASVS 3.3.2: is not sent along when another site posts a form', async () => {
    const visitor = await Visitor.arrive(await browser.newContext(), shop);
    await visitor.countVisit();
    // "localhost" is another site than "127.0.0.1": the form is the attack.
    const page = await visitor.context.newPage();
    await page.route('http://localhost/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<form method="post" action="${shop.url('/cart/add')}"><input name="sku" value="mug"><button>Win</button></form>`,
      }),
    );
    await page.goto('http://localhost/prize');
    const [request] = await Promise.all([page.waitForRequest('**/cart/add'), page.getByRole('button').click()]);
    expect((await request.allHeaders())['cookie']).toBeUndefined();
    expect((await request.response())?.status()).toBe(403);
    expect(await visitor.cart()).toEqual({});
    await visitor.leave();
  });
});

describe('the session cookie of a shop in production', () => {
  it('ASVS 3.3.1, 3.3.3: is bound to HTTPS and to the exact host in production', async () => {
    const shop = await RunningShop.open({
      NODE_ENV: 'production',
      SESSION_PUBLIC_URL: 'https://shop.example',
      SESSION_TYPE: 'memory',
      SECRET_KEY: 'a key that is only for this test and is long enough',
    });
    try {
      const response = await fetch(shop.url('/'));
      expect(response.headers.get('set-cookie')).toMatch(/^__Host-session=[^;]+;.*Secure/);
      expect(response.headers.get('set-cookie')).not.toMatch(/Domain/i);
    } finally {
      await shop.close();
    }
  });
});
