import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { inTurn } from '../support/combinations.js';
import { openChromium } from './chromium.js';
import { openShop, storesFor, type ShopWithStore } from './shop-with-store.js';
import { account, keeper, Visitor } from './visitor.js';

const iPhone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

let browser: Browser;

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(() => browser.close());

const kinds = inTurn([
  ...storesFor('redis').map((kind) => ['with', kind, true] as const),
  ['without', 'memory', false] as const,
]);

describe.each(kinds)('your devices %s JavaScript, with the sessions in %s', (_, kind, javaScriptEnabled) => {
  let store: ShopWithStore;
  let desk: Visitor;
  let phone: Visitor;

  beforeAll(async () => {
    store = await openShop(kind);
  });

  afterAll(() => store.close());

  beforeEach(async () => {
    desk = await newVisitor();
    phone = await newVisitor(iPhone);
  });

  afterEach(async () => {
    // What is left of one test is no device of the next.
    if (await desk.isLoggedIn()) await desk.press('Log out');
    await desk.enter();
    await desk.goTo('/devices');
    const others = desk.page.getByRole('button', { name: 'Log out everywhere else' });
    if (await others.isVisible()) await others.click();
    await desk.press('Log out');
    await desk.leave();
    await phone.leave();
  });

  async function newVisitor(userAgent?: string): Promise<Visitor> {
    const context = await browser.newContext({ javaScriptEnabled, ...(userAgent !== undefined && { userAgent }) });
    return Visitor.arrive(context, store.shop);
  }

  it('are listed with what they are, and the one that asks is marked', async () => {
    await phone.enter(account, { remember: true });
    await desk.enter();
    await desk.goTo('/devices');
    const [first, second, ...more] = await desk.page.getByRole('list', { name: 'Devices' }).getByRole('heading').all();
    expect(more).toEqual([]);
    expect(await first?.innerText()).toMatch(/^Chrome \d+ on Linux$/);
    expect(await second?.innerText()).toBe('Safari 18 on iPhone');

    const here = desk.page.locator('[data-current=yes]');
    expect(await here.innerText()).toMatch(/Chrome[^]*This device[^]*Logged in[^]*(ago|now)[^]*From\s*127\.0\.0\.1/);
    expect(await here.getByRole('button').allInnerTexts()).toEqual(['Log out']);
    expect(await desk.page.locator('[data-current=no]').innerText()).toMatch(/Safari[^]*Stays logged in/);
  });

  it('ASVS 7.5.2: are logged out one by one, at their next request, however well they were remembered', async () => {
    await phone.enter(account, { remember: true });
    await desk.enter();
    await desk.goTo('/devices');
    await desk.press('Log out Safari 18 on iPhone');
    expect(desk.place).toBe('/devices');
    expect(await desk.messages()).toEqual(['success: The device was logged out.']);
    expect(await desk.page.locator('[data-device]').count()).toBe(1);

    expect(await phone.isLoggedIn()).toBe(false);
    expect(await phone.messages()).toEqual(['info: Please log in to see this page.']);
    expect(await desk.isLoggedIn()).toBe(true);
  });

  it('are logged out by the button of the one that asks, and no other', async () => {
    await phone.enter();
    await desk.enter();
    await desk.goTo('/devices');
    await desk.press('Log out this device');
    expect(desk.place).toBe('/');
    expect(await desk.isLoggedIn()).toBe(false);
    expect(await phone.isLoggedIn()).toBe(true);
  });

  it('ASVS 7.5.2: are logged out all at once, but for the one that asks', async () => {
    const tablet = await newVisitor();
    await phone.enter(account, { remember: true });
    await tablet.enter();
    await desk.enter(account, { remember: true });
    await desk.goTo('/devices');
    await desk.press('Log out everywhere else');
    expect(await desk.messages()).toEqual(['success: Logged out 2 other devices. Only this one is still logged in.']);
    expect(await desk.page.locator('[data-device]').count()).toBe(1);

    expect(await phone.isLoggedIn()).toBe(false);
    expect(await tablet.isLoggedIn()).toBe(false);
    expect(await desk.isLoggedIn()).toBe(true);
    await desk.dropSessionCookie();
    expect(await desk.isLoggedIn()).toBe(true);
    await tablet.leave();
  });

  it('ASVS 7.5.2: are shown after the password alone, where the login is only remembered', async () => {
    await desk.enter(account, { remember: true });
    await desk.dropSessionCookie();
    await desk.goTo('/devices');
    expect(desk.place).toBe('/auth/verify?next=%2Fdevices');
    await desk.confirm('wrong');
    expect(await desk.page.getByRole('alert').innerText()).toBe('The password is wrong.');
    await desk.goTo('/devices');
    expect(desk.path).toBe('/auth/verify');
    const before = await desk.sessionCookie();
    await desk.confirm();
    expect(desk.place).toBe('/devices');
    expect(await desk.heading()).toBe('Your devices');
    expect(await desk.sessionCookie()).not.toBe(before);
  });
});

describe('your devices and what does not belong there', () => {
  let store: ShopWithStore;

  beforeAll(async () => {
    store = await openShop('memory');
  });

  afterAll(() => store.close());

  it('show what a stranger wrote into the user agent as text', async () => {
    const userAgent = '"><img src=x alt=planted>';
    const visitor = await Visitor.arrive(await browser.newContext({ userAgent }), store.shop);
    await visitor.enter();
    await visitor.goTo('/devices');
    expect(await visitor.page.locator('[data-device] h2').innerText()).toBe('"><img');
    expect(await visitor.page.getByAltText('planted').count()).toBe(0);
    await visitor.leave();
  });

  it('are those of one user: nobody ends a session of somebody else', async () => {
    const victim = await Visitor.arrive(await browser.newContext(), store.shop);
    await victim.enter(keeper);
    await victim.goTo('/devices');
    const theirs = await victim.page.locator('[data-device]').getAttribute('data-device');
    const visitor = await Visitor.arrive(await browser.newContext(), store.shop);
    await visitor.enter();
    const response = await visitor.context.request.post(store.shop.url('/devices/revoke'), {
      headers: { origin: store.shop.address, accept: 'text/html' },
      form: { device: theirs ?? '' },
    });
    expect(await response.text()).toContain('The device was already logged out.');
    expect(await victim.isLoggedIn()).toBe(true);
    await visitor.leave();
    await victim.leave();
  });
});
