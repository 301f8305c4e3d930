import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { noise, startSealed, type SealedApp } from '../e2e/sealed-app.js';
import { openChromium } from './chromium.js';

describe('a session in its cookies, in a browser', () => {
  let browser: Browser;
  let running: SealedApp;

  beforeAll(async () => {
    [browser, running] = await Promise.all([openChromium(), startSealed({ permanent: true })]);
  });

  afterAll(async () => {
    await browser.close();
    await running.close();
  });

  async function arrive(): Promise<{ readonly context: BrowserContext; readonly page: Page }> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${running.url}/untouched`);
    return { context, page };
  }

  /** Puts a text of this length into the session. @returns whether it is there with the browser's next request. */
  async function keeps(page: Page, length: number): Promise<boolean> {
    const body = JSON.stringify({ text: noise(length) });
    return page.evaluate(async (sent) => {
      const headers = { 'content-type': 'application/json' };
      const { status } = await fetch('/set', { method: 'POST', headers, body: sent });
      if (status !== 201) throw new Error(`The session was not saved: ${String(status)}`);
      const { data } = (await (await fetch('/read')).json()) as { data: object };
      return JSON.stringify(data) === sent;
    }, body);
  }

  it('is kept whole around each length at which one more cookie is needed', async () => {
    const { context, page } = await arrive();
    const counts = new Set<number>();
    for (const border of [2890, 5860]) {
      for (let length = border - 60; length < border + 60; length += 3) {
        expect([length, await keeps(page, length)]).toEqual([length, true]);
        counts.add((await context.cookies()).length);
      }
    }
    expect([...counts]).toEqual([1, 2, 3]);
    await context.close();
  });

  it('leaves no cookie behind when it shrinks', async () => {
    const { context, page } = await arrive();
    const names: string[][] = [];
    for (const length of [8600, 10, 5000, 10]) {
      expect([length, await keeps(page, length)]).toEqual([length, true]);
      names.push((await context.cookies()).map(({ name }) => name));
    }
    expect(names).toEqual([['session', 'session.1', 'session.2'], ['session'], ['session', 'session.1'], ['session']]);
    await context.close();
  });
});
