import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { AccountsService, type AccountsModuleOptions, type Mail, type MailKind } from 'nestjs-session-auth/accounts';
import { startAccounts, type AccountsApp } from '../support/accounts-app.js';
import { inTurn } from '../support/combinations.js';
import { KeyboardPerson } from './accounts-person.js';
import { openChromium } from './chromium.js';
import { complaintsOf, faultsOf } from './examined-page.js';
import { withOrWithoutJavaScript } from './javascript.js';

const ada = {
  email: 'ada@example.com',
  password: 'a long enough phrase',
  renewed: 'another long phrase',
  last: 'the third long phrase',
};

let browser: Browser;
let app: AccountsApp;

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(() => browser.close());

const start = (options: AccountsModuleOptions = {}): Promise<AccountsApp> =>
  startAccounts({
    ...{ registration: true, confirmation: true, recovery: true, mailLogin: true, passkeys: true, deletion: true },
    site: 'Small Hours',
    ...options,
  });

beforeEach(async () => {
  app = await start();
});

afterEach(() => app.close());

async function arrive(options: BrowserContextOptions): Promise<KeyboardPerson> {
  const context = await browser.newContext(options);
  return new KeyboardPerson(await context.newPage(), app.url);
}

/** Further pages of who is logged in. */
const ownPages = [
  ['passkeys', '/auth/passkeys'],
  ['sessions', '/auth/sessions'],
  ['deletion', '/auth/account/delete'],
] as const;

/** The first mail of a kind. */
async function firstMail(kind: MailKind): Promise<Mail> {
  for (let number = 1; ; number++) {
    const mail = await app.box.mail(number);
    if (mail.kind === kind) return mail;
  }
}

/** The link of the first mail of a kind. */
async function mailOf(kind: MailKind): Promise<string> {
  return pathOf((await firstMail(kind)).data.link);
}

/** The link of the mail with this number. */
async function linkIn(number: number): Promise<string> {
  return pathOf((await app.box.mail(number)).data.link);
}

function pathOf(link = ''): string {
  const { pathname, search } = new URL(link);
  return pathname + search;
}

/** Where the mails lead that are sent with changes, and links that are not valid. */
async function linksOfChanges(): Promise<readonly (readonly [state: string, path: string])[]> {
  return [
    ['new address', await mailOf('email-confirm')],
    ['undo of an address', await mailOf('email-changing')],
    ['undo of an address, wrong', '/auth/email/undo?token=nonsense'],
    ['not me', pathOf((await firstMail('password-changed')).data.notMe?.link)],
    ['not me, wrong', '/auth/not-me?token=nonsense'],
  ];
}

describe.each(withOrWithoutJavaScript())('the pages of accounts, %s', (_name, javaScriptEnabled) => {
  it('lead by the keyboard alone from the registration to the logout', async () => {
    const person = await arrive({ javaScriptEnabled });
    const complaints = complaintsOf(person.page);
    await person.goTo('/auth/login');
    await person.press('Create an account');
    await person.send({ email: ada.email, password: ada.password });
    expect(await person.message()).toBe('status: We have sent you an email. Open the link in it to finish.');

    await person.goTo(await linkIn(1));
    await person.press('Confirm');
    expect(await person.message()).toBe('status: Your address is confirmed. You can log in now.');
    await person.press('Log in');
    await person.send({ identity: ada.email, password: ada.password });
    expect(person.path).toBe('/');

    await person.goTo('/auth/account');
    await person.press('Change your password');
    await person.send({ current: ada.password, password: ada.renewed });
    expect(await person.message()).toBe('status: Your password has been changed.');
    await person.press('Your account');
    await person.press('Log out');
    expect(person.path).toBe('/');

    await person.goTo('/auth/login');
    await person.press('Forgot your password?');
    await person.send({ email: ada.email });
    expect(await person.message()).toMatch(/^status: If there is an account/);
    // The second mail was the notice of the change.
    await person.goTo(await linkIn(3));
    await person.send({ password: ada.last });
    expect(await person.message()).toBe('status: Your new password is set. Log in with it.');
    await person.press('Log in');
    await person.send({ identity: ada.email, password: ada.last });

    await person.goTo('/auth/verify?next=/auth/account');
    await person.send({ password: ada.last });
    expect(person.path).toBe('/auth/account');
    await person.press('Log out');
    await person.goTo('/auth/account');
    expect(person.path).toBe('/auth/login');
    expect(complaints).toEqual([]);
    await person.page.context().close();
  });

  it('put the keyboard at the first field that is wrong, and otherwise at what they say', async () => {
    const person = await arrive({ javaScriptEnabled });
    await person.goTo('/auth/register');
    await person.send({ email: 'no address', password: 'short' });
    expect(await person.focused()).toBe('email');
    expect(await person.page.title()).toMatch(/^Please check what you entered – /);
    await person.send({ email: ada.email, password: 'short' });
    expect(await person.focused()).toBe('password');
    await person.send({ password: ada.password });
    expect(await person.focused()).toBe('We have sent you an email. Open the link in it to finish.');
    await person.goTo('/auth/login');
    expect(await person.focused()).toBe('');
    await person.send({ identity: ada.email, password: 'a wrong one' });
    expect(await person.focused()).toBe('The address or the password is wrong.');
    await person.page.context().close();
  });
});

describe.each(
  inTurn([
    ['a desktop in English', { viewport: { width: 1280, height: 800 }, colorScheme: 'light', locale: 'en-GB' }],
    ['a phone in German and the dark', { viewport: { width: 320, height: 640 }, colorScheme: 'dark', locale: 'de-DE' }],
  ]),
)('every page of accounts on %s', (_name, options) => {
  it('has nothing that axe finds, no scrolling to the side, and nothing that its policy forbids, in every state', async () => {
    await app.close();
    app = await start({ usernames: true, emailChange: true });
    const person = await arrive(options);
    const stranger = await arrive(options);
    const complaints = [complaintsOf(person.page), complaintsOf(stranger.page)];
    const seen: string[] = [];
    const faults: Record<string, readonly string[]> = {};

    async function look(state: string, { page } = person): Promise<void> {
      seen.push(state);
      const found = await faultsOf(page);
      if (found.length > 0) faults[state] = found;
    }

    await person.goTo('/auth/login');
    expect(await person.page.locator('html').getAttribute('lang')).toBe(options.locale.slice(0, 2));
    await look('login');
    await person.send({ identity: ada.email, password: 'a wrong one' });
    await look('login, wrong');
    await person.goTo('/auth/register');
    await look('registration');
    await person.send({ email: 'no address', password: 'short' });
    await look('registration, wrong');
    await person.send({ email: ada.email, password: ada.password });
    await look('registration, done');

    const link = await linkIn(1);
    await stranger.goTo(link);
    await look('confirmation elsewhere', stranger);
    await stranger.send({ password: 'a wrong one' });
    await look('confirmation elsewhere, wrong', stranger);
    await person.goTo('/auth/confirm?token=nonsense');
    await person.page.locator('button').click();
    await look('confirmation, wrong');
    await person.goTo(link);
    await look('confirmation');
    await person.page.locator('button').click();
    await look('confirmation, done');
    await person.goTo('/auth/confirm');
    await look('resend');
    await person.send({ email: ada.email });
    await look('resend, done');

    await person.goTo('/auth/recover');
    await look('recovery');
    await person.send({ email: 'no address' });
    await look('recovery, wrong');
    await person.send({ email: ada.email });
    await look('recovery, done');
    await person.goTo(await linkIn(2));
    await look('reset');
    await person.send({ password: 'password' });
    await look('reset, wrong');
    await person.send({ password: ada.renewed });
    await look('reset, done');

    await person.goTo('/auth/login/mail');
    await look('login by mail');
    await person.send({ email: 'no address' });
    await look('login by mail, wrong');
    await person.send({ email: ada.email });
    await look('code');
    await person.send({ code: 'nonsense' });
    await look('code, wrong');
    const login = await mailOf('login');
    await stranger.goTo(login);
    await look('link of a login elsewhere', stranger);
    await person.goTo(login);
    await look('link of a login');

    await person.goTo('/auth/login');
    await person.send({ identity: ada.email, password: ada.renewed });
    await person.goTo('/auth/account');
    await look('account');
    await person.goTo('/auth/account/password');
    await look('password');
    await person.send({ current: 'a wrong one', password: 'short' });
    await look('password, wrong');
    await person.send({ current: ada.renewed, password: ada.last });
    await look('password, done');
    await person.goTo('/auth/verify');
    await look('verify');
    await person.send({ password: 'a wrong one' });
    await look('verify, wrong');
    await person.send({ password: ada.last });
    await look('verify, done');
    for (const [state, path] of ownPages) {
      await person.goTo(path);
      await look(state);
    }
    await person.goTo('/auth/account/email');
    await look('address');
    await person.send({ email: 'no address' });
    await look('address, wrong');
    await person.send({ email: 'grace@example.com' });
    await look('address, done');
    await person.goTo('/auth/account/username');
    await look('username');
    await person.send({ username: '!' });
    await look('username, wrong');
    await person.send({ username: 'ada_l' });
    await look('username, done');
    for (const [state, path] of await linksOfChanges()) {
      await stranger.goTo(path);
      await look(state, stranger);
    }
    await person.goTo('/auth/account/delete');
    await person.page.locator('form button').last().click();
    await look('deletion, done');
    await person.goTo(await mailOf('deletion'));
    await look('undo of a deletion');

    expect(faults).toEqual({});
    expect(complaints).toEqual([[], []]);
    expect(seen).toHaveLength(new Set(seen).size);
    await Promise.all([person, stranger].map(({ page }) => page.context().close()));
  });
});

describe('what the fields of accounts tell password managers and the keyboards of phones', () => {
  it.each([
    ['/auth/login', { identity: ['username webauthn', 'email'], password: ['current-password', null] }],
    ['/auth/register', { email: ['username', 'email'], password: ['new-password', null] }],
    ['/auth/recover', { email: ['email', 'email'] }],
    ['/auth/login/mail', { email: ['username', 'email'] }],
    ['/auth/reset?token=t', { password: ['new-password', null] }],
    ['/auth/verify', { '': ['username', null], password: ['current-password', null] }],
    [
      '/auth/account/password',
      { '': ['username', null], current: ['current-password', null], password: ['new-password', null] },
    ],
  ] as const)('is right at %s', async (path, expected) => {
    const person = await arrive({});
    await app.app.get(AccountsService).create({ email: ada.email, password: ada.password });
    if (path === '/auth/verify' || path === '/auth/account/password') {
      await person.goTo('/auth/login');
      await person.send({ identity: ada.email, password: ada.password });
    }
    await person.goTo(path);
    const fields = await person.page.locator('input[autocomplete]').all();
    const told = fields.map(async (field) => [
      (await field.getAttribute('name')) ?? '',
      [await field.getAttribute('autocomplete'), await field.getAttribute('inputmode')],
    ]);
    expect(Object.fromEntries(await Promise.all(told))).toEqual(expected);
    await person.page.context().close();
  });
});
