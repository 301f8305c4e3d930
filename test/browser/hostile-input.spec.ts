import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openChromium } from './chromium.js';
import { RunningShop } from './running-shop.js';
import { account, Visitor } from './visitor.js';

describe('the shop and what does not belong there', () => {
  let browser: Browser;
  let shop: RunningShop;
  let visitor: Visitor;

  beforeAll(async () => {
    [browser, shop] = await Promise.all([openChromium(), RunningShop.open()]);
  });

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  beforeEach(async () => {
    visitor = await Visitor.arrive(await browser.newContext(), shop);
  });

  afterEach(() => visitor.leave());

  it.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '\\\\evil.example',
    'javascript:alert(1)',
    '/\t/evil.example/',
    'http:evil.example',
  ])('ASVS 3.7.2: goes to the account, not to %j, after a login', async (next) => {
    await visitor.goTo(`/auth/login?next=${encodeURIComponent(next)}`);
    await visitor.logIn();
    expect(visitor.page.url()).toBe(shop.url('/auth/account'));
  });

  it('ASVS 3.7.2: checks the place again that the form itself carries', async () => {
    const response = await visitor.context.request.post(shop.url('/auth/login'), {
      headers: { accept: 'text/html' },
      form: { identity: account.email, password: account.password, next: 'https://evil.example/' },
      maxRedirects: 0,
    });
    expect(response.status()).toBe(303);
    expect(response.headers()['location']).toBe('/auth/account');
  });

  it('shows markup that somebody typed as text', async () => {
    const markup = `"><img src=x alt=planted>'`;
    await visitor.goTo(`/auth/login?next=${encodeURIComponent(`/${markup}`)}`);
    expect(await visitor.page.getByAltText('planted').count()).toBe(0);
    const response = await visitor.context.request.post(shop.url('/auth/login'), {
      headers: { origin: shop.address, accept: 'text/html' },
      form: { identity: markup, password: 'x', next: '/' },
    });
    expect(response.status()).toBe(401);
    const text = await response.text();
    expect(text).not.toContain('<img');
    expect(text).toContain('value="&quot;&gt;&lt;img src=x alt=planted&gt;&#39;"');
  });

  it('begins a new session for a cookie that was made up or changed', async () => {
    await visitor.countVisit();
    const real = (await visitor.sessionCookie()) ?? '';
    for (const forged of ['made-up', `${real}x`, real.slice(0, -3), `x${real}`, real.toUpperCase()]) {
      await visitor.useCookie(forged);
      expect(await visitor.sessionData()).toEqual({});
    }
    await visitor.useCookie(real);
    expect(await visitor.sessionData()).toEqual({ visits: 1 });
  });

  it.each(['permanent', 'regenerate', 'clear', 'destroy', 'parallel'])(
    'carries out "%s" for who has no session yet',
    async (action) => {
      const response = await visitor.context.request.post(shop.url(`/session/${action}`));
      expect(response.status()).toBe(200);
      expect(new URL(response.url()).pathname).toBe('/session');
      expect(await visitor.countVisit()).toBe(1);
    },
  );

  it('says in its own look that a page does not exist, and in JSON to a program', async () => {
    const response = await visitor.page.goto(shop.url('/nowhere'));
    expect(response?.status()).toBe(404);
    expect(await visitor.page.getByRole('heading', { level: 1 }).innerText()).toBe('Page not found');
    const asked = await fetch(shop.url('/nowhere'), { headers: { accept: 'application/json' } });
    expect(await asked.json()).toMatchObject({ statusCode: 404 });
  });

  it('sends the headers that keep a page to itself', async () => {
    for (const path of ['/', '/nowhere', '/assets/shop.css', '/api/cart']) {
      const { headers } = await fetch(shop.url(path));
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });
});
