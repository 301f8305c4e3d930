import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Header, Req, UseGuards } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { Browser } from 'playwright-core';
import { Session, SessionAuthGuard } from 'nestjs-session-auth';
import { startApp, type RunningApp } from '../support/app.js';
import { until } from '../support/until.js';
import { openChromium } from './chromium.js';

const html = () => Header('Content-Type', 'text/html; charset=utf-8');

@Controller()
class PagesController {
  /** A page that has the browser fetch the one behind its link before anybody follows it. */
  @Get('start/:way')
  @html()
  start(@Req() { url = '' }: IncomingMessage) {
    const way = url.endsWith('prerender') ? 'prerender' : 'prefetch';
    const rules = { [way]: [{ urls: ['/admin'], eagerness: 'immediate' }] };
    return `<title>start</title><script type="speculationrules">${JSON.stringify(rules)}</script><a href="/admin">Go</a>`;
  }

  @Get('admin')
  @UseGuards(SessionAuthGuard)
  admin() {
    return {};
  }

  @Get('orders')
  @UseGuards(SessionAuthGuard)
  orders() {
    return {};
  }

  @Get('login')
  @html()
  loginPage(@Session() session: Session) {
    return `<title>login</title>${String(session.get('next', '-'))}`;
  }
}

describe('a page that the browser fetches ahead of need', () => {
  let browser: Browser;
  let running: RunningApp;
  /** What was asked for of the guarded page, by the header `Sec-Purpose`. */
  const asked: (string | undefined)[] = [];
  beforeAll(async () => {
    browser = await openChromium();
    running = await startApp({
      session: { redirects: { loginUrl: '/login', nextInSession: true } },
      controllers: [PagesController],
      prepare: (app) => {
        app.use(({ url, headers }: IncomingMessage, _response: object, next: () => void) => {
          if (url === '/admin') asked.push(headers['sec-purpose'] as string | undefined);
          next();
        });
      },
    });
  });
  afterAll(async () => {
    await browser.close();
    await running.close();
  });

  it.each(['prefetch', 'prerender'])('by %s leaves the place alone, and is asked for once more', async (way) => {
    asked.length = 0;
    const context = await browser.newContext();
    const page = await context.newPage();
    const place = async (): Promise<string> => {
      await page.waitForURL('**/login');
      return page.locator('body').innerText();
    };
    await page.goto(`${running.url}/orders`);
    expect(await place()).toBe('/orders');
    await page.goto(`${running.url}/start/${way}`);
    await until('a request ahead of need', () => asked.length > 0);
    expect(asked[0]).toMatch(/^prefetch/);
    await page.goto(`${running.url}/login`);
    expect(await place()).toBe('/orders');
    asked.length = 0;

    await page.goto(`${running.url}/start/${way}`);
    await until('another request ahead of need', () => asked.length > 0);
    await page.getByRole('link').click();
    expect(await place()).toBe('/admin');
    expect([asked[0], asked.at(-1)]).toEqual([expect.stringMatching(/^prefetch/), undefined]);
    await context.close();
  });
});
