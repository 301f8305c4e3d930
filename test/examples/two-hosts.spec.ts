import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { openChromium } from '../browser/chromium.js';
import { setEnvironment, settings, startExample, type RunningExample } from './example.js';

const pages = createServer((_request, response) => {
  response.setHeader('content-type', 'text/html').end(readFileSync('examples/two-hosts/page.html'));
});
let api: RunningExample;
let browser: Browser;
let pageOrigin: string;
let unset: () => void;

beforeAll(async () => {
  await once(pages.listen(0, '127.0.0.1'), 'listening');
  pageOrigin = `http://localhost:${String((pages.address() as AddressInfo).port)}`;
  unset = setEnvironment({ ...settings, PAGE_ORIGIN: pageOrigin });
  api = await startExample('two-hosts/app.module.ts', 'AppModule', {
    prepare: (app) => {
      app.enableCors({ origin: pageOrigin, credentials: true });
    },
  });
  browser = await openChromium();
});

afterAll(async () => {
  await browser.close();
  await api.close();
  pages.close();
  unset();
});

it('logs in from a page on another host, stays logged in, and logs out', async () => {
  const page = await browser.newPage();
  const start = `${pageOrigin}/?api=http://localhost:${String(api.port)}`;
  await page.goto(start);
  await page.getByLabel('Email address').fill('ada@example.com');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('Wrong email address or password.').waitFor();
  await page.getByLabel('Password').fill('correct horse');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('You are logged in as Ada.').waitFor();
  await page.goto(start);
  await page.getByText('You are logged in as Ada.').waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  await page.goto(start);
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  await page.close();
});

it('accepts nothing from a page of another origin', async () => {
  const response = await api.jar().fetch('/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://evil.example' },
    body: JSON.stringify({ email: 'ada@example.com', password: 'correct horse' }),
  });
  expect([response.status, await response.json()]).toEqual([
    403,
    expect.objectContaining({ code: 'CSRF_FOREIGN_ORIGIN' }),
  ]);
});
