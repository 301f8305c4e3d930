import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AccountsService } from 'nestjs-session-auth/accounts';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import ts from 'typescript';
import { startAccounts, type AccountsApp } from '../support/accounts-app.js';
import { openChromium } from './chromium.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
const library = join(import.meta.dirname, '../../lib/client');
const site = createServer();
let origin: string;
let app: AccountsApp;
let browser: Browser;

beforeAll(async () => {
  site.on('request', ({ url = '' }, response) => {
    const [, module] = /^\/client\/([\w-]+)\.js$/.exec(url) ?? [];
    if (module === undefined) {
      response.setHeader('content-type', 'text/html').end('<title>Shop</title>');
      return;
    }
    const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 };
    const code = ts.transpile(readFileSync(join(library, `${module}.ts`), 'utf8'), options);
    response.setHeader('content-type', 'text/javascript').end(code);
  });
  await once(site.listen(0, '127.0.0.1'), 'listening');
  origin = `http://localhost:${String((site.address() as AddressInfo).port)}`;
  app = await startAccounts(
    {},
    {
      session: { csrf: { mode: 'token', trustedOrigins: [origin] } },
      prepare: (nest) => {
        nest.enableCors({ origin, credentials: true });
      },
    },
  );
  await app.app.get(AccountsService).create(ada);
  browser = await openChromium();
});

afterAll(async () => {
  await browser.close();
  await app.close();
  site.close();
});

it('lets a page of another origin log in, stay logged in, and log out with the client, by CSRF tokens', async () => {
  const page = await browser.newPage();
  await page.goto(origin);
  const baseUrl = `${app.url.replace('127.0.0.1', 'localhost')}/auth`;
  const seen = await page.evaluate(`(async () => {
    const { AuthClient, isErrorOf } = await import('/client/index.js');
    const auth = new AuthClient({ baseUrl: ${JSON.stringify(baseUrl)} });
    const logIn = (password) => auth.post('/login', { body: { identity: '${ada.email}', password } });
    const refused = await logIn('wrong').catch((error) => [isErrorOf(error, 'POST /login'), error.status, error.code]);
    const { status } = await logIn('${ada.password}');
    const devices = (await auth.get('/sessions')).map(({ current }) => current);
    await auth.post('/logout');
    return { refused, status, devices, after: (await auth.get('/')).user };
  })()`);
  const refused = [true, 401, 'INVALID_CREDENTIALS'];
  expect(seen).toEqual({ refused, status: 'in', devices: [true], after: null });
});
