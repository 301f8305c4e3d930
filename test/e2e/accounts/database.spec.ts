import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { AccountsService, KyselyAccountRepository } from 'nestjs-session-auth/accounts';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';

const ada = { email: 'Ada@Example.com', password: 'a long enough phrase' };
const renewed = 'an entirely new phrase';
const logIn = { identity: ada.email, password: ada.password };

describe('accounts in a database', () => {
  let database: Database.Database;
  let app: AccountsApp;

  beforeEach(() => {
    database = new Database(':memory:');
  });

  afterEach(async () => {
    await app.close();
    database.close();
  });

  const start = async (confirmation: boolean): Promise<void> => {
    const repository = new KyselyAccountRepository(database);
    app = await startAccounts({ repository, registration: true, confirmation, recovery: true });
  };

  it('live through registration, login, change of password and recovery', async () => {
    await start(true);
    const jar = app.jar();
    await send(jar, '/auth/register', ada);
    const { token } = (await app.box.mail(1)).data;
    expect((await send(jar, '/auth/confirm', { token })).status).toBe(200);
    expect((await send(jar, '/auth/login', logIn)).status).toBe(200);
    expect((await send(jar, '/auth/password', { current: ada.password, password: renewed })).status).toBe(200);
    expect(await jar.json('/auth')).toMatchObject({ user: { email: ada.email } });
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const reset = (await app.box.mail(3)).data.token;
    expect((await send(app.jar(), '/auth/reset', { token: reset, password: ada.password })).status).toBe(200);
    expect(await jar.json('/auth')).toMatchObject({ user: null });
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(200);
  });

  it('are made once by twenty registrations of one address at once', async () => {
    await start(false);
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(app.jar(), '/auth/register', ada)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(await app.app.get(AccountsService).findByEmail(ada.email)).toMatchObject({ email: ada.email });
  });
});
