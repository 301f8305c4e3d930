import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Response } from 'playwright-core';
import { openChromium } from './chromium.js';
import { withOrWithoutJavaScript } from './javascript.js';
import { RunningShop } from './running-shop.js';
import { account, keeper, Visitor } from './visitor.js';

const tooMany = /^Too many requests\. Try again in \d+ (?:seconds|minutes)\.$/;

/** So many waits of 1, 2, 4 … seconds no machine is slow enough to sit out. */
const mostTries = 5 + 6;

describe.each(withOrWithoutJavaScript())('too many wrong passwords, %s', (_, javaScriptEnabled) => {
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
        // The form, not what a script asks for to offer a passkey.
        visitor.page.waitForResponse(
          (answer) => answer.request().isNavigationRequest() && answer.request().method() === 'POST',
        ),
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
    const response = await untilLimited(stranger, '/auth/login?next=/cart', () => stranger.logIn('wrong'));
    expect(Number(await response.headerValue('retry-after'))).toBeGreaterThan(0);
    expect(await stranger.page.getByRole('alert').innerText()).toMatch(tooMany);
    expect(await stranger.frame()).toEqual({ links: ['Shop', 'Cart 1 item', 'Session', 'Log in'], logout: false });
    expect(await stranger.page.locator('[name=next]').first().inputValue()).toBe('/cart');

    await owner.enter();
    expect(owner.place).toBe('/auth/account');
    await owner.leave();
    await stranger.leave();
  });

  it('are counted on the page that asks for the password again, too', async () => {
    const visitor = await newVisitor();
    await visitor.enter(keeper);
    await untilLimited(visitor, '/account/email', () => visitor.confirm('wrong'));
    expect(await visitor.page.getByRole('alert').innerText()).toMatch(tooMany);
    expect(await visitor.frame()).toEqual({ links: ['Shop', 'Cart', 'Session', 'Account'], logout: true });
    expect(await visitor.page.locator('[name=next]').first().inputValue()).toBe('/account/email');
    expect(await visitor.page.locator('[name=action]').inputValue()).toBe('change-email');
    expect(await visitor.isLoggedIn()).toBe(true);
    await visitor.leave();
  });

  it('are the same for an account that does not exist', async () => {
    const stranger = await newVisitor();
    await untilLimited(stranger, '/auth/login', () => stranger.logIn(account.password, 'nobody@shop.example'));
    expect(await stranger.page.getByRole('alert').innerText()).toMatch(tooMany);
    await stranger.leave();
  });

  it('are answered in JSON to a program', async () => {
    const visitor = await newVisitor();
    const data = { identity: 'program@shop.example', password: 'wrong' };
    let response = await visitor.context.request.post(shop.url('/auth/login'), { data });
    for (let tries = 1; tries < mostTries && response.status() === 401; tries++) {
      response = await visitor.context.request.post(shop.url('/auth/login'), { data });
    }
    expect(response.status()).toBe(429);
    expect(Number(response.headers()['retry-after'])).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ statusCode: 429, code: 'TOO_MANY_REQUESTS' });
    await visitor.leave();
  });
});
