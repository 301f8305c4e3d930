import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AccountLockedOutError,
  AccountsService,
  AccountValueError,
  MemoryAccountRepository,
} from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { readPage, send } from '../../support/accounts-app.js';
import type { CookieJar } from '../../support/jar.js';
import { ada, Factors, logIn } from '../../support/second-factors.js';

const renewed = 'an entirely new phrase';
const frozen = { status: 200, body: { status: 'frozen' } };
const refused = { status: 401, body: { code: 'INVALID_CREDENTIALS' } };
let factors: Factors;
let repository: MemoryAccountRepository;
let heard: string[];

beforeEach(() => {
  factors = new Factors();
  heard = [];
  repository = new MemoryAccountRepository({ now: () => factors.now });
});

afterEach(() => factors.app.close());

const start = (options: Parameters<Factors['start']>[0] = {}) =>
  factors.start(
    { repository, ...options },
    {
      session: {
        observer: {
          accessReset: ({ userId, address }) => heard.push(`accessReset ${userId}${address}`),
          factorChanged: ({ method, change, address }) => heard.push(`${method} ${change} ${address}`),
          notMe: ({ restored, locked }) => heard.push(`restored ${String(restored)} locked ${String(locked)}`),
        },
      },
    },
  );
const accounts = () => factors.app.app.get(AccountsService);
const logInWith = (password: string) => send(factors.app.jar(), '/auth/login', { ...logIn, password });
const report = (token: unknown, more: object = {}) => send(factors.app.jar(), '/auth/not-me', { token, ...more });
const stored = async () => {
  const account = await repository.findBy('email', '1:ada@example.com');
  if (account === null) throw new Error('There is no account.');
  return account;
};
const isIn = async (jar: CookieJar): Promise<boolean> => ((await jar.json('/auth')) as { user: unknown }).user !== null;
const mailed = async (): Promise<string[]> => {
  await factors.app.app.get(AfterAnswer).settled(60_000);
  return factors.app.box.mails.splice(0).map(({ kind }) => kind);
};

describe('an account whose access an administrator resets', () => {
  it('is open again without the factors, and lets its owner in after a recovery', async () => {
    await start({ recovery: true });
    await factors.withTotp();
    const token = (await factors.app.box.mail(1)).data.notMe?.token;
    expect(await report(token)).toEqual(frozen);
    const { id, epoch } = await stored();
    await mailed();
    heard = [];
    await repository.addCredential(id, { kind: 'trusted-device' });
    expect(await accounts().resetAccess(id)).toMatchObject({ id, email: ada.email });
    expect(heard).toEqual([`accessReset ${id}`, 'totp removed ']);
    expect((await stored()).epoch).toBeGreaterThan(epoch);
    expect(await repository.credentials(id)).toEqual([]);
    expect(await mailed()).toEqual(['factor-changed']);
    expect(await report(token, { password: ada.password })).toMatchObject({ status: 400 });
    expect(await logInWith(ada.password)).toMatchObject(refused);
    await send(factors.app.jar(), '/auth/recover', { email: ada.email });
    const reset = (await factors.app.box.mail()).data.token;
    expect((await send(factors.app.jar(), '/auth/reset', { token: reset, password: renewed })).status).toBe(200);
    expect(await logInWith(renewed)).toMatchObject({ status: 200, body: { status: 'in' } });
  });

  it('ends its sessions, and takes the password that the administrator gives', async () => {
    await start();
    const { jar } = await factors.withTotp();
    const { id } = await stored();
    await mailed();
    await accounts().resetAccess(id, { password: renewed, factors: 'keep' });
    expect(await isIn(jar)).toBe(false);
    expect(await logInWith(ada.password)).toMatchObject(refused);
    expect(await logInWith(renewed)).toMatchObject({ body: { status: 'second-factor', methods: ['totp'] } });
    expect(await mailed()).toEqual(['password-changed']);
  });

  it('is left as it is for a password that is not accepted, or where its owner could not get in', async () => {
    await start();
    const { id, version } = await stored();
    await expect(accounts().resetAccess(id, { password: 'password' })).rejects.toThrow(AccountValueError);
    await expect(accounts().resetAccess(id)).rejects.toThrow(AccountLockedOutError);
    expect((await stored()).version).toBe(version);
    expect(await accounts().resetAccess('nobody')).toBeNull();
  });
});

describe('"this was not me" where recovery is off', () => {
  it('restores the account, and says that nobody gets in until an administrator helps', async () => {
    await start();
    const jar = await factors.loggedIn();
    await send(jar, '/auth/password', { current: ada.password, password: renewed });
    const token = (await factors.app.box.mail(1)).data.notMe?.token ?? '';
    const { html } = await readPage(factors.app.jar(), `/auth/not-me?token=${token}`);
    expect(html).toContain('an administrator then gives you a new one');
    await mailed();
    expect(await report(token)).toEqual({ status: 200, body: { status: 'locked' } });
    expect(heard).toEqual(['restored true locked true']);
    await factors.app.app.get(AfterAnswer).settled(60_000);
    const [mail] = factors.app.box.mails;
    expect(mail).toMatchObject({ kind: 'frozen', to: ada.email });
    expect(mail?.data.link).toBeUndefined();
    expect(mail?.text).toContain('until an administrator gives you a new one');
    expect(await logInWith(renewed)).toMatchObject(refused);
    await accounts().resetAccess((await stored()).id, { password: 'what the help desk says' });
    expect(await logInWith('what the help desk says')).toMatchObject({ body: { status: 'in' } });
  });
});
