import { afterEach, describe, expect, it } from '@jest/globals';
import { AccountsService, MemoryAccountRepository, type OAuthSignUpHook } from 'nestjs-session-auth/accounts';
import { readPage, send, sendForm } from '../../support/accounts-app.js';
import { platforms } from '../../support/app.js';
import type { CookieJar } from '../../support/jar.js';
import { startOAuth, type OAuthApp } from '../../support/oauth-app.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
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

describe.each(platforms)('sign-in with another provider on %s', (platform) => {
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
});
