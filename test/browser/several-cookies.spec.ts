import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { MemoryStore } from 'nestjs-session-auth/memory';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import { startSite } from '../e2e/several-cookies-app.js';
import { openChromium } from './chromium.js';

type Cookie = NonNullable<SessionModuleOptions['cookie']>;

describe('a browser with a cookie from before a setting was changed', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openChromium();
  });

  afterAll(() => browser.close());

  function post(page: Page, path: string, body: unknown = {}): Promise<number> {
    return page.evaluate(
      async ([to = '', sent = '']) => {
        const headers = { 'content-type': 'application/json' };
        return (await fetch(to, { method: 'POST', headers, body: sent })).status;
      },
      [path, JSON.stringify(body)],
    );
  }

  async function seenAt(page: Page, path: string): Promise<unknown> {
    return JSON.parse(await page.evaluate(async (from) => (await fetch(from)).text(), path));
  }

  it.each<[string, Cookie, Cookie]>([
    ['the path', { path: '/app' }, {}],
    ['the domain, which was none', {}, { domain: 'shop.localhost' }],
    ['the domain, which is none', { domain: 'shop.localhost' }, {}],
  ])('logs in and out, and is left with one: %s', async (_, former, now) => {
    const store = new MemoryStore();
    const context = await browser.newContext();
    const page = await context.newPage();
    const visit = async (url: string): Promise<void> => {
      // Cookies mind the host, and no port: to the browser both applications are one.
      await page.goto(url.replace('127.0.0.1', 'www.shop.localhost') + '/app/look');
    };

    const before = await startSite({ store, cookie: former });
    await visit(before.url);
    expect(await post(page, '/app/login', { user: 'former' })).toBe(201);
    await before.close();

    const after = await startSite({ store, cookie: now });
    try {
      await visit(after.url);
      for (let login = 0; login < 2; login++) {
        expect(await post(page, '/app/login', { user: 'present' })).toBe(201);
        expect(await seenAt(page, '/app/look')).toMatchObject({ user: 'present' });
      }
      expect(await context.cookies()).toHaveLength(1);
      expect(await post(page, '/app/logout')).toBe(201);
      expect(await context.cookies()).toEqual([]);
      expect(await seenAt(page, '/app/look')).toEqual({ user: null, data: {} });
    } finally {
      await after.close();
      await context.close();
    }
  });
});
