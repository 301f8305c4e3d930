import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { AccountsService } from 'nestjs-session-auth/accounts';
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
    site: 'Small Hours',
  });
  await app.app.get(AccountsService).create(ada);
});

afterEach(() => app.close());

describe.each([
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
] as const)('the pages of second factors on %s', (_name, options, words) => {
  it('lead from an authenticator app to a login by a recovery code, and axe finds nothing in any state', async () => {
    const person = new KeyboardPerson(await (await browser.newContext(options)).newPage(), app.url);
    const { page } = person;
    const complaints = complaintsOf(page);
    const faults: Record<string, readonly string[]> = {};

    async function look(state: string): Promise<void> {
      const found = await faultsOf(page);
      if (found.length > 0) faults[state] = found;
    }
    const press = (action: string): Promise<unknown> =>
      Promise.all([page.waitForEvent('load'), page.locator(`form[action="${action}"] button`).click()]);

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

    expect(faults).toEqual({});
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
