import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AccountsService } from 'nestjs-session-auth/accounts';
import { readPage, send, startAccounts, type AccountsApp, type JsonAnswer } from '../../support/accounts-app.js';
import type { CookieJar } from '../../support/jar.js';
import { startOddProvider, type OddProvider, type Oddity } from '../../support/odd-provider.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
const clientId = 'the-shop';

let app: AccountsApp;
let acme: OddProvider;
let evil: OddProvider;

beforeAll(async () => {
  [acme, evil] = [await startOddProvider(clientId), await startOddProvider(clientId)];
  const settings = { clientId, clientSecret: 'a secret', timeout: 500 };
  app = await startAccounts({
    oauth: {
      providers: { acme: { ...settings, issuer: acme.issuer }, evil: { ...settings, issuer: evil.issuer } },
    },
  });
  await app.app.get(AccountsService).create(ada);
  const owner = app.jar();
  await send(owner, '/auth/login', { identity: ada.email, password: ada.password });
  expect(await comeBack(owner, await goThrough(owner, acme, { intent: 'link' }))).toMatchObject({ status: 200 });
});

afterAll(async () => {
  await app.close();
  await acme.close();
  await evil.close();
});

beforeEach(() => {
  acme.oddity = {};
});

async function goThrough(jar: CookieJar, provider: OddProvider, body: object = {}): Promise<string> {
  const name = provider === acme ? 'acme' : 'evil';
  const begun = await send(jar, `/auth/oauth/${name}`, body);
  expect(begun.status).toBe(200);
  const { pathname, search } = provider.authorize(String(begun.body['url']));
  return pathname + search;
}

async function comeBack(jar: CookieJar, path: string): Promise<JsonAnswer> {
  const response = await jar.fetch(path);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function signIn(oddity: Oddity = {}): Promise<JsonAnswer> {
  acme.oddity = oddity;
  const jar = app.jar();
  return comeBack(jar, await goThrough(jar, acme));
}

const failed = { status: 401, body: { code: 'OAUTH_FAILED' } };
const invalid = { status: 401, body: { code: 'OAUTH_FLOW_INVALID' } };
const unreachable = { status: 503, body: { code: 'OAUTH_UNREACHABLE' } };

describe('a provider that does not do what it should', () => {
  it('is let in while it does', async () => {
    expect(await signIn()).toMatchObject({ status: 200, body: { status: 'in' } });
    expect(acme.asked.get('code_challenge_method')).toBe('S256');
    expect(acme.tokenRequests.at(-1)?.get('code_verifier')).toMatch(/^[\w-]{43,}$/);
  });

  const tokens: Readonly<Record<string, Oddity>> = {
    'of another issuer': { claims: (claims) => ({ ...claims, iss: 'https://evil.example' }) },
    'for another client': { claims: (claims) => ({ ...claims, aud: 'another-shop' }) },
    'for several clients, issued to another one': {
      claims: (claims) => ({ ...claims, aud: [clientId, 'another-shop'], azp: 'another-shop' }),
    },
    'of another sign-in': { claims: (claims) => ({ ...claims, nonce: 'another' }) },
    'of no sign-in': { claims: ({ nonce: _nonce, ...claims }) => claims },
    'that has expired': { claims: (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 120 }) },
    'without a subject': { claims: ({ sub: _sub, ...claims }) => claims },
    'with an empty subject': { claims: (claims) => ({ ...claims, sub: '' }) },
    'without a signature': { isUnsigned: true },
    'under another key': { isForeign: true },
  };

  it.each(Object.entries(tokens))('lets nobody in with an ID token %s', async (_name, oddity) => {
    expect(await signIn(oddity)).toMatchObject(failed);
  });

  const responses: Readonly<Record<string, Oddity>> = {
    'of another issuer': { response: (parameters) => parameters.set('iss', 'https://evil.example') },
    'without the issuer that it has promised': { response: (parameters) => parameters.delete('iss') },
    'without a code': { response: (parameters) => parameters.delete('code') },
    'with two codes': { response: (parameters) => parameters.append('code', 'another') },
  };

  it.each(Object.entries(responses))('lets nobody in with a response %s', async (_name, oddity) => {
    expect(await signIn(oddity)).toMatchObject(failed);
  });

  it('lets nobody in with the response of another provider (mix-up)', async () => {
    const jar = app.jar();
    const path = await goThrough(jar, acme);
    expect(await comeBack(jar, path.replace('/acme/', '/evil/'))).toMatchObject(invalid);
    // Nothing was sent to the other one, and the sign-in is still good.
    expect(evil.tokenRequests).toEqual([]);
    expect(await comeBack(jar, path)).toMatchObject({ status: 200 });
  });

  it('lets nobody in with a response twice, in another browser, or without one', async () => {
    const jar = app.jar();
    const path = await goThrough(jar, acme);
    const other = app.jar();
    expect(await comeBack(other, path)).toMatchObject(invalid);
    await goThrough(other, acme);
    expect(await comeBack(other, path)).toMatchObject(invalid);
    // With a cookie of the right name.
    const [name = ''] = /oauth_flow_[^=]+/.exec(jar.header) ?? [];
    other.set(name, 'A'.repeat(22));
    expect(await comeBack(other, path)).toMatchObject(invalid);
    expect(await comeBack(jar, path)).toMatchObject({ status: 200 });
    await send(jar, '/auth/logout', {});
    const asked = acme.tokenRequests.length;
    expect(await comeBack(jar, path)).toMatchObject(invalid);
    expect(acme.tokenRequests).toHaveLength(asked);
    for (const query of ['', '?state=', '?state=a&state=b', `?code=x&state=${'x'.repeat(4_000)}`, '?state=%00%ff']) {
      expect(await comeBack(jar, `/auth/oauth/acme/callback${query}`)).toMatchObject(invalid);
    }
  });

  it('uses a response up once, however many come at the same time', async () => {
    const jar = app.jar();
    const path = await goThrough(jar, acme);
    const asked = acme.tokenRequests.length;
    const answers = await Promise.all(Array.from({ length: 20 }, () => comeBack(jar.copy(), path)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(acme.tokenRequests).toHaveLength(asked + 1);
  });

  it('uses nothing up by HEAD', async () => {
    const jar = app.jar();
    const path = await goThrough(jar, acme);
    expect((await jar.fetch(path, { method: 'HEAD' })).status).toBe(200);
    expect(await comeBack(jar, path)).toMatchObject({ status: 200, body: { status: 'in' } });
  });

  it('says that somebody has not agreed', async () => {
    const denied = (parameters: URLSearchParams): void => {
      parameters.delete('code');
      parameters.set('error', 'access_denied');
      parameters.set('error_description', '<script>alert(1)</script>');
    };
    expect(await signIn({ response: denied })).toMatchObject({ status: 403, body: { code: 'OAUTH_DENIED' } });
    const jar = app.jar();
    const page = await readPage(jar, await goThrough(jar, acme));
    expect(page.status).toBe(403);
    expect(page.html).toContain('You did not sign in at the provider.');
    expect(page.html).not.toContain('<script');
  });

  const outages: Readonly<Record<string, [Oddity, object]>> = {
    'answers with an error of its own': [
      { token: (response) => response.writeHead(500).end('<h1>broken</h1>') },
      unreachable,
    ],
    'does not answer': [{ token: () => undefined }, unreachable],
    'hangs up': [{ token: (response) => response.destroy() }, unreachable],
    'does not know the client': [
      {
        token: (response) =>
          response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}'),
      },
      failed,
    ],
    'answers with something else than JSON': [
      { token: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('hello') },
      failed,
    ],
    'answers without a token': [
      { token: (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}') },
      failed,
    ],
    'answers with null': [
      { token: (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('null') },
      failed,
    ],
  };

  it.each(Object.entries(outages))(
    'C2-79: is an error of the sign-in where it %s',
    async (_name, [oddity, expected]) => {
      expect(await signIn(oddity)).toMatchObject(expected);
    },
  );
});
