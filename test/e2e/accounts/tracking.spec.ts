import { afterEach, describe, expect, it } from '@jest/globals';
import { AccountsService, MemoryAccountRepository, type StoredAccount } from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { platforms } from '../../support/app.js';
import { send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
const logIn = { identity: ada.email, password: ada.password };

let app: AccountsApp;
let repository: MemoryAccountRepository;

afterEach(() => app.close());

async function start(...[options, setup]: Parameters<typeof startAccounts>): Promise<void> {
  repository = new MemoryAccountRepository();
  app = await startAccounts({ repository, tracking: true, ...options }, setup);
  await app.app.get(AccountsService).create(ada);
}

/** Ada's account, once what runs after answers is done. */
async function stored(): Promise<StoredAccount> {
  await app.app.get(AfterAnswer).settled(60_000);
  const account = await repository.findBy('email', '1:ada@example.com');
  if (account === null) throw new Error('There is no account.');
  return account;
}

async function logOut(jar: CookieJar): Promise<void> {
  await send(jar, '/auth/logout', {});
}

describe.each(inTurn(platforms))('the tracking of logins on %s', (platform) => {
  it('C2-81: counts a login, and keeps the time and address of the last two', async () => {
    await start({}, { platform });
    const jar = app.jar();
    await send(jar, '/auth/login', logIn);
    const first = await stored();
    expect(first).toMatchObject({ loginCount: 1, lastLogin: null, currentLogin: { ip: '127.0.0.1' } });
    await logOut(jar);
    await sendForm(jar, '/auth/login', logIn);
    const second = await stored();
    expect(second).toMatchObject({ loginCount: 2, lastLogin: first.currentLogin, currentLogin: { ip: '127.0.0.1' } });
    expect(second.currentLogin?.at.getTime()).toBeGreaterThanOrEqual(first.currentLogin?.at.getTime() ?? Infinity);
    expect(second.version).toBe(first.version);
  });

  it('mails the owner of an account when another device logs in, with place and device, and not the first time', async () => {
    await start({ recovery: true }, { platform });
    const [own, other] = [app.jar(), app.jar()];
    await send(own, '/auth/login', logIn);
    await logOut(own);
    await send(own, '/auth/login', logIn);
    await stored();
    expect(app.box.mails).toEqual([]);
    await other.fetch('/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', 'user-agent': 'Strange/1.0' },
      body: JSON.stringify(logIn),
    });
    await stored();
    const [mail, ...more] = app.box.mails;
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ kind: 'new-device', to: 'ada@example.com' });
    expect(mail?.text).toContain('127.0.0.1');
    expect(mail?.text).toContain('Strange/1');
    expect(mail?.text).toContain('/auth/not-me?token=');
    await logOut(other);
    await send(other, '/auth/login', logIn);
    await stored();
    expect(app.box.mails).toHaveLength(1);
  });
});

describe('the tracking of logins', () => {
  it('is off unless it is asked for', async () => {
    await start({ tracking: false });
    const jar = app.jar();
    await send(jar, '/auth/login', logIn);
    expect(await stored()).toMatchObject({ loginCount: 0, currentLogin: null });
    expect(jar.header).not.toContain('account_devices');
  });

  it('counts neither a login that is rejected nor one that remember-me restores', async () => {
    await start();
    const jar = app.jar();
    await send(app.jar(), '/auth/login', { ...logIn, password: 'not it, by any means' });
    await send(jar, '/auth/login', { ...logIn, remember: true });
    const returning = app.jar();
    const pair = jar.header.split('; ').find((one) => one.startsWith('remember')) ?? '';
    returning.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    expect(await returning.json('/auth')).toMatchObject({ user: { email: ada.email } });
    expect(await stored()).toMatchObject({ loginCount: 1 });
  });

  it('takes no mark of one account for that of another, and none from before the password was changed', async () => {
    await start();
    const bob = { ...ada, email: 'bob@example.com' };
    await app.app.get(AccountsService).create(bob);
    await send(app.jar(), '/auth/login', { ...logIn, identity: bob.email });
    const jar = app.jar();
    await send(jar, '/auth/login', logIn);
    await logOut(jar);
    await send(jar, '/auth/login', { ...logIn, identity: bob.email });
    await stored();
    expect(app.box.mails.map(({ kind, to }) => [kind, to])).toEqual([['new-device', bob.email]]);
    await logOut(jar);
    await send(jar, '/auth/login', logIn);
    const changed = 'another long enough phrase';
    await send(jar, '/auth/password', { current: ada.password, password: changed });
    await logOut(jar);
    await send(jar, '/auth/login', { ...logIn, password: changed });
    await stored();
    expect(app.box.mails.map(({ kind }) => kind)).toEqual(['new-device', 'password-changed', 'new-device']);
  });

  it('sends no mail where that is off', async () => {
    await start({ tracking: { enabled: true, newDevice: false } });
    await send(app.jar(), '/auth/login', logIn);
    await send(app.jar(), '/auth/login', logIn);
    expect(await stored()).toMatchObject({ loginCount: 2 });
    expect(app.box.mails).toEqual([]);
  });

  it('lets nobody wait: a login is answered while the database does not count', async () => {
    await start();
    let goOn = (): void => {};
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const track = repository.track.bind(repository);
    repository.track = async (...args) => {
      await held;
      return track(...args);
    };
    expect(await send(app.jar(), '/auth/login', logIn)).toMatchObject({ status: 200 });
    goOn();
    expect(await stored()).toMatchObject({ loginCount: 1 });
  });

  it('refuses to start with the name of another cookie', async () => {
    await expect(start({ tracking: { enabled: true, deviceCookieName: 'known_device' } })).rejects.toThrow(
      /SECURITY_DEVICE_COOKIE_NAME/,
    );
    await start();
  });
});
