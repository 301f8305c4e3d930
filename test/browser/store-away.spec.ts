import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { RedisServer } from '../support/servers/redis.js';
import { openChromium } from './chromium.js';
import { RunningShop } from './running-shop.js';
import { Visitor } from './visitor.js';

describe('a shop whose store does not answer', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openChromium();
  });

  afterAll(() => browser.close());

  it('says so in its own look, in JSON to a program, and still shows what needs no session', async () => {
    const redis = await RedisServer.start();
    const shop = await RunningShop.open({
      SESSION_TYPE: 'redis',
      SESSION_REDIS: redis.url,
      SESSION_STORE_TIMEOUT: '500ms',
    });
    try {
      const visitor = await Visitor.arrive(await browser.newContext(), shop);
      await visitor.countVisit();
      await redis.stop();

      const page = await visitor.page.goto(shop.url('/cart'));
      expect(page?.status()).toBe(503);
      expect(await visitor.page.getByRole('heading', { level: 1 }).innerText()).toBe('Back in a moment');
      expect(await visitor.frame()).toMatchObject({ logout: false });
      // A page that would be an error with the store as well is the same one.
      expect((await visitor.page.goto(shop.url('/nowhere')))?.status()).toBe(404);
      expect(await visitor.frame()).toEqual({ links: ['Shop', 'Cart', 'Session', 'Account'], logout: false });
      const asked = await visitor.context.request.get(shop.url('/api/cart'));
      expect(asked.status()).toBe(503);
      expect(await asked.json()).toMatchObject({ statusCode: 503 });
      expect((await fetch(shop.url('/assets/shop.css'))).status).toBe(200);
      await visitor.leave();
    } finally {
      await shop.close();
      await redis.stop();
    }
  });
});
