import { expect } from '@jest/globals';
import type { OAuthSignUpHook } from 'nestjs-session-auth/accounts';
import type { AuthClient } from 'nestjs-session-auth/client';
import { password, type ClientApp, type Flow } from '../../support/client-app.js';
import { startOddProvider, type OddProvider } from '../../support/odd-provider.js';

const clientId = 'the-shop';
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** Goes through a provider and comes back. */
async function comeBack(client: AuthClient, acme: OddProvider, url: string) {
  const { searchParams } = acme.authorize(url);
  const query = Object.fromEntries(searchParams) as { code: string; state: string; iss: string };
  return client.get('/oauth/{provider}/callback', { params: { provider: 'acme' }, query });
}

async function withProvider(app: ClientApp, work: (app: ClientApp, acme: OddProvider) => Promise<void>): Promise<void> {
  const acme = await startOddProvider(clientId);
  const settings = { issuer: acme.issuer, clientId, clientSecret: 'a secret', label: 'Acme', logout: true };
  const signUp: OAuthSignUpHook = ({ email }) => (email === null ? null : { email, emailConfirmed: true });
  try {
    await app.elsewhere({ oauth: { providers: { acme: settings }, signUp } }, (other) => work(other, acme));
  } finally {
    await acme.close();
  }
}

/** What administrators, programs and other providers do. */
export const furtherFlows: Readonly<Record<string, Flow>> = {
  async administration(app) {
    const administrator = await app.loggedIn(await app.person({ roles: ['admin'] }));
    const account = await app.person();
    const owner = await app.loggedIn(account);
    await expect(owner.get('/admin/accounts')).rejects.toMatchObject({ status: 403 });
    const { id: keyId } = await owner.post('/api-keys', { body: { scopes: ['orders:read'] } });
    const query = { search: account.email, active: true, limit: 10, role: undefined };
    expect(await administrator.get('/admin/accounts', { query })).toMatchObject({ accounts: [{ id: account.id }] });
    const params = { id: account.id };
    expect(await administrator.get('/admin/accounts/{id}', { params })).toMatchObject({ apiKeys: [{ id: keyId }] });
    await administrator.delete('/admin/accounts/{id}/api-keys/{keyId}', { params: { ...params, keyId } });
    await administrator.post('/admin/accounts/{id}/roles', { params, body: { roles: ['admin'] } });
    await administrator.post('/admin/accounts/{id}/end-sessions', { params });
    await administrator.post('/admin/accounts/{id}/force-reset', { params });
    await administrator.post('/admin/accounts/{id}/require-second-factor', { params, body: { required: true } });
    await administrator.post('/admin/accounts/{id}/reset-access', { params, body: { factors: 'keep' } });
    await administrator.post('/admin/accounts/{id}/disable', { params });
    await administrator.post('/admin/accounts/{id}/enable', { params });
  },

  async invitations(app) {
    const required = ({ email }: { readonly email: string }) => email.startsWith('careful');
    await app.elsewhere({ secondFactor: { required } }, async (other) => {
      const administrator = await other.loggedIn(await other.person({ roles: ['admin'] }));
      for (const [email, status] of [
        ['invited@example.com', 'in'],
        ['careful@example.com', 'enroll'],
      ] as const) {
        const { id } = await administrator.post('/admin/invitations', { body: { email, roles: [], locale: 'de' } });
        await administrator.post('/admin/invitations/{id}/resend', { params: { id } });
        const token = await other.token(email, 'invitation');
        const accepted = { token, password, username: email.slice(0, 7), next: '/' };
        expect(await other.browser().post('/invitation', { body: accepted })).toMatchObject({ status });
      }
      const { id } = await administrator.post('/admin/invitations', { body: { email: 'nobody@example.com' } });
      expect(await administrator.get('/admin/invitations')).toMatchObject([{ id }]);
      await administrator.delete('/admin/invitations/{id}', { params: { id } });
    });
  },

  async impersonation(app) {
    const administrator = await app.loggedIn(await app.person({ roles: ['admin'] }));
    const account = await app.person();
    await administrator.post('/impersonate', { body: { account: account.id, reason: 'a call', next: '/' } });
    expect(await administrator.get('/')).toMatchObject({ user: { id: account.id }, impersonator: {} });
    const change = { current: password, password: 'another phrase' };
    await expect(administrator.post('/password', { body: change })).rejects.toMatchObject({ code: 'IMPERSONATING' });
    expect(await administrator.delete('/impersonate', { body: {} })).toMatchObject({ status: 'in' });
    await expect(administrator.delete('/impersonate')).rejects.toMatchObject({ code: 'NOT_IMPERSONATING' });
  },

  async tokens(app) {
    const account = await app.person();
    const identity = account.email;
    const client = app.browser();
    const login = await client.post('/token', { body: { identity, password } });
    if (login.status !== 'in') throw new Error('The login is none.');
    const { refreshToken } = await client.post('/token/refresh', { body: { refreshToken: login.refreshToken } });
    await client.delete('/token', { body: { refreshToken } });
    await expect(client.delete('/token', { body: { refreshToken } })).rejects.toMatchObject({ status: 401 });
    const browser = await app.loggedIn(account);
    expect(await browser.post('/token', { body: {} })).toMatchObject({ status: 'in', tokenType: 'Bearer' });
    const to = '+4915112345670';
    const { id } = await browser.post('/factors/code', { body: { phone: to } });
    const code = async () => (await app.kit.sms.last(to))?.code ?? '';
    await browser.post('/factors/code/{id}/enable', { params: { id }, body: { code: await code() } });
    const waiting = await client.post('/token', { body: { identity, password } });
    if (waiting.status !== 'second-factor') throw new Error('The login does not wait.');
    const { pending } = waiting;
    expect(await client.post('/token/options', { body: { pending, method: 'code' } })).toMatchObject({ phones: [{}] });
    await client.post('/token/send', { body: { pending, method: 'code', id } });
    const proof = { pending, method: 'code', code: await code() } as const;
    expect(await client.post('/token', { body: proof })).toMatchObject({ status: 'in' });
    const careful = await app.person({ roles: ['careful'] });
    const enrolling = await client.post('/token', { body: { identity: careful.email, password } });
    expect(enrolling).toMatchObject({ status: 'enroll' });
  },

  'another provider': (app) =>
    withProvider(app, async (other, acme) => {
      const client = other.browser();
      const params = { id: 'acme' };
      const begun = await client.post('/oauth/{id}', { params, body: { remember: true, next: '/' } });
      expect(await comeBack(client, acme, begun.url)).toMatchObject({ status: 'in' });
      const { providers, links } = await client.get('/oauth');
      expect({ providers, links }).toMatchObject({ providers: [{ name: 'acme', label: 'Acme' }], links: [{}] });
      expect(await client.post('/logout')).toMatchObject({ status: 'out' });

      const owner = await other.loggedIn(await other.person());
      const linking = await owner.post('/oauth/{id}', { params, body: { intent: 'link' } });
      await expect(comeBack(owner, acme, linking.url)).rejects.toMatchObject({ code: 'OAUTH_TAKEN' });
      acme.oddity = { claims: (claims) => ({ ...claims, sub: 'somebody-else', email: 'else@example.com' }) };
      const again = await owner.post('/oauth/{id}', { params, body: { intent: 'link' } });
      expect(await comeBack(owner, acme, again.url)).toMatchObject({ status: 'linked' });
      const id = (await owner.get('/oauth')).links[0]?.id ?? '';
      expect(await owner.delete('/oauth/{id}', { params: { id } })).toEqual({ status: 'removed' });
    }),

  'a provider that calls by itself': (app) =>
    withProvider(app, async (other, acme) => {
      const client = other.browser();
      const params = { provider: 'acme' };
      const { url } = await client.post('/oauth/{id}', { params: { id: 'acme' }, body: {} });
      const back = Object.fromEntries(acme.authorize(url).searchParams);
      const kept = await client.post('/oauth/{provider}/callback', { params, body: back });
      const response = new URL(kept.url, other.app.url).searchParams.get('response') ?? '';
      const arrival = await client.get('/oauth/{provider}/callback', { params, query: { response } });
      expect(arrival).toMatchObject({ status: 'in' });
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: acme.issuer, aud: clientId, iat: now, exp: now + 120, jti: 'one', sub: 'ada-there' };
      const token = await acme.sign({ ...claims, events: { [logoutEvent]: {} } });
      await client.post('/oauth/{provider}/backchannel-logout', { params, body: { logout_token: token } });
      expect((await client.get('/')).user).toBeNull();
    }),
};
