import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import {
  AuthService,
  CsrfGuard,
  safeNext,
  Session,
  SessionAuthGuard,
  type SessionModuleOptions,
} from 'nestjs-session-auth';
import { platforms, startApp, type PlatformName, type RunningApp } from '../support/app.js';
import { ask } from '../support/raw-http.js';

type Headers = Readonly<Record<string, string>>;

const page = { accept: 'text/html', host: 'internal:3000' };
const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'shop.example', 'x-forwarded-prefix': '/shop' };

@Controller()
class PagesController {
  constructor(private readonly auth: AuthService) {}

  @Get('orders')
  @UseGuards(SessionAuthGuard)
  orders() {
    return {};
  }

  /** It should have been public. */
  @Get('login')
  @UseGuards(SessionAuthGuard)
  loginPage() {
    return {};
  }

  @Post('login')
  @HttpCode(200)
  async login(@Session() session: Session) {
    await this.auth.login(session, 7);
    return { to: safeNext(session.pop('next')) };
  }

  @Post('change')
  @HttpCode(200)
  @UseGuards(CsrfGuard)
  change() {
    return {};
  }
}

/** What each server takes for "the proxy on this machine", and for somebody else's. */
const trust = { proxy: '127.0.0.1', other: '192.0.2.1' };

function adapterOf(platform: PlatformName, trusted: string | null) {
  if (platform === 'fastify') return new FastifyAdapter(trusted === null ? {} : { trustProxy: trusted });
  return new ExpressAdapter();
}

describe.each(platforms)('%s', (platform) => {
  let running: RunningApp;
  afterEach(() => running.close());

  async function start(session: SessionModuleOptions, trusted: string | null = trust.proxy): Promise<void> {
    running = await startApp({
      adapter: adapterOf(platform, trusted),
      prepare: (app) => {
        if (platform === 'express' && trusted !== null) (app as NestExpressApplication).set('trust proxy', trusted);
      },
      session,
      controllers: [PagesController],
    });
  }

  /** The place that the login page is told to lead back to. */
  async function placeFor(path: string, headers: Headers): Promise<string | null> {
    const { status, headers: answered } = await ask(running.url + path, { headers: { ...page, ...headers } });
    if (status !== 302) return `answered with ${String(status)}`;
    return new URL(answered.location ?? '', 'http://nowhere.invalid').searchParams.get('next');
  }

  async function changeFrom(origin: string, headers: Headers): Promise<number | undefined> {
    return (await ask(`${running.url}/change`, { method: 'POST', headers: { ...page, ...headers, origin } })).status;
  }

  describe('behind a proxy that is trusted', () => {
    it('the place to come back to has the prefix that was taken off, in the query and in the session', async () => {
      await start({ redirects: { loginUrl: '/shop/login' } });
      expect(await placeFor('/orders?page=2', forwarded)).toBe('/shop/orders?page=2');
      await running.close();
      await start({ redirects: { loginUrl: '/shop/login', nextInSession: true } });
      const jar = running.jar();
      await jar.fetch('/orders?page=2', {
        redirect: 'manual',
        headers: { ...forwarded, 'hx-request': '1', 'hx-boosted': 'true' },
      });
      expect(await (await jar.fetch('/login', { method: 'POST' })).json()).toEqual({ to: '/shop/orders?page=2' });
    });

    it('a login page that is guarded by mistake is a 401, and no circle', async () => {
      for (const loginUrl of ['/shop/login', 'https://shop.example/shop/login']) {
        await start({ redirects: { loginUrl } });
        expect(await placeFor('/login', forwarded)).toBe('answered with 401');
        await running.close();
      }
      await start({ redirects: { loginUrl: '/shop/login' } });
    });

    it('a login page elsewhere learns the public address, and the own origin is that', async () => {
      await start({ redirects: { loginUrl: 'https://id.example/login' } });
      expect(await placeFor('/orders', forwarded)).toBe('https://shop.example/shop/orders');
      expect(await changeFrom('https://shop.example', forwarded)).toBe(200);
      for (const origin of [
        'http://shop.example',
        'http://internal:3000',
        'https://internal:3000',
        'https://evil.example',
      ]) {
        expect([origin, await changeFrom(origin, forwarded)]).toEqual([origin, 403]);
      }
    });

    it('the header Forwarded says the same', async () => {
      await start({ redirects: { loginUrl: 'https://id.example/login' } });
      const standard = { forwarded: 'for=203.0.113.7;proto=https;host="shop.example:8443"' };
      expect(await placeFor('/orders', standard)).toBe('https://shop.example:8443/orders');
      expect(await changeFrom('https://shop.example:8443', standard)).toBe(200);
      const version6 = { forwarded: 'proto=https;host="[2001:db8::1]:8443"' };
      expect(await placeFor('/orders', version6)).toBe('https://[2001:db8::1]:8443/orders');
    });

    it('what comes twice, or in two ways, or is malformed, counts for nothing', async () => {
      await start({ redirects: { loginUrl: 'https://id.example/login' } });
      const own = 'http://internal:3000/orders';
      for (const headers of [
        { 'x-forwarded-host': 'evil.example, shop.example' },
        { 'x-forwarded-host': 'shop.example, shop.example' },
        { 'x-forwarded-host': 'shop.example', forwarded: 'host=evil.example' },
        { 'x-forwarded-host': 'user@evil.example' },
        { 'x-forwarded-host': 'evil.example/x' },
        { 'x-forwarded-host': 'shop.example:99999' },
        { forwarded: 'host=evil.example, for=192.0.2.1' },
        { 'x-forwarded-prefix': '//evil.example' },
        { 'x-forwarded-prefix': '/\\evil.example' },
        { 'x-forwarded-prefix': '/%2e%2e' },
        { 'x-forwarded-prefix': '/%2fevil.example' },
        { 'x-forwarded-prefix': '/a/../..' },
        { 'x-forwarded-prefix': '/shop, /eu' },
      ]) {
        expect([headers, await placeFor('/orders', headers as Headers)]).toEqual([headers, own]);
      }
    });

    it('a path that leads to another site becomes the start of the application', async () => {
      await start({ redirects: { loginUrl: '/shop/login' } });
      const paths = ['//evil.example/orders', '/%5c%5cevil.example'];
      for (const path of paths) {
        const place = await placeFor(path, forwarded);
        expect(new URL(String(place), 'https://shop.example').origin).toBe('https://shop.example');
      }
    });
  });

  describe.each([
    ['that is not trusted', trust.other],
    ['where none is trusted', null],
  ])('behind a proxy %s', (_which, trusted) => {
    it('its headers count for nothing', async () => {
      await start({ redirects: { loginUrl: 'https://id.example/login' } }, trusted);
      const all = { ...forwarded, forwarded: 'host=evil.example;proto=https' };
      expect(await placeFor('/orders', all)).toBe('http://internal:3000/orders');
      expect(await changeFrom('https://shop.example', all)).toBe(403);
      expect(await changeFrom('http://internal:3000', all)).toBe(200);
    });

    it('publicUrl says where the application is', async () => {
      await start(
        { redirects: { loginUrl: 'https://id.example/login' }, publicUrl: 'https://example.com/shop' },
        trusted,
      );
      expect(await placeFor('/orders?page=2', forwarded)).toBe('https://example.com/shop/orders?page=2');
      expect(await changeFrom('https://example.com', {})).toBe(200);
      expect(await changeFrom('http://internal:3000', {})).toBe(403);
    });
  });

  it('publicUrl goes before whatever a trusted proxy says', async () => {
    await start({ redirects: { loginUrl: '/shop/login' }, publicUrl: 'https://example.com/shop/' });
    expect(await placeFor('/orders', { ...forwarded, 'x-forwarded-prefix': '/other' })).toBe('/shop/orders');
    expect(await placeFor('/login', {})).toBe('answered with 401');
    expect(await changeFrom('https://example.com', forwarded)).toBe(200);
    expect(await changeFrom('https://shop.example', forwarded)).toBe(403);
  });
});

it('a server right on node:http knows no proxy: publicUrl alone says where the application is', async () => {
  const places = [];
  for (const publicUrl of [null, 'https://example.com/shop']) {
    const session = { redirects: { loginUrl: 'https://id.example/login' }, publicUrl };
    const running = await startApp({ platform: 'node', session, controllers: [PagesController] });
    try {
      const { headers } = await ask(`${running.url}/orders`, { headers: { ...page, ...forwarded } });
      places.push(new URL(headers.location ?? '').searchParams.get('next'));
    } finally {
      await running.close();
    }
  }
  expect(places).toEqual(['http://internal:3000/orders', 'https://example.com/shop/orders']);
});

it('an application in another one believes the proxies that the other one trusts', async () => {
  const parent = express();
  parent.set('trust proxy', trust.proxy);
  const child = express();
  const running = await startApp({
    adapter: new ExpressAdapter(child),
    session: { redirects: { loginUrl: 'https://id.example/login' } },
    controllers: [PagesController],
  });
  parent.use('/inside', child);
  const server = createServer(parent).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/inside/orders`;
    const { headers } = await ask(url, { headers: { ...page, ...forwarded } });
    expect(new URL(headers.location ?? '').searchParams.get('next')).toBe('https://shop.example/shop/inside/orders');
  } finally {
    server.closeAllConnections();
    server.close();
    await running.close();
  }
});

it('a trusted proxy is believed over HTTP/2, too', async () => {
  const adapter = new FastifyAdapter({ http2: true, trustProxy: trust.proxy });
  const running = await startApp({
    adapter,
    session: { redirects: { loginUrl: 'https://id.example/login' } },
    controllers: [PagesController],
  });
  const client = connectHttp2(running.url);
  try {
    const stream = client.request({ ':path': '/orders', accept: 'text/html', ...forwarded });
    stream.end();
    const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    stream.resume();
    expect(new URL(headers.location ?? '').searchParams.get('next')).toBe('https://shop.example/shop/orders');
  } finally {
    client.close();
    await running.close();
  }
});
