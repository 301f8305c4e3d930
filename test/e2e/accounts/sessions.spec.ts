import { afterEach, describe, expect, it } from '@jest/globals';
import { AccountsService, MemoryAccountRepository } from 'nestjs-session-auth/accounts';
import { StoredRemember } from '../../../lib/auth/remember/stored-remember.js';
import { deviceName } from '../../../lib/accounts/sessions/device-name.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
const logIn = { identity: ada.email, password: ada.password };
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

interface Listed {
  readonly publicId: string;
  readonly kind: string;
  readonly device: { readonly browser: string | null; readonly system: string | null };
  readonly current: boolean;
}

let app: AccountsApp;
let repository: MemoryAccountRepository;
let id: string;

afterEach(() => app.close());

async function start(...[options, setup]: Parameters<typeof startAccounts>): Promise<void> {
  repository = new MemoryAccountRepository();
  app = await startAccounts({ repository, ...options }, setup);
  ({ id } = await app.app.get(AccountsService).create(ada));
}

async function loggedIn(userAgent = 'node', email = ada.email): Promise<CookieJar> {
  const jar = app.jar();
  await jar.fetch('/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', 'user-agent': userAgent },
    body: JSON.stringify({ ...logIn, identity: email }),
  });
  return jar;
}

const listOf = async (jar: CookieJar): Promise<Listed[]> => (await jar.json('/auth/sessions')) as Listed[];
const isIn = async (jar: CookieJar): Promise<boolean> => ((await jar.json('/auth')) as { user: unknown }).user !== null;

describe.each(inTurn(platforms))('the devices of an account on %s', (platform) => {
  it('are listed with their browser, address and last use, the current one marked', async () => {
    await start({}, { platform });
    const jar = await loggedIn(firefox);
    await loggedIn('curl/8.0');
    const list = await listOf(jar);
    expect(list).toHaveLength(2);
    expect(list.find(({ current }) => current)).toEqual({
      publicId: expect.any(String),
      kind: 'session',
      device: { browser: 'Firefox', system: 'Linux' },
      address: '127.0.0.1',
      createdAt: expect.any(String),
      lastUsedAt: expect.any(String),
      expiresAt: expect.any(String),
      remembered: false,
      impersonated: false,
      current: true,
    });
    expect(list.find(({ current }) => !current)?.device).toEqual({ browser: null, system: null });
    const { status, html } = await readPage(jar, '/auth/sessions');
    expect(status).toBe(200);
    expect(html).toContain('Firefox on Linux');
    expect(html).toContain('this device');
    expect(html).toContain('Unknown device');
    for (const { publicId } of list) expect(html).toContain(`/auth/sessions/${publicId}/delete`);
  });

  it('are ended one by one, by JSON and by a form, and only by their owner', async () => {
    await start({}, { platform });
    await app.app.get(AccountsService).create({ ...ada, email: 'bob@example.com' });
    const [jar, phone, laptop] = [await loggedIn(), await loggedIn('phone'), await loggedIn('laptop')];
    const stranger = await loggedIn('node', 'bob@example.com');
    const [first, second] = (await listOf(jar)).filter(({ current }) => !current);
    const path = (one: Listed | undefined): string => `/auth/sessions/${one?.publicId ?? ''}`;
    expect(await send(stranger, path(first), {}, 'DELETE')).toMatchObject({
      status: 404,
      body: { code: 'SESSION_UNKNOWN' },
    });
    expect(await send(jar, path(first), {}, 'DELETE')).toEqual({ status: 200, body: { status: 'ended' } });
    const response = await sendForm(jar, `${path(second)}/delete`, {});
    expect([response.status, response.headers.get('location')]).toEqual([303, '/auth/sessions']);
    expect(await Promise.all([jar, phone, laptop].map(isIn))).toEqual([true, false, false]);
    expect((await send(jar, path(first), {}, 'DELETE')).status).toBe(404);
    const [own] = await listOf(jar);
    expect((await send(jar, path(own), {}, 'DELETE')).status).toBe(200);
    expect(await isIn(jar)).toBe(false);
  });

  it('are all ended but the current one, remembered logins and trusted devices among them', async () => {
    await start({}, { platform });
    await repository.addCredential(id, { kind: 'trusted-device', externalId: 'x', data: { userAgent: firefox } });
    const [jar, phone] = [await loggedIn(), app.jar()];
    await send(phone, '/auth/login', { ...logIn, remember: true });
    const returning = app.jar();
    const pair = phone.header.split('; ').find((one) => one.startsWith('remember')) ?? '';
    returning.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    expect((await listOf(jar)).map(({ kind }) => kind).sort()).toEqual(['session', 'session', 'trusted-device']);
    const before = jar.header;
    expect(await send(jar, '/auth/sessions', {}, 'DELETE')).toEqual({ status: 200, body: { status: 'ended' } });
    expect(jar.header).not.toBe(before);
    expect(await Promise.all([jar, phone, returning].map(isIn))).toEqual([true, false, false]);
    expect((await listOf(jar)).map(({ current }) => current)).toEqual([true]);
    const other = await loggedIn();
    const response = await sendForm(jar, '/auth/sessions/delete', {});
    expect([response.status, response.headers.get('location')]).toEqual([303, '/auth/sessions']);
    expect(await isIn(other)).toBe(false);
  });
});

describe('the devices of an account', () => {
  it('need a fresh login to be ended all at once', async () => {
    let now = Date.now();
    await start({}, { session: { clock: () => now } });
    const jar = await loggedIn();
    now += 16 * 60_000;
    expect(await send(jar, '/auth/sessions', {}, 'DELETE')).toMatchObject({
      status: 401,
      body: { code: 'VERIFICATION_REQUIRED' },
    });
    const response = await sendForm(jar, '/auth/sessions/delete', {});
    expect([response.status, response.headers.get('location')]).toEqual([303, '/auth/verify?next=%2Fauth%2Fsessions']);
    await send(jar, '/auth/verify', { password: ada.password });
    expect((await send(jar, '/auth/sessions', {}, 'DELETE')).status).toBe(200);
  });

  it('are nothing for who is not logged in', async () => {
    await start();
    expect((await app.jar().fetch('/auth/sessions')).status).toBe(401);
    expect((await send(app.jar(), '/auth/sessions/x', {}, 'DELETE')).status).toBe(401);
    expect((await send(app.jar(), '/auth/sessions', {}, 'DELETE')).status).toBe(401);
  });

  it('end with their trust, one by one', async () => {
    await start();
    const trust = { kind: 'trusted-device', data: { userAgent: firefox, address: '192.0.2.1' } };
    const expired = { ...trust, expiresAt: new Date(0) };
    await repository.addCredential(id, trust);
    await repository.addCredential(id, expired);
    const jar = await loggedIn();
    const [trusted, ...more] = (await listOf(jar)).filter(({ kind }) => kind === 'trusted-device');
    expect(more).toEqual([]);
    expect(trusted).toMatchObject({ device: { browser: 'Firefox', system: 'Linux' }, address: '192.0.2.1' });
    expect((await send(jar, `/auth/sessions/${trusted?.publicId ?? ''}`, {}, 'DELETE')).status).toBe(200);
    expect((await listOf(jar)).map(({ kind }) => kind)).toEqual(['session']);
  });

  it('are not listed where the store cannot tell whose they are, and are ended by the epoch all the same', async () => {
    const store = new MemoryStore();
    Object.defineProperty(store, 'ownedBy', { value: undefined });
    const remember = { store: new StoredRemember(new MemoryStore(), 'app:', Date.now) };
    await start({}, { session: { store, remember } });
    const [jar, phone] = [await loggedIn(), await loggedIn('phone')];
    expect(await send(jar, '/auth/sessions/x', {}, 'DELETE')).toMatchObject({
      status: 501,
      body: { code: 'SESSIONS_NOT_LISTED' },
    });
    const { status, html } = await readPage(jar, '/auth/sessions');
    expect(status).toBe(501);
    expect(html).toContain('/auth/sessions/delete');
    expect((await send(jar, '/auth/sessions', {}, 'DELETE')).status).toBe(200);
    expect(await Promise.all([jar, phone].map(isIn))).toEqual([true, false]);
  });
});

describe('the name of a device', () => {
  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge',
      'Windows',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36',
      'Chrome',
      'Android',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari',
      'iOS',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
      'Safari',
      'macOS',
    ],
    ['<script>alert(1)</script>', null, null],
    ['', null, null],
  ])('%s is from a list, not from the header', (userAgent, browser, system) => {
    expect(deviceName(userAgent)).toEqual({ browser, system });
  });
});
