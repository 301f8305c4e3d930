import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { SessionListener, SessionService, type SessionObserver } from 'nestjs-session-auth';
import { AccountsService, MemoryAccountRepository, type AccountEventName } from 'nestjs-session-auth/accounts';
import { accountEventNames } from '../../../lib/accounts/events/account-observer.js';
import { platforms } from '../../support/app.js';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';

const address = '127.0.0.1';
const phrase = 'a long enough phrase';
const ada = { email: 'ada@example.com', password: phrase };
const features = { registration: true, confirmation: true, recovery: true };

interface Heard {
  readonly name: AccountEventName;
  readonly event: unknown;
}

const heard: Heard[] = [];

/** What an application writes that keeps events. */
@Injectable()
@SessionListener()
class Listener implements SessionObserver {
  constructor() {
    const methods = accountEventNames.map((name) => [name, (event: unknown) => heard.push({ name, event })]);
    Object.assign(this, Object.fromEntries(methods));
  }
}

let app: AccountsApp;

afterEach(async () => {
  heard.length = 0;
  await app.close();
});

const start = async (options: Parameters<typeof startAccounts>[0], more: Parameters<typeof startAccounts>[1] = {}) => {
  app = await startAccounts(options, { ...more, providers: [Listener] });
};

async function tokenOf(mail: number): Promise<string> {
  return (await app.box.mail(mail)).data.token ?? '';
}

describe.each(inTurn(platforms))('the events of accounts on %s', (platform) => {
  it('tell of a registration, of its confirmation, and of one with a taken address, without a token or an address for mail', async () => {
    await start(features, { platform });
    const jar = app.jar();
    await send(jar, '/auth/register', ada);
    const token = await tokenOf(1);
    await send(jar, '/auth/confirm', { token });
    await send(app.jar(), '/auth/register', ada);
    await app.box.mail(2);
    const userId = (await app.app.get(AccountsService).findByEmail(ada.email))?.id;
    expect(heard).toEqual([
      { name: 'confirmationRequested', event: { userId: null, address } },
      { name: 'registered', event: { userId, address } },
      { name: 'emailConfirmed', event: { userId, address } },
      { name: 'registeredAgain', event: { userId, address } },
    ]);
    const text = JSON.stringify(heard);
    expect(text).not.toContain(token);
    expect(text).not.toContain(ada.email);
  });

  it('tell of a recovery and of the new password', async () => {
    await start(features, { platform });
    const { id: userId } = await app.app.get(AccountsService).create({ ...ada, emailConfirmed: false });
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const token = await tokenOf(1);
    await send(app.jar(), '/auth/reset', { token, password: `${phrase} of hers` });
    expect(heard).toEqual([
      { name: 'resetRequested', event: { userId, address } },
      { name: 'passwordReset', event: { userId, address } },
      { name: 'emailConfirmed', event: { userId, address } },
    ]);
    expect(JSON.stringify(heard)).not.toContain(token);
  });

  it('tell of a change of the password, and are counted', async () => {
    await start({}, { platform });
    const { id: userId } = await app.app.get(AccountsService).create(ada);
    const jar = app.jar();
    await send(jar, '/auth/login', { identity: ada.email, password: phrase });
    await send(jar, '/auth/password', { current: phrase, password: `${phrase} of hers` });
    expect(heard).toEqual([{ name: 'passwordChanged', event: { userId, address } }]);
    expect(app.app.get(SessionService).counts).toMatchObject({ passwordChanged: 1, accountDeleted: 0, login: 1 });
  });
});

describe('the events of accounts', () => {
  it('tell of each request for a mail that confirms an account which exists', async () => {
    await start(features);
    const { id: userId } = await app.app.get(AccountsService).create({ ...ada, emailConfirmed: false });
    await send(app.jar(), '/auth/confirm/resend', { email: ada.email });
    await app.box.mail(1);
    await send(app.jar(), '/auth/login', { identity: ada.email, password: phrase });
    await app.box.mail(2);
    const requested = { name: 'confirmationRequested', event: { userId, address } };
    expect(heard).toEqual([requested, requested]);
  });

  it('tell of nothing that was rejected', async () => {
    await start(features);
    await app.app.get(AccountsService).create(ada);
    const jar = app.jar();
    await send(jar, '/auth/register', { ...ada, password: 'short' });
    await send(jar, '/auth/recover', { email: 'nobody@example.com' });
    await send(jar, '/auth/reset', { token: 'x'.repeat(65), password: phrase });
    await send(jar, '/auth/confirm', { token: 'x'.repeat(65) });
    await send(jar, '/auth/login', { identity: ada.email, password: 'not it, by any means' });
    await send(jar, '/auth/login', { identity: ada.email, password: phrase });
    await send(jar, '/auth/password', { current: 'not it, by any means', password: `${phrase} of hers` });
    expect(heard).toEqual([]);
  });
});

describe('the events of an account that was never confirmed', () => {
  it('tell that a login by mail confirms it, and takes away what was set up before', async () => {
    const repository = new MemoryAccountRepository();
    await start({ ...features, repository, mailLogin: true });
    const { id: userId } = await app.app.get(AccountsService).create({ ...ada, emailConfirmed: false });
    await repository.addCredential(userId, { kind: 'totp', data: { enabled: true } });
    const jar = app.jar();
    await send(jar, '/auth/login/mail', { email: ada.email });
    await send(jar, '/auth/login/mail/enter', { token: await tokenOf(1) });
    expect(heard).toEqual([
      { name: 'mailLoginRequested', event: { userId, address } },
      { name: 'factorChanged', event: { userId, address, method: 'totp', change: 'removed' } },
      { name: 'passwordChanged', event: { userId, address } },
      { name: 'emailConfirmed', event: { userId, address } },
    ]);
  });
});
