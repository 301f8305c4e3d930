import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startApp, type RunningApp } from '../support/app.js';
import { HeardEvents } from '../support/heard-events.js';
import { HeldStore } from '../support/held-store.js';
import { storedKeys, keyBehind } from '../support/stored-keys.js';
import { post, RacesController } from './races-table.js';

// A login writes the new record and then deletes the old one: here something else happens exactly in between, in another process,
// since within one the other request would wait for its turn.

let store: HeldStore;
let heard: HeardEvents;
let running: RunningApp;
let elsewhere: RunningApp;

beforeEach(async () => {
  store = new HeldStore();
  heard = new HeardEvents();
  const setup = { session: { store, observer: heard.observer }, controllers: [RacesController] };
  running = await startApp(setup);
  elsewhere = await startApp(setup);
});
afterEach(async () => {
  await running.close();
  await elsewhere.close();
});

async function visitorWith(key: string) {
  const jar = running.jar();
  await jar.fetch(`/set/${key}`, post);
  return jar;
}

it('a logout between the two steps of a login ends the former session, and the login begins a new one', async () => {
  const jar = await visitorWith('cart');
  await jar.fetch('/login/42', post);
  const other = jar.copy(elsewhere.url);
  const held = store.holdNext('delete');
  const login = jar.fetch('/login/42', post);
  await held.reached;
  await other.fetch('/logout', post);
  held.release();
  await login;

  expect(await jar.json('/read')).toEqual({ data: {}, user: '42' });
  expect(await storedKeys(running.app)).toEqual([keyBehind(jar.get('session'))]);
});

it('a write between the two steps of a login is part of the new session', async () => {
  const jar = await visitorWith('cart');
  const other = jar.copy(elsewhere.url);
  const held = store.holdNext('delete');
  const login = jar.fetch('/login/42', post);
  await held.reached;
  await other.fetch('/set/coupon', post);
  held.release();
  await login;

  expect(await jar.json('/read')).toEqual({ data: { cart: true, coupon: true }, user: '42' });
  expect(await storedKeys(running.app)).toEqual([keyBehind(jar.get('session'))]);
});

it('a logout between the two steps of a regenerate wins: nobody is logged in, and nothing is left', async () => {
  const jar = await visitorWith('cart');
  await jar.fetch('/login/42', post);
  const other = jar.copy(elsewhere.url);
  const held = store.holdNext('delete');
  const regenerate = jar.fetch('/regenerate', post);
  await held.reached;
  await other.fetch('/logout', post);
  held.release();
  const response = await regenerate;

  expect(response.headers.getSetCookie()).toEqual([]);
  expect(await jar.json('/read')).toEqual({ data: {}, user: null });
  expect(await storedKeys(running.app)).toEqual([]);
  expect(heard.of('lateWrite')).toHaveLength(1);
});

it('a logout ends the session also where a write comes between its read and its delete', async () => {
  const jar = await visitorWith('cart');
  await jar.fetch('/login/42', post);
  const other = jar.copy(elsewhere.url);
  const held = store.holdNext('delete');
  const logout = jar.fetch('/logout', post);
  await held.reached;
  await other.fetch('/set/coupon', post);
  held.release();
  await logout;

  expect(jar.get('session')).toBeUndefined();
  expect(await other.json('/read')).toEqual({ data: {}, user: null });
  expect(await storedKeys(running.app)).toEqual([]);
});

it('ASVS 7.4.1: a write that a logout overtakes inside the store revives nobody', async () => {
  const jar = await visitorWith('cart');
  await jar.fetch('/login/42', post);
  const other = jar.copy(elsewhere.url);
  const held = store.holdNext('write');
  const write = other.fetch('/set/late', post);
  await held.reached;
  await jar.fetch('/logout', post);
  held.release();
  const response = await write;

  expect(response.headers.getSetCookie()).toEqual([]);
  expect(await storedKeys(running.app)).toEqual([]);
  expect(heard.of('lateWrite')).toHaveLength(1);
});
