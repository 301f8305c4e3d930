import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Header, HttpCode, Post, UseGuards } from '@nestjs/common';
import type { Browser } from 'playwright-core';
import { AuthService, Session, SessionAuthGuard, type SessionModuleOptions } from 'nestjs-session-auth';
import { startApp } from '../support/app.js';
import { openChromiumWithBackCache } from './chromium.js';

const html = () => Header('Content-Type', 'text/html; charset=utf-8');

@Controller()
class AccountController {
  constructor(private readonly auth: AuthService) {}

  @Get()
  @html()
  start() {
    return '<title>start</title><form method="post" action="/login"><button>Log in</button></form>';
  }

  @Get('login')
  @html()
  loginPage() {
    return '<title>login</title>';
  }

  @Post('login')
  @HttpCode(200)
  @html()
  async login(@Session() session: Session) {
    await this.auth.login(session, 7);
    return '<title>welcome</title><a href="/account">Account</a>';
  }

  @Get('account')
  @UseGuards(SessionAuthGuard)
  @html()
  account() {
    return '<title>account</title>IBAN<form method="post" action="/logout"><button>Log out</button></form>';
  }

  @Post('logout')
  @HttpCode(200)
  @html()
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return '<title>bye</title>';
  }
}

describe('Back after a logout', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromiumWithBackCache();
  });
  afterAll(() => browser.close());

  /** What is shown once somebody has logged in, looked at the account, logged out and gone back. */
  async function shownAfterwards(session: SessionModuleOptions): Promise<string> {
    const running = await startApp({
      session: { redirects: { loginUrl: '/login' }, ...session },
      controllers: [AccountController],
    });
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(running.url);
      await page.getByRole('button').click();
      await page.getByRole('link').click();
      await page.getByRole('button').click();
      await page.waitForURL('**/logout');
      // Not by `goBack()`: it waits for a page that loads, and one that was kept does not.
      await page.evaluate(() => {
        history.back();
      });
      await page.waitForURL((url) => url.pathname !== '/logout', { waitUntil: 'commit' });
      await page.waitForFunction(() => document.title !== '');
      return await page.title();
    } finally {
      await context.close();
      await running.close();
    }
  }

  it('ASVS 14.3.2: shows nothing that a guard protected', async () => {
    expect(await shownAfterwards({})).toBe('login');
  });

  it('shows it where the application wants the browser to keep it, as Chromium does unless it is told otherwise', async () => {
    expect(await shownAfterwards({ guardedCache: 'private' })).toBe('account');
  });
});
