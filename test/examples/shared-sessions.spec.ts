import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RedisServer } from '../support/servers/redis.js';
import { setEnvironment, settings, startExample, type RunningExample } from './example.js';

const post = { method: 'POST' };
let redis: RedisServer;
let shop: RunningExample;
let office: RunningExample;
let unset: () => void;

beforeAll(async () => {
  redis = await RedisServer.start();
  unset = setEnvironment({ ...settings, SESSION_TYPE: 'redis', SESSION_REDIS: redis.url });
  shop = await startExample('shared-sessions/shop.module.ts', 'ShopModule');
  office = await startExample('shared-sessions/office.module.ts', 'OfficeModule');
});

afterAll(async () => {
  await shop.close();
  await office.close();
  await redis.stop();
  unset();
});

it('lets staff into the back office with the login of the shop, until they log out there', async () => {
  const atShop = shop.jar();
  await atShop.fetch('/cart/teapot', post);
  await atShop.fetch('/login/1', post);
  const atOffice = atShop.copy(`http://127.0.0.1:${String(office.port)}`);
  expect(await atOffice.json('/office')).toEqual({ hello: 'Ada', cart: ['teapot'] });
  await atShop.fetch('/logout', post);
  expect((await atOffice.fetch('/office')).status).toBe(401);
});

it('keeps customers, and everybody without a login, out of the back office', async () => {
  const customer = shop.jar();
  await customer.fetch('/login/2', post);
  expect(await customer.json('/me')).toEqual({ name: 'Ben' });
  const atOffice = customer.copy(`http://127.0.0.1:${String(office.port)}`);
  expect((await atOffice.fetch('/office')).status).toBe(403);
  expect((await office.jar().fetch('/office')).status).toBe(401);
});
