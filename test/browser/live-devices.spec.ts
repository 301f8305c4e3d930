import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openChromium } from './chromium.js';
import { RunningShop } from './running-shop.js';
import { account, guest, Visitor } from './visitor.js';

let browser: Browser;
let shop: RunningShop;

beforeAll(async () => {
  browser = await openChromium();
  shop = await RunningShop.open({ SESSION_TYPE: 'memory' });
});

afterAll(async () => {
  await shop.close();
  await browser.close();
});

async function visitor(userAgent: string): Promise<Visitor> {
  return Visitor.arrive(await browser.newContext({ userAgent }), shop);
}

it.each([
  ['socket.io', '/devices', account],
  ['GraphQL', '/devices?live=graphql', guest],
])(
  'the page of the devices, over %s, follows logins elsewhere, and closes itself when its own is ended there',
  async (_, path, user) => {
    const desk = await visitor('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36');
    const phone = await visitor(
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1',
    );
    await desk.enter(user);
    await desk.goTo(path);
    await desk.page.locator('html[data-live=yes]').waitFor();
    expect(await desk.page.locator('[data-device]').count()).toBe(1);

    await phone.enter(user);
    await desk.page.locator('[data-current=no]').waitFor();
    await phone.goTo(path);
    await phone.page.locator('html[data-live=yes]').waitFor();

    await desk.press('Log out Safari 18 on iPhone');
    await phone.page.getByRole('heading', { name: 'You have been logged out' }).waitFor();
    expect(await phone.page.locator('[data-device]').count()).toBe(0);
    await phone.page.getByRole('link', { name: 'Log in again' }).click();
    await phone.page.getByRole('button', { name: 'Log in', exact: true }).waitFor();
    await phone.leave();
    await desk.leave();
  },
);

it.each([
  ['a socket', '/live/devices/?EIO=4&transport=websocket', '', ''],
  ['a subscription', '/graphql', 'graphql-transport-ws', '{"type":"connection_init"}'],
])('nobody gets %s of the devices without a login', async (_, path, protocol, greeting) => {
  const stranger = await visitor('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36');
  await stranger.goTo('/');
  const said = await stranger.page.evaluate(
    ([path = '', protocol = '', greeting = '']) =>
      new Promise<string>((resolve) => {
        const address = new URL(path, location.href);
        address.protocol = 'ws:';
        const socket = new WebSocket(address, protocol === '' ? [] : [protocol]);
        socket.addEventListener('open', () => {
          // Of socket.io: connects to its namespace.
          socket.send(greeting === '' ? '40' : greeting);
        });
        socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
          if (data.includes('connection_ack')) {
            socket.send('{"id":"1","type":"subscribe","payload":{"query":"subscription { devicesChanged }"}}');
          }
          if (data.includes('UNAUTHENTICATED')) resolve('UNAUTHENTICATED');
          if (data.includes('"next"') || data.includes('devices-changed')) resolve(data);
        });
      }),
    [path, protocol, greeting],
  );
  expect(said).toBe('UNAUTHENTICATED');
  await stranger.leave();
});
