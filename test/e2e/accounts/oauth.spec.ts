import { afterEach, describe, expect, it } from '@jest/globals';
import {
  AccountsService,
  changedAccount,
  MemoryAccountRepository,
  type OAuthSignUpHook,
} from 'nestjs-session-auth/accounts';
import { readPage, send, sendForm } from '../../support/accounts-app.js';
import { platforms } from '../../support/app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';
import { totpCode } from '../../support/totp.js';
import { startOAuth, type OAuthApp } from '../../support/oauth-app.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
const there = { id: 'ada-there', email: 'ada@example.com', emailVerified: true, name: 'Ada' };
const logIn = { identity: ada.email, password: ada.password };

let app: OAuthApp;

afterEach(() => app.close());

type Setup = Parameters<typeof startOAuth>;

const signUp: OAuthSignUpHook = ({ email, emailVerified }) =>
  email === null ? null : { email, emailConfirmed: emailVerified };

async function start(...[options, setup]: Setup): Promise<void> {
  app = await startOAuth(options, setup);
}

async function loggedIn(): Promise<CookieJar> {
  const jar = app.jar();
  expect((await send(jar, '/auth/login', logIn)).status).toBe(200);
  return jar;
}

async function accountWithLink(): Promise<string> {
  const { id } = await app.app.get(AccountsService).create(ada);
  const jar = await loggedIn();
  expect(await app.signIn(jar, { intent: 'link' })).toMatchObject({ status: 200, body: { status: 'linked' } });
  return id;
}

describe.each(inTurn(platforms))('sign-in with another provider on %s', (platform) => {
  it('makes an account where the application wants that, and knows it again', async () => {
    await start({ signUp, confirmation: true }, { platform });
    const jar = app.jar();
    const first = await app.signIn(jar, { next: '/home' });
    expect(first).toMatchObject({
      status: 200,
      body: { status: 'in', user: { email: ada.email, emailConfirmed: true } },
    });
    expect(first.body).toMatchObject({ next: '/home' });
    expect(await app.who(jar)).toBe(ada.email);
    const again = await app.signIn(app.jar());
    expect(again.body['user']).toEqual(first.body['user']);
  });

  it('leads a browser there and back', async () => {
    await start({ signUp }, { platform });
    const jar = app.jar();
    const begun = await sendForm(jar, '/auth/oauth/acme', { intent: 'login', next: '/home' });
    expect(begun.status).toBe(303);
    const { pathname, search } = await app.provider.visit(begun.headers.get('location') ?? '');
    const back = await jar.fetch(pathname + search, { headers: { accept: 'text/html' } });
    expect([back.status, back.headers.get('location')]).toEqual([303, '/home']);
    expect(await app.who(jar)).toBe(ada.email);
  });
});

describe('sign-in with another provider', () => {
  it('links an account of who is logged in, tells the owner, and logs in by it', async () => {
    await start();
    await accountWithLink();
    const mail = await app.box.mail();
    expect(mail).toMatchObject({
      kind: 'factor-changed',
      data: { factor: { method: 'oauth', change: 'added', name: 'Acme' } },
    });
    const jar = app.jar();
    expect(await app.signIn(jar)).toMatchObject({ status: 200, body: { status: 'in' } });
    expect(await app.who(jar)).toBe(ada.email);
  });

  it('asks for all factors before it links', async () => {
    let now = Date.now();
    await start({}, { session: { clock: () => now } });
    await app.app.get(AccountsService).create(ada);
    const jar = await loggedIn();
    now += 16 * 60_000;
    const refused = await send(jar, '/auth/oauth/acme', { intent: 'link' });
    expect([refused.status, refused.body['code']]).toEqual([401, 'VERIFICATION_REQUIRED']);
    expect((await send(app.jar(), '/auth/oauth/acme', { intent: 'link' })).status).toBe(401);
  });

  it('C2-79: lets nobody in who is not known, and says how to link', async () => {
    await start();
    await app.app.get(AccountsService).create(ada);
    const jar = app.jar();
    expect(await app.signIn(jar)).toMatchObject({ status: 403, body: { code: 'OAUTH_NOT_REGISTERED' } });
    expect(await app.who(jar)).toBeNull();
  });

  it('makes no account with an address or a username that is none, whatever the provider says', async () => {
    await start({
      signUp: ({ email, name }) => ({ email: email ?? '', username: name }),
      usernames: { enabled: true },
    });
    for (const person of [
      { ...there, email: 'ada@@example', name: 'ada' },
      { ...there, name: 'a\u0000b' },
    ]) {
      app.provider.person = person;
      expect(await app.signIn(app.jar())).toMatchObject({ status: 401, body: { code: 'OAUTH_FAILED' } });
    }
  });

  it('neither links nor lets in by an address that an account has, however verified', async () => {
    const repository = new MemoryAccountRepository();
    await start({ signUp, repository });
    const { id } = await app.app.get(AccountsService).create({ ...ada, emailConfirmed: false });
    const jar = app.jar();
    const path = await app.goThrough(jar);
    const page = await readPage(jar, path);
    expect(page.status).toBe(409);
    expect(page.html).toContain('Log in to it as usual, and link this provider there.');
    expect(await app.who(jar)).toBeNull();
    expect(await repository.credentials(id)).toEqual([]);
    expect(await repository.find(id)).toMatchObject({ emailConfirmedAt: null });
  });

  it('C2-79: lets nobody into an account that is disabled or locked, and says nothing of why', async () => {
    const repository = new MemoryAccountRepository();
    await start({ repository });
    const id = await accountWithLink();
    for (const changes of [{ active: false }, { active: true, state: { lockedUntil: Date.now() + 60_000 } }]) {
      const account = await repository.find(id);
      if (account !== null) await repository.update(changedAccount(account, changes), account.version);
      expect(await app.signIn(app.jar())).toMatchObject({ status: 401, body: { code: 'OAUTH_REFUSED' } });
    }
  });

  it('C2-79: asks for the second factor, unless the provider says that it has', async () => {
    await start({ totp: true });
    await app.app.get(AccountsService).create(ada);
    const owner = await loggedIn();
    const { id, secret } = (await send(owner, '/auth/factors/totp', {})).body as { id: string; secret: string };
    await send(owner, `/auth/factors/totp/${id}/enable`, { code: totpCode(secret, Date.now()) });
    await app.signIn(owner, { intent: 'link' });
    const jar = app.jar();
    expect((await app.signIn(jar, { next: '/home', remember: true })).body).toMatchObject({ status: 'second-factor' });
    expect(await app.who(jar)).toBeNull();
    const code = totpCode(secret, Date.now() + 30_000);
    const proved = await send(jar, '/auth/second-factor', { method: 'totp', code });
    expect(proved.body).toMatchObject({ status: 'in', next: '/home' });
    expect(jar.header).toContain('remember');
    for (const amr of [['mfa'], ['pwd', 'otp'], ['hwk', 'pin']]) {
      app.provider.person = { ...there, amr };
      expect((await app.signIn(app.jar())).body).toMatchObject({ status: 'in' });
    }
    for (const amr of [['pwd'], ['hwk'], ['otp', 'sms'], ['MFA'], ['pwd', 'user']]) {
      app.provider.person = { ...there, amr };
      expect((await app.signIn(app.jar())).body).toMatchObject({ status: 'second-factor' });
    }
  });

  it('takes no word for factors of a provider that is not trusted to tell', async () => {
    await start({ signUp, settings: { trustFactors: false }, secondFactor: { required: true }, totp: true });
    app.provider.person = { ...there, amr: ['mfa'] };
    expect((await app.signIn(app.jar())).body).toMatchObject({ status: 'enroll' });
  });

  it('lets in only who was authenticated as it was asked for', async () => {
    const settings = { acrValues: ['gold'], mfaAcrValues: ['gold'] };
    await start({ signUp, settings, secondFactor: { required: true }, totp: true });
    expect((await app.signIn(app.jar())).body).toMatchObject({ code: 'OAUTH_FAILED' });
    app.provider.person = { ...there, acr: 'silver' };
    expect((await app.signIn(app.jar())).body).toMatchObject({ code: 'OAUTH_FAILED' });
    app.provider.person = { ...there, acr: 'gold' };
    expect((await app.signIn(app.jar())).body).toMatchObject({ status: 'in' });
  });

  it('survives twenty tabs at the same time, in a browser without a session', async () => {
    await start({ signUp });
    const jar = app.jar();
    const providerJar = app.provider.jar();
    await app.provider.visit(String((await send(app.jar(), '/auth/oauth/acme', {})).body['url']), providerJar);
    const paths = await Promise.all(Array.from({ length: 20 }, () => app.goThrough(jar, {}, providerJar.copy())));
    expect(new Set(paths).size).toBe(20);
    const answers = await Promise.all(paths.map((path) => app.comeBack(jar, path)));
    expect(answers.map(({ body }) => body['code'] ?? body['status'])).toEqual(paths.map(() => 'in'));
    expect(await app.who(jar)).toBe(ada.email);
    expect(jar.header).not.toContain('oauth_flow');
  });

  it('C2-79: confirms who is logged in by the linked account alone, authenticated anew', async () => {
    let now = Date.now();
    await start({}, { session: { clock: () => now } });
    await accountWithLink();
    const jar = app.jar();
    await app.signIn(jar);
    now += 16 * 60_000;
    expect((await send(jar, '/auth/oauth/acme', { intent: 'link' })).body['code']).toBe('VERIFICATION_REQUIRED');
    app.provider.person = { id: 'eve-there', email: ada.email, emailVerified: true };
    const refused = { status: 409, body: { code: 'OAUTH_OTHER_ACCOUNT' } };
    expect(await app.signIn(jar, { intent: 'verify' })).toMatchObject(refused);
    // Linked, but to somebody else.
    expect((await app.signIn(await jarOfEve(), { intent: 'link' })).status).toBe(200);
    expect(await app.signIn(jar, { intent: 'verify' })).toMatchObject(refused);
    expect((await send(jar, '/auth/oauth/acme', { intent: 'link' })).body['code']).toBe('VERIFICATION_REQUIRED');
    app.provider.person = there;
    const verified = await app.signIn(jar, { intent: 'verify', next: '/auth/oauth' });
    expect(verified).toMatchObject({ status: 200, body: { status: 'verified', next: '/auth/oauth' } });
    expect((await send(jar, '/auth/oauth/acme', { intent: 'link' })).status).toBe(200);
  });

  it('is as fresh as the provider says, and where it does not say, only for who has nothing else', async () => {
    await start({ signUp });
    await accountWithLink();
    const byPassword = app.jar();
    await app.signIn(byPassword);
    expect((await send(byPassword, '/auth/oauth/acme', { intent: 'link' })).body['code']).toBe('VERIFICATION_REQUIRED');
    app.provider.person = { id: 'eve-there', email: 'eve@example.com' };
    const alone = app.jar();
    await app.signIn(alone);
    expect((await send(alone, '/auth/oauth/acme', { intent: 'link' })).status).toBe(200);
    await app.close();
    await start({ server: { client: { require_auth_time: true } } });
    await accountWithLink();
    const told = app.jar();
    await app.signIn(told);
    expect((await send(told, '/auth/oauth/acme', { intent: 'link' })).status).toBe(200);
  });

  it('confirms nothing by a session that the provider had before', async () => {
    // Otherwise, the request is at the provider already, and nobody here can change it.
    await start({ settings: { par: false } });
    await accountWithLink();
    const providerJar = app.provider.jar();
    const jar = app.jar();
    await app.signIn(jar, {}, providerJar);
    const begun = await send(jar, '/auth/oauth/acme', { intent: 'verify' });
    const url = new URL(String(begun.body['url']));
    expect([url.searchParams.get('max_age'), url.searchParams.get('prompt')]).toEqual(['0', 'login']);
    // Somebody who has the device takes the wish for a new login out of the address.
    url.searchParams.delete('max_age');
    url.searchParams.delete('prompt');
    const { pathname, search } = await app.provider.visit(url.href, providerJar);
    expect(await app.comeBack(jar, pathname + search)).toMatchObject({ status: 401, body: { code: 'OAUTH_FAILED' } });
  });

  it('links and confirms nothing where another account, login or epoch is there when it comes back', async () => {
    const repository = new MemoryAccountRepository();
    await start({ repository });
    const eve = { email: 'eve@example.com', password: 'another long enough phrase' };
    await app.app.get(AccountsService).create(ada);
    await app.app.get(AccountsService).create(eve);
    const changes: readonly ((jar: CookieJar) => Promise<unknown>)[] = [
      (jar) => send(jar, '/auth/logout', {}),
      async (jar) => {
        await send(jar, '/auth/logout', {});
        await send(jar, '/auth/login', { identity: eve.email, password: eve.password });
      },
      async (jar) => {
        await send(jar, '/auth/logout', {});
        await send(jar, '/auth/login', logIn);
      },
      (jar) => send(jar, '/auth/password', { current: ada.password, password: 'an entirely new phrase' }),
    ];
    for (const change of changes) {
      const jar = await loggedIn();
      const path = await app.goThrough(jar, { intent: 'link' });
      await change(jar);
      expect(await app.comeBack(jar, path)).toMatchObject({ status: 409, body: { code: 'OAUTH_OTHER_ACCOUNT' } });
    }
    expect((await app.signIn(app.jar())).body['code']).toBe('OAUTH_NOT_REGISTERED');
  });

  it('logs in nobody where somebody else has logged in in the meantime', async () => {
    await start();
    await accountWithLink();
    const eve = { email: 'eve@example.com', password: 'another long enough phrase' };
    await app.app.get(AccountsService).create(eve);
    const jar = app.jar();
    const path = await app.goThrough(jar);
    await send(jar, '/auth/login', { identity: eve.email, password: eve.password });
    expect(await app.comeBack(jar, path)).toMatchObject({ status: 409, body: { code: 'OAUTH_OTHER_ACCOUNT' } });
    expect(await app.who(jar)).toBe(eve.email);
  });

  it('links one account at a provider to one account here', async () => {
    await start();
    await accountWithLink();
    const eve = { email: 'eve@example.com', password: 'another long enough phrase' };
    await app.app.get(AccountsService).create(eve);
    const jar = app.jar();
    await send(jar, '/auth/login', { identity: eve.email, password: eve.password });
    expect(await app.signIn(jar, { intent: 'link' })).toMatchObject({ status: 409, body: { code: 'OAUTH_TAKEN' } });
  });

  it('lists and unlinks, but not the last way in, and tells the owner', async () => {
    await start({ signUp });
    const jar = app.jar();
    await app.signIn(jar);
    const { providers, links } = (await jar.json('/auth/oauth')) as { providers: unknown; links: { id: string }[] };
    expect(providers).toEqual([{ name: 'acme', label: 'Acme' }]);
    expect(links).toMatchObject([{ provider: 'acme', name: 'ada@example.com' }]);
    const [first] = links;
    const last = await send(jar, `/auth/oauth/${first?.id ?? ''}`, {}, 'DELETE');
    expect([last.status, last.body['code']]).toEqual([409, 'LAST_FACTOR']);
    app.provider.person = { id: 'ada-again', email: 'ada@elsewhere.example' };
    expect((await app.signIn(jar, { intent: 'link' })).body).toMatchObject({ status: 'linked' });
    const removed = await send(jar, `/auth/oauth/${first?.id ?? ''}`, {}, 'DELETE');
    expect(removed).toMatchObject({ status: 200, body: { status: 'removed' } });
    expect(await app.box.mail(2)).toMatchObject({
      data: { factor: { method: 'oauth', change: 'removed', name: 'Acme' } },
    });
    app.provider.person = there;
    expect((await app.signIn(app.jar())).body['code']).toBe('OAUTH_EMAIL_TAKEN');
    const unknown = await sendForm(jar, '/auth/oauth/nothing/delete', {});
    expect(unknown.status).toBe(404);
  });

  it('shows buttons, lets forms lead to the provider, and says what went wrong in words', async () => {
    await start({ settings: { formActions: ['https://login.example'] } });
    const login = await readPage(app.jar(), '/auth/login?next=/home');
    expect(login.html).toContain('Sign in with Acme');
    const policy = login.headers.get('content-security-policy');
    expect(policy).toContain(`form-action 'self' ${app.provider.issuer} https://login.example;`);
    await accountWithLink();
    const jar = await loggedIn();
    const page = await readPage(jar, '/auth/oauth');
    expect(page.html).toContain('Acme: ada@example.com');
    expect(page.html).toContain('Link Acme');
    expect((await readPage(jar, '/auth/verify')).html).toContain('Confirm with Acme');
    app.provider.person = null;
    const other = app.jar();
    const denied = await readPage(other, await app.goThrough(other));
    expect(denied.html).toContain('You did not sign in at the provider.');
  });

  it('leads on by a page of its own where the session does not come along from other sites', async () => {
    await start({ signUp }, { session: { cookie: { sameSite: 'strict' } } });
    const jar = app.jar();
    await send(jar, '/begin', {});
    const path = await app.goThrough(jar);
    const own = jar.copy();
    // As a browser that comes from another site: without the session.
    const arrived = await app.jar().fetch(path, { headers: { accept: 'text/html', cookie: flowCookies(own) } });
    expect([arrived.status, arrived.headers.getSetCookie()]).toEqual([200, []]);
    const [, again = ''] = /^0; url=(.*)$/.exec(arrived.headers.get('refresh') ?? '') ?? [];
    expect(again).toContain('&again=1');
    expect(await arrived.text()).toContain('<a href=');
    expect(await app.comeBack(jar, again)).toMatchObject({ status: 200, body: { status: 'in' } });
    expect(await app.who(jar)).toBe(ada.email);
  });

  it('is not there for a provider that nobody has named, and refuses what it cannot read', async () => {
    await start();
    for (const name of ['nobody', 'constructor', '__proto__', '%00']) {
      expect((await send(app.jar(), `/auth/oauth/${name}`, {})).status).toBe(404);
    }
    for (const body of [{ intent: 'own' }, { intent: 7 }, { remember: 'maybe' }, { next: {} }]) {
      expect((await send(app.jar(), '/auth/oauth/acme', body)).status).toBe(400);
    }
    expect((await send(await jarOfEve(), '/auth/oauth/acme', {})).body['code']).toBe('ALREADY_IN');
  });

  it('makes no account that nobody could get into, and none without a word of the application', async () => {
    await start({
      confirmation: true,
      signUp: ({ email, subject }) => (subject === 'eve-there' ? null : { email: email ?? '' }),
    });
    expect((await app.signIn(app.jar())).body['code']).toBe('OAUTH_EMAIL_UNCONFIRMED');
    app.provider.person = { id: 'eve-there', email: 'eve@example.com' };
    expect((await app.signIn(app.jar())).body['code']).toBe('OAUTH_NOT_REGISTERED');
  });

  it('tells listeners what failed, without anything that was sent', async () => {
    const heard: object[] = [];
    await start({}, { session: { observer: { oauthFailed: (event) => heard.push(event) } } });
    app.provider.person = null;
    await app.signIn(app.jar());
    expect(heard).toEqual([{ provider: 'acme', reason: 'OAUTH_DENIED', address: '127.0.0.1' }]);
  });
});

function flowCookies({ header }: CookieJar): string {
  return header
    .split('; ')
    .filter((pair) => pair.startsWith('oauth_flow'))
    .join('; ');
}

async function jarOfEve(): Promise<CookieJar> {
  const eve = { email: 'eve@example.com', password: 'another long enough phrase' };
  await app.app.get(AccountsService).create(eve);
  const jar = app.jar();
  await send(jar, '/auth/login', { identity: eve.email, password: eve.password });
  return jar;
}
