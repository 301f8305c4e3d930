import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Response } from 'playwright-core';
import { openChromium } from './chromium.js';
import { withAndWithoutJavaScript } from './javascript.js';
import { RunningShop } from './running-shop.js';
import { account, keeper, Visitor } from './visitor.js';

/** So many waits of 1, 2, 4 … seconds no machine is slow enough to sit out. */
const mostTries = 5 + 6;

describe.each(withAndWithoutJavaScript)('too many wrong passwords, %s', (_, javaScriptEnabled) => {
  let browser: Browser;
  let shop: RunningShop;

  beforeAll(async () => {
    [browser, shop] = await Promise.all([openChromium(), RunningShop.open()]);
  });

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  async function newVisitor(): Promise<Visitor> {
    return Visitor.arrive(await browser.newContext({ javaScriptEnabled }), shop);
  }

  /** Sends a form over and over, until the shop has had enough of it. */
  async function untilLimited(visitor: Visitor, path: string, send: () => Promise<void>): Promise<Response> {
    for (let tries = 0; tries < mostTries; tries++) {
      await visitor.goTo(path);
      const [response] = await Promise.all([
        visitor.page.waitForResponse((answer) => answer.request().method() === 'POST'),
        send(),
      ]);
      await visitor.page.waitForLoadState();
      if (response.status() === 429) return response;
      expect(response.status()).toBe(401);
    }
    throw new Error(`After ${String(mostTries)} wrong passwords one more was tried.`);
  }

  it('are answered by how long to wait, and the owner logs in meanwhile from a browser that is known', async () => {
    const owner = await newVisitor();
    await owner.enter();
    await owner.press('Log out');

    const stranger = await newVisitor();
    await stranger.goTo('/');
    await stranger.page.getByRole('button', { name: 'Evening mug' }).click();
    const response = await untilLimited(stranger, '/login?next=/cart', () => stranger.logIn('wrong'));
    const wait = Number(await response.headerValue('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(await stranger.heading()).toBe('Too many attempts');
    expect(await stranger.page.locator('[data-wait]').innerText()).toBe(
      `Wait ${String(wait)} second${wait === 1 ? '' : 's'}.`,
    );
    expect(await stranger.frame()).toEqual({ links: ['Shop', 'Cart 1 item', 'Session', 'Log in'], logout: false });
    await stranger.page.getByRole('link', { name: 'Back to the form' }).click();
    expect(stranger.place).toBe('/login?next=%2Fcart');

    await owner.enter();
    expect(owner.place).toBe('/account');
    await owner.leave();
    await stranger.leave();
  });

  it('are counted on the page that asks for the password again, too', async () => {
    const visitor = await newVisitor();
    await visitor.enter(keeper);
    await untilLimited(visitor, '/account/email', () => visitor.confirm('wrong'));
    expect(await visitor.heading()).toBe('Too many attempts');
    expect(await visitor.frame()).toEqual({ links: ['Shop', 'Cart', 'Session', 'Account'], logout: true });
    await visitor.page.getByRole('link', { name: 'Back to the form' }).click();
    expect(visitor.place).toBe('/confirm?action=change-email&next=%2Faccount%2Femail');
    expect(await visitor.isLoggedIn()).toBe(true);
    await visitor.leave();
  });

  it('are the same for an account that does not exist', async () => {
    const stranger = await newVisitor();
    await untilLimited(stranger, '/login', () => stranger.logIn(account.password, 'nobody@shop.example'));
    expect(await stranger.heading()).toBe('Too many attempts');
    await stranger.leave();
  });

  it('are answered in JSON to a program', async () => {
    const visitor = await newVisitor();
    const data = { email: 'program@shop.example', password: 'wrong' };
    let response = await visitor.context.request.post(shop.url('/api/login'), { data });
    for (let tries = 1; tries < mostTries && response.status() === 401; tries++) {
      response = await visitor.context.request.post(shop.url('/api/login'), { data });
    }
    expect(response.status()).toBe(429);
    expect(await response.json()).toMatchObject({
      statusCode: 429,
      retryAfter: Number(response.headers()['retry-after']),
    });
    await visitor.leave();
  });
});
