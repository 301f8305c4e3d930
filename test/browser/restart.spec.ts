import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { openChromium } from './chromium.js';
import { RunningShop } from './running-shop.js';
import { openShop } from './shop-with-store.js';
import { account, Visitor } from './visitor.js';

describe('a restart of the server', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openChromium();
  });

  afterAll(() => browser.close());

  async function shopAndLogIn(shop: RunningShop): Promise<Visitor> {
    const visitor = await Visitor.arrive(await browser.newContext(), shop);
    await visitor.countVisit();
    await visitor.press('Add to cart: Evening mug');
    await visitor.goTo('/auth/login');
    await visitor.logIn();
    return visitor;
  }

  it('loses no session that is in Redis', async () => {
    const { shop, close } = await openShop('redis');
    try {
      const visitor = await shopAndLogIn(shop);
      await shop.restart();
      await visitor.goTo('/auth/account');
      expect(await visitor.page.locator('[data-email]').innerText()).toBe(account.email);
      expect(await visitor.cart()).toEqual({ mug: 1 });
      await visitor.leave();
    } finally {
      await close();
    }
  });

  it.each([
    ['without any configuration', {}],
    ['that is in files', { SESSION_TYPE: 'filesystem' }],
  ])('loses no session %s', async (_, environment) => {
    const shop = await RunningShop.open(environment);
    try {
      const visitor = await shopAndLogIn(shop);
      await shop.restart();
      await visitor.goTo('/auth/account');
      expect(await visitor.page.locator('[data-email]').innerText()).toBe(account.email);
      expect(await visitor.cart()).toEqual({ mug: 1 });
      expect(await visitor.countVisit()).toBe(2);
      await visitor.leave();
    } finally {
      await shop.close();
    }
  });

  it.each([
    ['a database', {}, ['.cache/sessions.mdb', '.cache/sessions.mdb-lock']],
    ['files', { SESSION_TYPE: 'filesystem' }, ['.cache/sessions']],
  ])('leaves %s that only its owner can read, and that holds nothing of the cookie', async (_, environment, places) => {
    const shop = await RunningShop.open(environment);
    try {
      const visitor = await shopAndLogIn(shop);
      const secret = join(shop.folder, '.cache/sample-secret');
      expect((await stat(secret)).mode & 0o777).toBe(0o600);

      const files = (await Promise.all(places.map((place) => filesIn(join(shop.folder, place))))).flat();
      expect(files.length).toBeGreaterThan(1);
      const [id, , , signature] = decodeURIComponent((await visitor.sessionCookie()) ?? '').split('.');
      for (const file of files) {
        expect((await stat(file)).mode & 0o777).toBe(0o600);
        const kept = file + (await readFile(file, 'latin1'));
        for (const part of [id, signature]) {
          expect(part?.length).toBeGreaterThan(20);
          expect(kept).not.toContain(part);
        }
      }
      await visitor.leave();
    } finally {
      await shop.close();
    }
  });
});

/** The file itself, or all the files of a folder. */
async function filesIn(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
