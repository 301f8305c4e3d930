import { afterEach, describe, expect, it } from '@jest/globals';
import { AccountsService, type OAuthSignUpHook } from 'nestjs-session-auth/accounts';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { platforms } from '../../support/app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';
import { OAuthHome, startOAuth, type OAuthApp } from '../../support/oauth-app.js';
import { startOddProvider, type OddProvider } from '../../support/odd-provider.js';
import { until } from '../../support/until.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
const signUp: OAuthSignUpHook = ({ email }) => (email === null ? null : { email, emailConfirmed: true });
const clientId = 'the-shop';
const event = 'http://schemas.openid.net/event/backchannel-logout';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startReal(
  options: Parameters<typeof startOAuth>[0],
  setup: Parameters<typeof startOAuth>[1] = {},
): Promise<OAuthApp> {
  const app = await startOAuth(options, setup);
  closing.push(() => app.close());
  return app;
}

const who = async (jar: CookieJar): Promise<unknown> => ((await jar.json('/me')) as { me: unknown }).me;

describe.each(inTurn(platforms))('logout at a provider on %s', (platform) => {
  it('is led to by a logout here, and ends what else the provider has begun here', async () => {
    let port = '';
    const features = { rpInitiatedLogout: { enabled: true }, backchannelLogout: { enabled: true } };
    const client = {
      get backchannel_logout_uri() {
        return `http://127.0.0.1:${port}/auth/oauth/acme/backchannel-logout`;
      },
      backchannel_logout_session_required: true,
    };
    const app = await startReal(
      { signUp, settings: { logout: true }, server: { more: { features }, client } },
      { platform },
    );
    port = new URL(app.url).port;
    const providerJar = app.provider.jar();
    const [one, other, elsewhere] = [app.jar(), app.jar(), app.jar()];
    await app.signIn(one, {}, providerJar);
    await app.signIn(other, {}, providerJar);
    // By another session of the provider, such as of another device.
    await app.signIn(elsewhere);
    const out = await sendForm(one, '/auth/logout', {});
    expect(out.status).toBe(303);
    expect(await who(one)).toBeNull();
    const end = new URL(out.headers.get('location') ?? '');
    expect(end.origin + end.pathname).toBe(`${app.provider.issuer}/session/end`);
    expect(end.searchParams.get('id_token_hint')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const asked = await (await providerJar.fetch(end.href)).text();
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked)?.[1] ?? '';
    const confirmed = await providerJar.fetch('/session/end/confirm', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ xsrf, logout: 'yes' }).toString(),
    });
    expect(confirmed.headers.get('location')).toBe(`http://localhost:${port}/`);
    await until('the provider tells of the logout', async () => (await who(other)) === null);
    expect(await who(elsewhere)).toBe(ada.email);
  });
});

describe('logout from a provider', () => {
  let acme: OddProvider;
  let app: AccountsApp;
  let issued = 0;

  async function start(setup: Parameters<typeof startAccounts>[1] = {}): Promise<void> {
    acme = await startOddProvider(clientId);
    closing.push(() => acme.close());
    const providers = {
      acme: { issuer: acme.issuer, clientId, clientSecret: 'a secret', timeout: 500 },
      other: { issuer: acme.issuer, clientId: 'another', clientSecret: 'a secret', timeout: 500 },
    };
    app = await startAccounts({ oauth: { providers, signUp } }, { controllers: [OAuthHome], ...setup });
    closing.push(() => app.close());
  }

  async function signedIn(sid: string | undefined): Promise<CookieJar> {
    acme.oddity = { claims: (claims) => ({ ...claims, email: ada.email, ...(sid === undefined ? {} : { sid }) }) };
    const jar = app.jar();
    const begun = await send(jar, '/auth/oauth/acme', {});
    const { pathname, search } = acme.authorize(String(begun.body['url']));
    expect((await jar.fetch(pathname + search)).status).toBe(200);
    return jar;
  }

  const claimsOf = (more: object = {}): Record<string, unknown> => {
    const now = Math.floor(Date.now() / 1000);
    const jti = `jti-${String(++issued)}`;
    return { iss: acme.issuer, aud: clientId, iat: now, exp: now + 120, jti, events: { [event]: {} }, ...more };
  };

  async function tell(token: string, provider = 'acme'): Promise<number> {
    const response = await app.jar().fetch(`/auth/oauth/${provider}/backchannel-logout`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ logout_token: token }).toString(),
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    return response.status;
  }

  it('ends the sessions of a session there, of a subject, and no others', async () => {
    await start();
    const [one, two, three] = [await signedIn('sid-1'), await signedIn('sid-2'), await signedIn(undefined)];
    const byPassword = app.jar();
    const account = await app.app.get(AccountsService).findByEmail(ada.email);
    await app.app.get(AccountsService).resetAccess(account?.id ?? '', { password: ada.password, factors: 'keep' });
    for (const jar of [one, two, three]) expect(await who(jar)).toBeNull();
    const again = [await signedIn('sid-1'), await signedIn('sid-2'), await signedIn(undefined)] as const;
    await send(byPassword, '/auth/login', { identity: ada.email, password: ada.password });
    expect(await tell(await acme.sign(claimsOf({ sid: 'sid-1' })))).toBe(200);
    expect(await Promise.all(again.map(who))).toEqual([null, ada.email, ada.email]);
    expect(await tell(await acme.sign(claimsOf({ sid: 'sid-2', sub: 'ada-there' })))).toBe(200);
    expect(await Promise.all(again.map(who))).toEqual([null, null, ada.email]);
    expect(await tell(await acme.sign(claimsOf({ sub: 'ada-there' })))).toBe(200);
    expect(await Promise.all(again.map(who))).toEqual([null, null, null]);
    expect(await who(byPassword)).toBe(ada.email);
    expect(await tell(await acme.sign(claimsOf({ sub: 'nobody' })))).toBe(200);
  });

  it('takes no token that is not one, or was used', async () => {
    await start();
    const jar = await signedIn('sid-1');
    const now = Math.floor(Date.now() / 1000);
    const { nonce: _nonce, ...without } = claimsOf({ sub: 'ada-there' });
    const bad: readonly Record<string, unknown>[] = [
      claimsOf({}),
      claimsOf({ sub: 7 }),
      claimsOf({ sub: 'ada-there', iss: 'https://evil.example' }),
      claimsOf({ sub: 'ada-there', aud: 'another-shop' }),
      claimsOf({ sub: 'ada-there', events: {} }),
      claimsOf({ sub: 'ada-there', events: event }),
      claimsOf({ sub: 'ada-there', nonce: 'an ID token' }),
      claimsOf({ sub: 'ada-there', iat: now - 600, exp: now + 600 }),
      claimsOf({ sub: 'ada-there', exp: now - 60 }),
      claimsOf({ sub: 'ada-there', jti: undefined }),
      claimsOf({ sub: 'ada-there', iat: undefined }),
    ];
    for (const claims of bad) expect([claims, await tell(await acme.sign(claims))]).toEqual([claims, 400]);
    const [head = '', payload = ''] = (await acme.sign(without)).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const token of ['', 'x', `${none}.${payload}.`, `${head}.${payload}.AAAA`, 'x'.repeat(20_000)]) {
      expect(await tell(token)).toBe(400);
    }
    expect(await tell(await acme.sign(without), 'other')).toBe(400);
    expect(await tell(await acme.sign(without), 'nobody')).toBe(404);
    expect(await who(jar)).toBe(ada.email);
    const token = await acme.sign(without);
    const answers = await Promise.all(Array.from({ length: 10 }, () => tell(token)));
    expect(answers.toSorted((one, other) => one - other)).toEqual([200, ...Array.from({ length: 9 }, () => 400)]);
    expect(await who(jar)).toBeNull();
  });

  it('ends all sessions of the account where the store does not know whose they are', async () => {
    const store = new MemoryStore();
    Object.defineProperty(store, 'ownedBy', { value: undefined });
    await start({ session: { store } });
    const jar = await signedIn('sid-1');
    expect(await tell(await acme.sign(claimsOf({ sid: 'sid-1' })))).toBe(200);
    expect(await who(jar)).toBeNull();
  });

  it('is no logout of the provider where the application does not want it', async () => {
    await start();
    const jar = await signedIn('sid-1');
    const out = await send(jar, '/auth/logout', {});
    expect(out.status).toBe(204);
  });
});
