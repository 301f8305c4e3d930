import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Header, HttpCode, Post, UseGuards } from '@nestjs/common';
import { chromium, type Browser } from 'playwright-core';
import { CsrfGuard, CsrfService, Session } from 'nestjs-session-auth';
import { startApp, type RunningApp } from '../support/app.js';
import { chromiumOptions } from './chromium.js';

const host = 'intranet.example';
const html = () => Header('Content-Type', 'text/html; charset=utf-8');

@Controller()
@UseGuards(CsrfGuard)
class FormController {
  constructor(private readonly csrf: CsrfService) {}

  @Get('form')
  @html()
  @Header('Referrer-Policy', 'no-referrer')
  form(@Session() session: Session) {
    return `<form method="post" action="/act"><input type="hidden" name="_csrf" value="${this.csrf.token(session)}"><button>go</button></form>`;
  }

  /** What another site can make: it hides its origin as well, and has no token. */
  @Get('bare')
  @html()
  @Header('Referrer-Policy', 'no-referrer')
  bare() {
    return '<form method="post" action="/act"><button>go</button></form>';
  }

  @Post('act')
  @HttpCode(200)
  act() {
    return 'passed';
  }
}

/** On plain HTTP a page without referrer sends `Origin: null`, and no `Sec-Fetch-Site`. */
describe.each(['origin', 'token'] as const)('csrf.mode %s, a form that hides its origin on plain HTTP', (mode) => {
  let browser: Browser;
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp({ session: { csrf: { mode } }, controllers: [FormController] });
    const args = [...chromiumOptions.args, `--host-resolver-rules=MAP ${host} 127.0.0.1`];
    browser = await chromium.launch({ ...chromiumOptions, args });
  });
  afterAll(async () => {
    await browser.close();
    await running.close();
  });

  it.each([
    ['form', 200],
    ['bare', 403],
  ])('/%s is answered with %s', async (path, status) => {
    const page = await browser.newPage();
    await page.goto(`http://${host}:${new URL(running.url).port}/${path}`);
    const answer = page.waitForResponse('**/act');
    await page.getByRole('button').click();
    const response = await answer;
    const { origin, 'sec-fetch-site': site } = await response.request().allHeaders();
    expect([origin, site, response.status()]).toEqual(['null', undefined, status]);
    await page.close();
  });
});
