import { expect } from '@jest/globals';
import type { AuthClient, Credential } from 'nestjs-session-auth/client';
import { password, renewed, type ClientApp, type Flow } from '../../support/client-app.js';
import type { SoftwareAuthenticator } from '../../support/software-authenticator.js';

/** Adds an authenticator app. @returns its secret and its id */
async function addTotp(app: ClientApp, client: AuthClient): Promise<{ readonly secret: string; readonly id: string }> {
  const { id, secret } = await client.post('/factors/totp', { body: { name: 'my telephone' } });
  await client.post('/factors/totp/{id}/enable', { params: { id }, body: { code: app.code(secret) } });
  return { id, secret };
}

async function addPasskey(client: AuthClient, device: SoftwareAuthenticator): Promise<string> {
  const { flow, options } = await client.post('/passkeys/options');
  const credential = device.create(options) as unknown as Credential;
  const added = await client.post('/passkeys', { body: { flow, credential, name: 'key' } });
  if (!('passkey' in added)) throw new Error('The passkey has made a login.');
  return added.passkey.id;
}

async function pending(app: ClientApp, email: string): Promise<AuthClient> {
  const client = app.browser();
  const arrival = await client.post('/login', { body: { identity: email, password } });
  expect(arrival).toMatchObject({ status: 'second-factor' });
  return client;
}

/** What people do with accounts of their own, by what it is called. */
export const flows: Readonly<Record<string, Flow>> = {
  async registration(app) {
    const client = app.browser();
    const email = 'new@example.com';
    expect(await client.post('/register', { body: { email, password, username: 'newcomer', next: '/' } })).toEqual({
      status: 'confirm',
    });
    await client.post('/confirm/resend', { body: { email } });
    const token = await app.token(email, 'confirm');
    const elsewhere = app.browser();
    await expect(elsewhere.post('/confirm', { body: { token } })).rejects.toMatchObject({ code: 'PASSWORD_NEEDED' });
    await elsewhere.post('/confirm', { body: { token, password } });
    const arrival = await client.post('/login', { body: { identity: 'newcomer', password, remember: true } });
    expect(arrival).toMatchObject({ status: 'in', user: { email } });
  },

  async 'registration without confirmation'(app) {
    const required = ({ email }: { readonly email: string }) => email.startsWith('careful');
    await app.elsewhere({ confirmation: false, secondFactor: { required } }, async (other) => {
      const client = other.browser();
      const { status } = await client.post('/register', { body: { email: 'ada@example.com', password } });
      expect(status).toBe('in');
      const taken = { email: 'ada@example.com', password };
      await expect(other.browser().post('/register', { body: taken })).rejects.toMatchObject({ code: 'EMAIL_TAKEN' });
      const careful = { email: 'careful@example.com', password };
      expect(await other.browser().post('/register', { body: careful })).toMatchObject({ status: 'enroll' });
    });
  },

  async 'login and logout'(app) {
    const { email } = await app.person();
    const client = await app.loggedIn({ email });
    expect(await client.get('/')).toMatchObject({ user: { email }, pending: null });
    await expect(client.post('/login', { body: { identity: email, password } })).rejects.toMatchObject({
      code: 'ALREADY_IN',
    });
    await client.post('/logout');
    expect((await client.get('/')).user).toBeNull();
    await expect(client.get('/account')).rejects.toMatchObject({ status: 401 });
  },

  async 'login by mail'(app) {
    const { email } = await app.person();
    const client = app.browser();
    await client.post('/login/mail', { body: { email, remember: false, next: '/' } });
    const token = await app.token(email, 'login');
    await expect(app.browser().post('/login/mail/enter', { body: { token } })).rejects.toMatchObject({
      code: 'OTHER_BROWSER',
    });
    const code = (await app.kit.mails.last(email, 'login'))?.data.code ?? '';
    expect(await client.post('/login/mail/enter', { body: { code } })).toMatchObject({ status: 'in' });
  },

  async recovery(app) {
    const { email } = await app.person();
    const client = app.browser();
    await client.post('/recover', { body: { email } });
    const token = await app.token(email, 'reset');
    await expect(client.post('/reset', { body: { token, password: 'short' } })).rejects.toMatchObject({
      fields: { password: ['PASSWORD_TOO_SHORT'] },
    });
    await client.post('/reset', { body: { token, password: renewed } });
  },

  async 'authenticator app'(app) {
    const { email } = await app.person();
    const client = await app.loggedIn({ email });
    const { id, secret } = await addTotp(app, client);
    const { codes } = await client.post('/factors/recovery-codes');
    expect(await client.get('/factors')).toHaveLength(2);
    const waiting = await pending(app, email);
    expect((await waiting.get('/')).pending).toMatchObject({ status: 'second-factor' });
    await expect(waiting.post('/second-factor', { body: { method: 'totp', code: 'wrong' } })).rejects.toMatchObject({
      code: 'CODE_WRONG',
    });
    const proof = { method: 'totp', code: app.code(secret), trustDevice: true } as const;
    expect(await waiting.post('/second-factor', { body: proof })).toMatchObject({ status: 'in' });
    expect(await waiting.get('/sessions')).toContainEqual(expect.objectContaining({ kind: 'trusted-device' }));
    const other = await pending(app, email);
    await other.post('/second-factor', { body: { method: 'recovery-code', code: codes[0] } });
    await other.post('/verify', { body: { method: 'totp', code: app.code(secret), action: 'pay', next: '/' } });
    await other.post('/verify', { body: { password } });
    await other.delete('/factors/{id}', { params: { id } });
  },

  async telephone(app) {
    const { email } = await app.person();
    const to = '+4915112345678';
    const client = await app.loggedIn({ email });
    const { id } = await client.post('/factors/code', { body: { phone: to, name: 'mine' } });
    const code = async () => (await app.kit.sms.last(to))?.code ?? '';
    await client.post('/factors/code/{id}/enable', { params: { id }, body: { code: await code() } });
    expect(await client.get('/factors')).toMatchObject([{ method: 'code' }]);
    const waiting = await pending(app, email);
    expect(await waiting.post('/second-factor/options', { body: { method: 'code' } })).toMatchObject({
      phones: [{ id }],
    });
    await waiting.post('/second-factor/send', { body: { method: 'code', id } });
    await waiting.post('/second-factor', { body: { method: 'code', code: await code() } });
    await waiting.post('/verify/send', { body: { method: 'code', id, action: 'pay', next: '/' } });
    await waiting.post('/verify', { body: { method: 'code', code: await code() } });
  },

  async passkey(app) {
    const { email } = await app.person();
    const client = await app.loggedIn({ email });
    const device = app.authenticator();
    const id = await addPasskey(client, device);
    expect(await client.get('/passkeys')).toMatchObject([{ id, name: 'key' }]);
    await client.patch('/passkeys/{id}', { params: { id }, body: { name: 'the blue one' } });
    const credentialFor = (options: Parameters<SoftwareAuthenticator['get']>[0]) =>
      device.get(options) as unknown as Credential;
    const alone = app.browser();
    const begun = await alone.post('/passkeys/login/options');
    const credential = credentialFor(begun.options);
    const arrival = await alone.post('/passkeys/login', {
      body: { flow: begun.flow, credential, remember: true, next: '/' },
    });
    expect(arrival).toMatchObject({ status: 'in', user: { email } });
    const waiting = await pending(app, email);
    const second = await waiting.post('/second-factor/options');
    if (!('flow' in second)) throw new Error('These are no options of a passkey.');
    await waiting.post('/second-factor', {
      body: { method: 'passkey', flow: second.flow, credential: credentialFor(second.options) },
    });
    const again = await waiting.post('/verify/options', { body: { method: 'passkey' } });
    if (!('flow' in again)) throw new Error('These are no options of a passkey.');
    await waiting.post('/verify', {
      body: { method: 'passkey', flow: again.flow, credential: credentialFor(again.options) },
    });
    expect(await waiting.delete('/passkeys/{id}', { params: { id } })).toMatchObject({ status: 'deleted' });
  },

  async 'a second factor that is required'(app) {
    for (const add of ['totp', 'code', 'passkey'] as const) {
      const { email } = await app.person({ roles: ['careful'] });
      const client = app.browser();
      expect(await client.post('/login', { body: { identity: email, password } })).toMatchObject({ status: 'enroll' });
      await client.post('/second-factor/send');
      const mailed = (await app.kit.mails.last(email, 'code'))?.data.code ?? '';
      await client.post('/second-factor', { body: { method: 'mail', code: mailed } });
      if (add === 'totp') await addTotp(app, client);
      else if (add === 'code') {
        const { id } = await client.post('/factors/code', { body: { phone: '+4915112345679' } });
        const code = (await app.kit.sms.last('+4915112345679', 'set-up'))?.code ?? '';
        await client.post('/factors/code/{id}/enable', { params: { id }, body: { code } });
      } else {
        const { flow, options } = await client.post('/passkeys/options');
        const credential = app.authenticator().create(options) as unknown as Credential;
        await client.post('/passkeys', { body: { flow, credential } });
      }
      expect((await client.get('/')).user).toMatchObject({ email });
    }
  },

  async 'changes of an account'(app) {
    const account = await app.person();
    const client = await app.loggedIn(account);
    await client.post('/username', { body: { username: 'somebody' } });
    await client.post('/password', { body: { current: password, password: renewed } });
    await client.post('/email', { body: { email: 'moved@example.com', oldAddressLost: false } });
    await client.post('/email/confirm', { body: { token: await app.token('moved@example.com', 'email-confirm') } });
    const token = await app.token(account.email, 'email-changing');
    expect(await app.browser().post('/email/undo', { body: { token } })).toEqual({ status: 'restored' });
  },

  async 'a change that was not its owner’s'(app) {
    const account = await app.person();
    const client = await app.loggedIn(account);
    await client.post('/password', { body: { current: password, password: renewed } });
    const token = (await app.kit.mails.last(account.email, 'password-changed'))?.data.notMe?.token ?? '';
    expect(await app.browser().post('/not-me', { body: { token } })).toEqual({ status: 'restored' });
  },

  async sessions(app) {
    const account = await app.person();
    const client = await app.loggedIn(account);
    await app.loggedIn(account);
    const other = (await client.get('/sessions')).find(({ current }) => !current);
    await client.delete('/sessions/{publicId}', { params: { publicId: other?.publicId ?? '' } });
    await client.delete('/sessions');
    expect(await client.get('/sessions')).toHaveLength(1);
  },

  async deletion(app) {
    const account = await app.person();
    const client = await app.loggedIn(account);
    expect(await client.get('/account')).toMatchObject({ deletable: true });
    expect((await client.get('/account/export')).audit).not.toEqual([]);
    await client.delete('/account');
    await client.post('/account/undo', { body: { token: await app.token(account.email, 'deletion') } });
    await app.loggedIn(account);
  },

  async 'API keys'(app) {
    const client = await app.loggedIn(await app.person());
    const { id, key } = await client.post('/api-keys', { body: { name: 'robot', scopes: ['orders:read'], days: 3 } });
    expect(key).toMatch(/^key_/);
    expect(await client.get('/api-keys')).toMatchObject([{ id }]);
    await client.delete('/api-keys/{id}', { params: { id } });
  },
};
