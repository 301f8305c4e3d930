import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openChromium } from './chromium.js';
import { RunningShop } from './running-shop.js';
import { keeper, Visitor } from './visitor.js';

/** Every page that is for who is logged in, as somebody sees it who has confirmed what it asks for. */
const pages = ['/auth/account', '/devices', '/auth/verify', '/account/email', '/account/deletion', '/admin'];

describe('the way out', () => {
  let browser: Browser;
  let shop: RunningShop;

  beforeAll(async () => {
    [browser, shop] = await Promise.all([openChromium(), RunningShop.open({ SESSION_TYPE: 'memory' })]);
  });

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  it.each(pages)(
    'ASVS 7.4.4: is in sight on %s, in the narrowest window, and works without JavaScript',
    async (path) => {
      const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 568 } });
      const visitor = await Visitor.arrive(context, shop);
      await visitor.enter(keeper);
      await visitor.goTo(path);
      if (visitor.path !== path) await visitor.confirm(keeper.password);
      expect(visitor.path).toBe(path);
      const button = visitor.page.getByRole('button', { name: 'Log out', exact: true });
      const { y = Number.NaN, height = Number.NaN } = (await button.boundingBox()) ?? {};
      expect(y + height).toBeLessThan(568);
      await button.click();
      expect(visitor.place).toBe('/');
      expect(await visitor.isLoggedIn()).toBe(false);
      await visitor.leave();
    },
  );
});
