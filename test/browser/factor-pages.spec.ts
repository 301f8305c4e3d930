import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { AccountsService, type SmsKind } from 'nestjs-session-auth/accounts';
import { accountsTesting } from 'nestjs-session-auth/testing';
import { inTurn } from '../support/combinations.js';
import { startAccounts, type AccountsApp } from '../support/accounts-app.js';
import { totpCode } from '../support/totp.js';
import { KeyboardPerson } from './accounts-person.js';
import { openChromium } from './chromium.js';
import { complaintsOf, faultsOf } from './examined-page.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };

let browser: Browser;
let app: AccountsApp;

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(() => browser.close());

beforeEach(async () => {
  app = await startAccounts({
    totp: true,
    recoveryCodes: true,
    passkeys: true,
    trustedDevices: true,
    sms: { enabled: true, sender: { send: () => undefined }, countries: ['DE'] },
    site: 'Small Hours',
  });
  await app.app.get(AccountsService).create(ada);
});

afterEach(() => app.close());

describe.each(
  inTurn([
    [
      'a desktop in English',
      { viewport: { width: 1280, height: 800 }, colorScheme: 'light', locale: 'en-GB' },
      { trust: 'Do not ask on this device for 30 days', ask: /^Ask again/ },
    ],
    [
      'a phone in German and the dark',
      { viewport: { width: 320, height: 640 }, colorScheme: 'dark', locale: 'de-DE' },
      { trust: 'Auf diesem Gerät nicht mehr fragen, 30 Tage lang', ask: /^Wieder fragen/ },
    ],
  ]),
)('the pages of second factors on %s', (_name, options, words) => {
  it('lead from an authenticator app to a login by a recovery code, and axe finds nothing in any state', async () => {
    const person = new KeyboardPerson(await (await browser.newContext(options)).newPage(), app.url);
    const { page } = person;
    const { look, press, found } = examined(page);

    await person.goTo('/auth/login');
    await person.send({ identity: ada.email, password: ada.password });
    await person.goTo('/auth/factors');
    await look('factors, none');
    await press('/auth/factors/totp');
    await look('authenticator app');
    const secret = (await page.locator('.key').innerText()).replaceAll(' ', '');
    await person.send({ code: 'nonsense' });
    await look('authenticator app, wrong');
    expect(await person.focused()).toBe('code');
    await person.send({ code: totpCode(secret, Date.now()) });
    await person.goTo('/auth/factors');
    await look('factors, one');
    await press('/auth/factors/recovery-codes');
    await look('recovery codes');
    const codes = await page.locator('.codes code').allInnerTexts();
    expect(codes.length).toBeGreaterThan(0);
    await person.goTo('/auth/verify');
    await look('verify with a code');

    await person.goTo('/auth/account');
    await press('/auth/logout');
    await person.goTo('/auth/login');
    await person.send({ identity: ada.email, password: ada.password });
    expect(person.path).toBe('/auth/second-factor');
    await look('second factor');
    const [trust] = await page.locator('label:has(input[name=trustDevice])').allInnerTexts();
    expect(trust?.trim()).toBe(words.trust);
    await person.send({ 'code-recovery-code': 'nonsense' });
    await look('second factor, wrong');
    await person.send({ 'code-recovery-code': codes[0] ?? '' });
    await person.goTo('/auth/account');
    expect(person.path).toBe('/auth/account');

    await press('/auth/logout');
    await person.goTo('/auth/login');
    await person.send({ identity: ada.email, password: ada.password });
    await page.locator('input[name=trustDevice]').first().check();
    // The code of the next step, since that of this one may have been used.
    await person.send({ 'code-totp': totpCode(secret, Date.now() + 30_000) });
    await person.goTo('/auth/account');
    await press('/auth/logout');
    await person.goTo('/auth/login');
    await person.send({ identity: ada.email, password: ada.password });
    expect(person.path).toBe('/');
    await person.goTo('/auth/sessions');
    await look('sessions with a trusted device');
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: words.ask }).click()]);
    await person.goTo('/auth/account');
    await press('/auth/logout');
    await person.goTo('/auth/login');
    await person.send({ identity: ada.email, password: ada.password });
    expect(person.path).toBe('/auth/second-factor');

    expect(found()).toEqual({ faults: {}, complaints: [] });
    await page.context().close();
  });

  it('lead from a telephone to a login by a code that was sent, and axe finds nothing in any state', async () => {
    const person = new KeyboardPerson(await (await browser.newContext(options)).newPage(), app.url);
    const { look, press, found } = examined(person.page);
    const kit = accountsTesting(app.app);
    const code = async (kind: SmsKind) => (await kit.sms.last('+4915112345678', kind))?.code ?? '';

    await person.goTo('/auth/login');
    await person.send({ identity: ada.email, password: ada.password });
    await person.goTo('/auth/factors');
    await person.send({ phone: '030 123456', 'phone-name': 'mine' });
    await look('telephone, wrong');
    expect(await person.focused()).toBe('phone');
    await person.send({ phone: '0151 12345678' });
    await look('telephone');
    await person.send({ code: 'nonsense' });
    await look('telephone, wrong code');
    expect(await person.focused()).toBe('code');
    await person.send({ code: await code('set-up') });
    expect(person.path).toBe('/auth/factors');
    await look('factors, a telephone');
    await person.goTo('/auth/verify?next=%2Fauth%2Faccount');
    await press('/auth/verify/send');
    await look('verify, sent');
    await person.send({ 'code-code': await code('verify') });
    expect(person.path).toBe('/auth/account');
    await press('/auth/logout');
    await person.goTo('/auth/login');
    await person.send({ identity: ada.email, password: ada.password });
    await look('second factor');
    await press('/auth/second-factor/send');
    await look('second factor, sent');
    await person.send({ 'code-code': await code('login') });
    await person.goTo('/auth/account');
    expect(person.path).toBe('/auth/account');

    expect(found()).toEqual({ faults: {}, complaints: [] });
    await person.page.context().close();
  });
});

/** Looks at the states of a page, and presses the buttons of its forms. */
function examined(page: Page) {
  const complaints = complaintsOf(page);
  const faults: Record<string, readonly string[]> = {};
  return {
    async look(state: string): Promise<void> {
      const inState = await faultsOf(page);
      if (inState.length > 0) faults[state] = inState;
    },
    press: (action: string): Promise<unknown> =>
      Promise.all([page.waitForEvent('load'), page.locator(`form[action="${action}"] button`).click()]),
    found: () => ({ faults, complaints }),
  };
}
