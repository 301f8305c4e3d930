import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AccountsService,
  type OAuthProfile,
  type OAuthProviderOption,
  type OAuthSignUpHook,
} from 'nestjs-session-auth/accounts';
import { SessionConfigError } from 'nestjs-session-auth';
import { send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { platforms, type AppSetup } from '../../support/app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';
import { OAuthHome, startOAuth } from '../../support/oauth-app.js';
import { startOddProvider, type OddProvider } from '../../support/odd-provider.js';
import { OAuthLogins, type OAuthReceipt } from '../../../lib/accounts/oauth/oauth-logins.js';

const clientId = 'the-shop';
const signUp: OAuthSignUpHook = ({ email, emailVerified }) =>
  email === null ? null : { email, emailConfirmed: emailVerified };

let app: AccountsApp;
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function oddProvider(): Promise<OddProvider> {
  const provider = await startOddProvider(clientId);
  closing.push(() => provider.close());
  return provider;
}

async function start(
  providers: Readonly<Record<string, OAuthProviderOption>>,
  setup: AppSetup = {},
  hook: OAuthSignUpHook = signUp,
): Promise<void> {
  app = await startAccounts({ oauth: { providers, signUp: hook } }, { controllers: [OAuthHome], ...setup });
  closing.push(() => app.close());
}

const who = async (jar: CookieJar): Promise<unknown> => ((await jar.json('/me')) as { me: unknown }).me;

describe('GitHub, and others without OpenID Connect', () => {
  async function startGitHub(emails: unknown, user: unknown = { id: 7, login: 'ada', name: 'Ada' }): Promise<string[]> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.url ?? ''} ${request.headers.authorization ?? '-'}`);
      const bodies: Readonly<Record<string, unknown>> = {
        '/token': { access_token: 'gho_abc', token_type: 'bearer', scope: 'user:email' },
        '/api/user': user,
        '/api/user/emails': emails,
      };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(bodies[request.url ?? '']));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const endpoints = { authorization: `${url}/authorize`, token: `${url}/token`, api: `${url}/api` };
    await start({ github: { clientId, clientSecret: 'a secret', endpoints } });
    return asked;
  }

  async function signIn(jar: CookieJar): Promise<{ status: number; body: Record<string, unknown> }> {
    const begun = await send(jar, '/auth/oauth/github', {});
    const url = new URL(String(begun.body['url']));
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(url.searchParams.get('scope')).toBe('read:user user:email');
    expect(url.searchParams.get('nonce')).toBeNull();
    const state = encodeURIComponent(url.searchParams.get('state') ?? '');
    const response = await jar.fetch(`/auth/oauth/github/callback?code=abc&state=${state}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  const addresses = [
    { email: 'other@example.com', primary: false, verified: true },
    { email: 'ada@example.com', primary: true, verified: true },
  ];

  it('are read by a function, with the token for their API alone', async () => {
    const asked = await startGitHub(addresses);
    const jar = app.jar();
    const first = await signIn(jar);
    expect(first).toMatchObject({ status: 200, body: { user: { email: 'ada@example.com', emailConfirmed: true } } });
    expect(asked).toEqual(['/token -', '/api/user Bearer gho_abc', '/api/user/emails Bearer gho_abc']);
    expect((await signIn(app.jar())).body['user']).toEqual(first.body['user']);
    expect((await send(jar, '/auth/oauth/github', { intent: 'verify' })).status).toBe(400);
  });

  it.each([
    [[], { id: 7, login: 'ada' }, 403],
    [{ message: 'forbidden' }, { id: 7 }, 403],
    [addresses, { login: 'ada' }, 401],
    [addresses, null, 401],
  ])('let nobody in of whom they do not say who it is: %j %j', async (emails, user, status) => {
    await startGitHub(emails, user);
    expect((await signIn(app.jar())).status).toBe(status);
  });
});

describe('a provider that depends on the request', () => {
  it('is another one for each tenant, whose people and sign-ins are apart', async () => {
    const [one, two] = [await oddProvider(), await oddProvider()];
    await start(
      {
        sso: (request) => {
          const tenant = (request as { headers: Record<string, unknown> }).headers['x-tenant'];
          if (tenant !== 'one' && tenant !== 'two') return null;
          return {
            issuer: tenant === 'one' ? one.issuer : two.issuer,
            clientId,
            clientSecret: 'a secret',
            label: tenant,
          };
        },
      },
      {},
      ({ issuer }) => ({ email: issuer === one.issuer ? 'ada@one.example' : 'ada@two.example' }),
    );
    const begin = async (jar: CookieJar, tenant: string): Promise<string> => {
      const headers = { 'x-tenant': tenant, 'content-type': 'application/json' };
      const response = await jar.fetch('/auth/oauth/sso', { method: 'POST', headers, body: '{}' });
      const { url } = (await response.json()) as { url: string };
      const { pathname, search } = (tenant === 'one' ? one : two).authorize(url);
      return pathname + search;
    };
    const jars = { one: app.jar(), two: app.jar() };
    for (const tenant of ['one', 'two'] as const) {
      const path = await begin(jars[tenant], tenant);
      expect((await jars[tenant].fetch(path, { headers: { 'x-tenant': tenant } })).status).toBe(200);
      expect(await who(jars[tenant])).toBe(`ada@${tenant}.example`);
    }
    const jar = app.jar();
    const path = await begin(jar, 'one');
    const crossed = await jar.fetch(path, { headers: { 'x-tenant': 'two' } });
    expect(crossed.status).toBe(401);
    expect((await send(app.jar(), '/auth/oauth/sso', {})).status).toBe(404);
  });

  it('is an error of the application where its settings are none', async () => {
    await start({ sso: () => ({ clientId, issuer: 'http://id.example' }) });
    expect((await send(app.jar(), '/auth/oauth/sso', {})).status).toBe(500);
  });
});

describe.each(inTurn(platforms))('a response by a form on %s', (platform) => {
  it('comes without cookies, and is read once the browser has been led here', async () => {
    const acme = await oddProvider();
    const settings = { issuer: acme.issuer, clientId, clientSecret: 'a secret', responseMode: 'form_post' as const };
    await start({ acme: settings }, { platform });
    const jar = app.jar();
    const begun = await send(jar, '/auth/oauth/acme', { next: '/home' });
    const back = acme.authorize(String(begun.body['url']));
    expect(acme.asked.get('response_mode')).toBe('form_post');
    const post = (fields: Record<string, string>): Promise<Response> =>
      app.jar().fetch('/auth/oauth/acme/callback', {
        method: 'POST',
        headers: {
          accept: 'text/html',
          'content-type': 'application/x-www-form-urlencoded',
          origin: acme.issuer,
          'sec-fetch-site': 'cross-site',
        },
        body: new URLSearchParams(fields).toString(),
      });
    const posted = await post(Object.fromEntries(back.searchParams));
    expect(posted.status).toBe(303);
    expect(posted.headers.getSetCookie()).toEqual([]);
    const location = posted.headers.get('location') ?? '';
    expect(location).toMatch(/^\/auth\/oauth\/acme\/callback\?response=[\w-]+$/);
    // Another browser has no part in it, and takes nothing away.
    expect((await app.jar().fetch(location)).status).toBe(401);
    const again = await post(Object.fromEntries(back.searchParams));
    const entered = await jar.fetch(again.headers.get('location') ?? '', { headers: { accept: 'text/html' } });
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/home']);
    expect(await who(jar)).toBe('ada@example.com');
    expect((await post({ state: 'x'.repeat(10_000) })).status).toBe(400);
  });
});

describe('what a provider offers', () => {
  it('is used: requests are pushed to it, and tokens bound to a key that is handed on with them', async () => {
    const features = { dPoP: { enabled: true }, pushedAuthorizationRequests: { enabled: true } };
    const real = await startOAuth({ signUp, server: { more: { features } } });
    closing.push(() => real.close());
    const receipts: OAuthReceipt[] = [];
    real.app.get(OAuthLogins).onReceived((receipt) => {
      receipts.push(receipt);
      return Promise.resolve();
    });
    const jar = real.jar();
    expect(await real.signIn(jar)).toMatchObject({ status: 200 });
    expect(real.provider.asked.get('/request')).toBe(1);
    expect(receipts).toMatchObject([{ account: { email: 'ada@example.com' }, tokens: { token_type: 'dpop' } }]);
    expect(receipts[0]?.dpop?.privateKey).toMatchObject({ type: 'private' });
  });

  it('is asked for what the ID token leaves out, for a sign-up alone', async () => {
    const acme = await oddProvider();
    const profiles: OAuthProfile[] = [];
    await start({ acme: { issuer: acme.issuer, clientId, clientSecret: 'a secret' } }, {}, (profile) => {
      profiles.push(profile);
      return { email: 'ada@example.com', username: 'ada', roles: ['buyer'], data: { from: profile.provider } };
    });
    const begun = await send(app.jar(), '/auth/oauth/acme', {});
    expect(begun.status).toBe(200);
    const jar = app.jar();
    const { pathname, search } = acme.authorize(String((await send(jar, '/auth/oauth/acme', {})).body['url']));
    await jar.fetch(pathname + search);
    expect(profiles).toMatchObject([
      { provider: 'acme', issuer: acme.issuer, subject: 'ada-there', email: 'ada@example.com', emailVerified: true },
    ]);
    const account = await app.app.get(AccountsService).findByEmail('ada@example.com');
    expect(account).toMatchObject({ roles: ['buyer'], from: 'acme', emailConfirmedAt: null, username: null });
  });

  it('does not matter for a page, and not for a logout, where it does not answer', async () => {
    const acme = await oddProvider();
    await start({ acme: { issuer: acme.issuer, clientId, clientSecret: 'a secret', logout: true, timeout: 300 } });
    await acme.close();
    const jar = app.jar();
    const page = await jar.fetch('/auth/login', { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain(`form-action 'self' ${acme.issuer};`);
    const begun = await sendForm(jar, '/auth/oauth/acme', {});
    expect(begun.status).toBe(503);
    expect(await begun.text()).toContain('The provider is not responding at the moment.');
  });
});

describe('the settings of providers', () => {
  const secret = 'a secret that no message shows';

  it.each([
    [{ acme: { clientId: 'a', clientSecret: secret } }, 'acme: issuer: expected an https URL'],
    [{ acme: { issuer: 'http://id.example', clientId: 'a' } }, 'acme: issuer: expected an https URL'],
    [{ google: { clientSecret: secret } }, 'google: clientId is missing'],
    [{ google: { clientId: 'a', clientSecret: '' } }, 'google: clientSecret is empty'],
    [{ 'A/B': { clientId: 'a' } }, 'A/B: expected a name of lower-case letters'],
    [{ own: { clientId: 'a', endpoints: {} } }, 'own: profile is missing'],
    [
      { github: { clientId: 'a', endpoints: { token: 'x' } } },
      'github: endpoints.authorization: expected an https URL',
    ],
    [7, 'expected an object'],
  ])('are checked at boot: %j', async (providers, problem) => {
    const started = startAccounts({ oauth: { providers: providers as never } });
    const error: unknown = await started.then(
      (running) => running.close(),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SessionConfigError);
    expect(String(error)).toContain(problem);
    expect(String(error)).not.toContain(secret);
  });
});
