import { afterEach, describe, expect, it } from '@jest/globals';
import { accountsTesting, TestCookies } from 'nestjs-session-auth/testing';
import { platforms, startApp, type RunningApp } from '../../support/app.js';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';

let app: AccountsApp | RunningApp;

afterEach(() => app.close());

describe.each(inTurn(platforms))('the kit for tests of accounts on %s', (platform) => {
  it('makes accounts, and logs them in without a request', async () => {
    app = await startAccounts({}, { platform });
    const kit = accountsTesting(app.app);
    const [ada, other] = [await kit.create({ email: 'ada@example.com', roles: ['admin'] }), await kit.create()];
    expect(ada).toMatchObject({ email: 'ada@example.com', roles: ['admin'] });
    expect(other.email).not.toBe(ada.email);
    const browser = await kit.logIn(ada);
    const response = await fetch(`${app.url}/auth`, { headers: { cookie: browser.header } });
    expect(await response.json()).toMatchObject({ user: { email: 'ada@example.com' } });
    const own = new TestCookies();
    expect(await kit.logInAgent(own, other, { remember: true })).toBe(own);
    expect(own.header).toContain('remember');
  });

  it('has the last mail to an address, of any kind or of one', async () => {
    app = await startAccounts({ registration: true, confirmation: true, recovery: true }, { platform });
    const kit = accountsTesting(app.app);
    await kit.create({ email: 'Ada@example.com', password: 'a long enough phrase' });
    await send(app.jar(), '/auth/recover', { email: 'ada@example.com' });
    await send(app.jar(), '/auth/register', { email: 'ada@example.com', password: 'another long phrase' });
    const reset = await kit.mails.last('ada@example.com', 'reset');
    expect(reset?.data.token).toEqual(expect.any(String));
    expect(await kit.mails.last('ada@example.com')).toMatchObject({ kind: 'already-registered' });
    expect((await kit.mails.all('ada@example.com')).map(({ kind }) => kind)).toEqual(['reset', 'already-registered']);
    expect(await kit.mails.last('bob@example.com')).toBeNull();
    kit.mails.clear();
    expect(await kit.mails.last('ada@example.com')).toBeNull();
  });
});

describe('the kit for tests of accounts', () => {
  it('logs accounts in by tokens, through the gate', async () => {
    app = await startAccounts({ tokens: true, secondFactor: { required: ['admin'] }, totp: true });
    const kit = accountsTesting(app.app);
    const [ada, admin] = [await kit.create(), await kit.create({ roles: ['admin'] })];
    const { accessToken, refreshToken } = await kit.issueTokens(ada);
    expect((await send(app.jar(), '/auth/token/refresh', { refreshToken })).body).toMatchObject({
      user: { id: ada.id },
    });
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await app.jar().fetch('/auth/token', { method: 'DELETE', headers })).status).toBe(204);
    await expect(kit.issueTokens(admin)).rejects.toMatchObject({ code: 'SESSION_LOGIN_REFUSED' });
    expect(await kit.issueTokens(admin, { factors: ['pwd', 'mfa'] })).toMatchObject({ tokenType: 'Bearer' });
  });

  it('passes the gate', async () => {
    app = await startAccounts({ confirmation: true });
    const kit = accountsTesting(app.app);
    const account = await kit.create({ emailConfirmed: false });
    await expect(kit.logIn(account)).rejects.toMatchObject({ status: 403 });
  });

  it('says that there are no accounts', async () => {
    app = await startApp({});
    expect(() => accountsTesting(app.app)).toThrow(/import AccountsModule\.forRoot\(\)/);
  });
});
