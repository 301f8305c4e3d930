import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { CurrentUser } from 'nestjs-session-auth';
import {
  AccountRepository,
  AccountsService,
  type Account,
  type AccountsModuleOptions,
} from 'nestjs-session-auth/accounts';
import type { Response } from 'express';
import { randomBytes } from 'node:crypto';
import type { Browser } from 'playwright-core';
import type { AppSetup } from '../support/app.js';
import { startAccounts, type AccountsApp } from '../support/accounts-app.js';
import { KeyboardPerson } from './accounts-person.js';
import { openChromium } from './chromium.js';
import { complaintsOf, faultsOf } from './examined-page.js';
import { VirtualAuthenticator } from './virtual-authenticator.js';

@Controller()
class HomeController {
  @Get()
  home(@CurrentUser() account: Account | null): string {
    return account?.email ?? 'nobody';
  }
}

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };

let browser: Browser;
let app: AccountsApp;
let person: KeyboardPerson;
let authenticator: VirtualAuthenticator;
let complaints: string[];

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(() => browser.close());

async function start(options: AccountsModuleOptions = {}, setup: AppSetup = {}): Promise<void> {
  app = await startAccounts(
    { passkeys: true, site: 'Small Hours', ...options },
    { controllers: [HomeController], ...setup },
  );
  await app.app.get(AccountsService).create(ada);
}

/** The same browser at another application. */
async function restart(...setup: Parameters<typeof start>): Promise<void> {
  await app.close();
  await start(...setup);
  person = new KeyboardPerson(person.page, app.url.replace('127.0.0.1', 'localhost'));
}

beforeEach(async () => {
  await start();
  const page = await (await browser.newContext()).newPage();
  authenticator = await VirtualAuthenticator.of(page);
  complaints = complaintsOf(page);
  person = new KeyboardPerson(page, app.url.replace('127.0.0.1', 'localhost'));
});

afterEach(async () => {
  expect(complaints).toEqual([]);
  await person.page.context().close();
  await app.close();
});

async function logInByPassword(): Promise<void> {
  await person.goTo('/auth/login');
  await person.send({ identity: ada.email, password: ada.password });
}

/** Logs in, and adds a passkey by the page. */
async function addPasskey(name: string): Promise<void> {
  await logInByPassword();
  await person.goTo('/auth/passkeys');
  await person.tabTo('name');
  await person.page.keyboard.insertText(name);
  await person.press('Add a passkey');
}

async function logOut(): Promise<void> {
  await person.goTo('/auth/account');
  await person.press('Log out');
}

const shown = (): Promise<string> => person.page.locator('body').innerText();

describe('a passkey in Chromium', () => {
  it('is added by its page, and logs in by a button', async () => {
    await addPasskey('My laptop');
    expect(person.path).toBe('/auth/passkeys');
    expect(await shown()).toContain('My laptop');
    expect(await faultsOf(person.page)).toEqual([]);
    expect(await authenticator.passkeys()).toMatchObject([{ userName: ada.email }]);
    await logOut();
    await authenticator.isTouched(false);
    await person.goTo('/auth/login?next=/?after');
    expect(await faultsOf(person.page)).toEqual([]);
    await person.tabTo('Log in with a passkey');
    await authenticator.isTouched(true);
    await person.press('Log in with a passkey');
    expect(await shown()).toBe(ada.email);
    expect(person.page.url()).toMatch(/\/\?after$/);
  });

  it('logs in from what the browser proposes to fill in', async () => {
    await addPasskey('My laptop');
    await logOut();
    await person.passThrough('/auth/login');
    await person.page.waitForURL((url) => url.pathname === '/');
    expect(await shown()).toBe(ada.email);
  });

  it('is refused without a verified user, in the words of the page', async () => {
    await addPasskey('My laptop');
    await logOut();
    await authenticator.isVerified(false);
    await authenticator.isTouched(false);
    await person.goTo('/auth/login');
    await person.tabTo('Log in with a passkey');
    await authenticator.isTouched(true);
    await person.page.keyboard.press('Enter');
    const says = person.page.locator('[data-passkey-says]');
    await says.waitFor({ state: 'visible' });
    expect(await says.innerText()).toBe('That did not work. Try again.');
  });

  it('is not added to a device that has one', async () => {
    await addPasskey('My laptop');
    await person.tabTo('Add a passkey');
    await person.page.keyboard.press('Enter');
    const says = person.page.locator('[data-passkey-says]');
    await says.waitFor({ state: 'visible' });
    expect(await says.innerText()).toBe('This device already has a passkey for your account.');
  });

  it('is renamed, and the browser is told when it is deleted', async () => {
    await addPasskey('My laptop');
    await person.tabTo('Change');
    await person.page.keyboard.press('Enter');
    await person.tabTo('Rename');
    await person.page.keyboard.press('Shift+Tab');
    await person.page.keyboard.press('ControlOrMeta+A');
    await person.page.keyboard.insertText('My phone');
    await person.press('Rename');
    expect(await shown()).toContain('My phone');
    expect(await authenticator.passkeys()).toHaveLength(1);
    await person.tabTo('Change');
    await person.page.keyboard.press('Enter');
    await person.press('Remove My phone');
    expect(await shown()).not.toContain('My phone');
    expect(await authenticator.passkeys()).toEqual([]);
  });

  it('is the second factor of a login by the password, and confirms it later', async () => {
    await addPasskey('My laptop');
    await logOut();
    await authenticator.isTouched(false);
    await person.goTo('/auth/login?next=/?after');
    await person.send({ identity: ada.email, password: ada.password });
    expect(person.path).toBe('/auth/second-factor');
    expect(await faultsOf(person.page)).toEqual([]);
    await authenticator.isTouched(true);
    await person.press('Use a passkey');
    expect(await shown()).toBe(ada.email);
    expect(person.page.url()).toMatch(/\/\?after$/);
    await person.goTo('/auth/verify?next=/auth/passkeys');
    await person.press('Use a passkey');
    expect(person.path).toBe('/auth/passkeys');
  });

  it('is set up by a login that owes a second factor, after a code by mail, and logs in', async () => {
    await restart({ secondFactor: { required: true } });
    await person.goTo('/auth/login?next=/?after');
    await person.send({ identity: ada.email, password: ada.password });
    expect(person.path).toBe('/auth/second-factor');
    await person.press('Email me a code');
    const { code = '' } = (await app.box.mail()).data;
    await person.send({ code });
    await person.press('Add a passkey');
    expect(await shown()).toBe(ada.email);
    expect(person.page.url()).toMatch(/\/\?after$/);
    expect(await authenticator.passkeys()).toHaveLength(1);
  });

  it('is added and used under a policy of the application that lets in what has its nonce alone', async () => {
    await restart({}, { prepare: (nest) => void nest.use(onlyWithNonce) });
    await addPasskey('My laptop');
    expect(await shown()).toContain('My laptop');
    await logOut();
    await person.passThrough('/auth/login?next=/?after');
    // Its own address ends alike, in the query.
    await person.page.waitForURL((url) => url.pathname === '/' && url.search === '?after');
    expect(await shown()).toBe(ada.email);
  });

  it('that was deleted elsewhere is forgotten by the browser when it opens the page', async () => {
    await addPasskey('My laptop');
    const repository = app.app.get(AccountRepository);
    const account = await app.app.get(AccountsService).findByEmail(ada.email);
    const [row] = await repository.credentials(account?.id ?? '', 'passkey');
    expect(await repository.deleteCredential(row?.id ?? '', row?.version ?? 0)).toBe(true);
    expect(await authenticator.passkeys()).toHaveLength(1);
    let tell: () => void = () => {};
    const told = new Promise<void>((resolve) => (tell = resolve));
    await person.page.exposeFunction('toldOfPasskeys', () => {
      tell();
    });
    await person.page.addInitScript(tellWhenSignalled);
    await person.goTo('/auth/passkeys');
    await told;
    expect(await authenticator.passkeys()).toEqual([]);
  });
});

/** As helmet is used for nonces, and with no other source that is allowed. */
function onlyWithNonce(_request: unknown, response: Response, next: () => void): void {
  const nonce = randomBytes(16).toString('base64');
  response.locals['cspNonce'] = nonce;
  const sources = `script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'nonce-${nonce}'; connect-src 'self'`;
  response.setHeader('Content-Security-Policy', `default-src 'none'; ${sources}; form-action 'self'`);
  next();
}

/** Notes when the page has told the browser all passkeys that there are. */
const tellWhenSignalled = `{
  const signal = PublicKeyCredential.signalAllAcceptedCredentials.bind(PublicKeyCredential);
  PublicKeyCredential.signalAllAcceptedCredentials = async (details) => {
    await signal(details);
    window.toldOfPasskeys();
  };
}`;
