import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisStore } from 'connect-redis';
import express from 'express';
import expressSession from 'express-session';
import type { Browser } from 'playwright-core';
import { createClient } from 'redis';
import { installPython, python } from '../interop/flask/flask-server.js';
import { RedisServer } from '../support/servers/redis.js';
import { freePort, ServerProcess } from '../support/servers/server-process.js';
import { openChromium } from './chromium.js';
import { RunningShop } from './running-shop.js';
import { Visitor } from './visitor.js';

// Cookies do not know ports: a browser that was in the former shop brings its cookies to the new one, on the same host.

let browser: Browser;
let shop: RunningShop;

beforeAll(async () => {
  browser = await openChromium();
});
afterEach(() => shop.close());
afterAll(() => browser.close());

describe('a visitor of the shop as it was in Flask', () => {
  const secret = 'the secret of the shop in Flask';
  let flask: ServerProcess;
  let address: string;

  beforeAll(async () => {
    const port = await freePort();
    address = `http://127.0.0.1:${String(port)}`;
    flask = new ServerProcess({
      program: python,
      args: ['-B', join(import.meta.dirname, 'former-flask-shop.py'), String(port), secret],
      ready: /^ready$/m,
      install: installPython,
    });
    await flask.start();
  });
  afterAll(() => flask.kill());

  it('goes on with cart, message and login, and is out when logged out', async () => {
    shop = await RunningShop.open({ FORMER_FLASK_SECRET_KEY: secret });
    const visitor = await Visitor.arrive(await browser.newContext(), shop);
    await visitor.page.goto(`${address}/enter/demo`);
    const former = await visitor.sessionCookie();

    await visitor.goTo('/cart');
    expect(await visitor.messages()).toEqual(['info: Your order is on its way.']);
    expect(await visitor.cart()).toEqual({ mug: 2 });
    expect(await visitor.sessionData()).toEqual({ cart: { mug: 2 } });
    expect(await visitor.isLoggedIn()).toBe(true);
    // What can do harm asks for the password: nobody has typed it here.
    await visitor.goTo('/devices');
    expect(visitor.path).toBe('/auth/verify');
    await visitor.confirm();
    expect(visitor.path).toBe('/devices');

    await visitor.goTo('/auth/account');
    await visitor.press('Log out');
    await visitor.useCookie(former ?? '');
    expect(await visitor.isLoggedIn()).toBe(false);
    expect(await visitor.cart()).toEqual({});
    await visitor.leave();
  });
});

describe('a visitor of the shop as it was in Express', () => {
  const secret = 'the secret of the shop in Express';
  let redis: RedisServer;
  let client: ReturnType<typeof createClient>;
  let server: Server;
  let address: string;

  beforeAll(async () => {
    redis = await RedisServer.start();
    client = createClient({ url: redis.url });
    await client.connect();
    const app = express();
    const store = new RedisStore({ client });
    app.use(expressSession({ secret, store, resave: false, saveUninitialized: false }));
    app.get('/enter/:user', (request, response) => {
      // As Passport and connect-flash do.
      Object.assign(request.session, {
        passport: { user: request.params.user },
        cart: { mug: 1, 'no longer sold': 3 },
        flash: { success: ['Welcome back.'] },
        visits: 7,
      });
      response.send('Welcome');
    });
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });

  afterAll(async () => {
    server.close();
    await client.close();
    await redis.stop();
  });

  it('goes on with message and login, and is no more in the former one', async () => {
    shop = await RunningShop.open({ FORMER_EXPRESS_SECRET: secret, FORMER_EXPRESS_REDIS: redis.url });
    const visitor = await Visitor.arrive(await browser.newContext(), shop);
    await visitor.page.goto(`${address}/enter/demo`);
    expect(await client.keys('sess:*')).toHaveLength(1);

    await visitor.goTo('/cart');
    expect(await visitor.messages()).toEqual(['success: Welcome back.']);
    // A cart that this shop cannot read is not taken over; the counter is.
    expect(await visitor.sessionData()).toEqual({ visits: 7 });
    expect(await visitor.isLoggedIn()).toBe(true);
    expect(await client.keys('sess:*')).toEqual([]);
    expect((await visitor.context.cookies()).map(({ name }) => name)).toEqual(['session']);
    await visitor.leave();
  });
});
