import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { AuthService, CurrentUser, Fresh, Session, SessionAuthGuard, type SessionEventOf } from 'nestjs-session-auth';
import {
  AccountsService,
  changedAccount,
  MemoryAccountRepository,
  type Account,
  type AccountsModuleOptions,
  type Credential,
  type Mail,
  type MailKind,
} from 'nestjs-session-auth/accounts';
import { KeyRing } from '../../../lib/cookie/key-ring.js';
import { signValue } from '../../../lib/cookie/signed-value.js';
import { platforms, type AppSetup } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type JsonAnswer } from '../../support/accounts-app.js';
import { CapturedLogger } from '../../support/captured-logger.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';
import { addPasskey, begin } from '../../support/passkeys-app.js';
import { ada, Factors, logIn } from '../../support/second-factors.js';
import { SoftwareAuthenticator, type RequestOptions } from '../../support/software-authenticator.js';

const cookie = 'trusted_device';
const day = 86_400_000;
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

@Controller()
class HomeController {
  constructor(private readonly auth: AuthService) {}

  @Get('me')
  me(@CurrentUser() account: Account | null, @Session() session: Session): object {
    return { me: account?.email ?? null, isRemembered: this.auth.isRemembered(session) };
  }

  @Post('all-factors')
  @UseGuards(SessionAuthGuard)
  @Fresh({ factors: 'all' })
  allFactors(): object {
    return {};
  }

  @Post('two-factors')
  @UseGuards(SessionAuthGuard)
  @Fresh({ factors: 2 })
  twoFactors(): object {
    return {};
  }
}

let factors: Factors;
let repository: MemoryAccountRepository;
let secret: string;
let told: (SessionEventOf<'deviceTrusted'> | SessionEventOf<'deviceTrustEnded'>)[];

beforeEach(() => {
  factors = new Factors();
});

afterEach(() => factors.app.close());

async function start(options: AccountsModuleOptions = {}, setup: AppSetup = {}): Promise<CookieJar> {
  repository = new MemoryAccountRepository({ now: () => factors.now });
  told = [];
  const note = (event: (typeof told)[number]): unknown => told.push(event);
  const observer = { deviceTrusted: note, deviceTrustEnded: note };
  const session = { observer, ...setup.session };
  await factors.start(
    { repository, trustedDevices: true, ...options },
    { controllers: [HomeController], ...setup, session },
  );
  const mine = await factors.withTotp();
  ({ secret } = mine);
  return mine.jar;
}

/** A browser that is logged in with both factors, and trusted. */
async function trusted(body: object = {}): Promise<CookieJar> {
  const jar = await factors.pending();
  const answer = await send(jar, '/auth/second-factor', {
    ...{ method: 'totp', code: factors.code(secret), trustDevice: true },
    ...body,
  });
  expect(answer.body).toMatchObject({ status: 'in' });
  factors.nextStep();
  return jar;
}

/** The same browser without its session, or another one with a copy of its cookie. */
function withCookie(value: string | undefined): CookieJar {
  const jar = factors.app.jar();
  if (value !== undefined) jar.set(cookie, value);
  return jar;
}

const again = (jar: CookieJar): CookieJar => withCookie(jar.get(cookie));

const enter = (jar: CookieJar, body: object = {}): Promise<JsonAnswer> =>
  send(jar, '/auth/login', { ...logIn, ...body });

async function statusOf(jar: CookieJar, body: object = {}): Promise<unknown> {
  return (await enter(jar, body)).body['status'];
}

async function idOf(email: string): Promise<string> {
  return (await factors.app.app.get(AccountsService).findByEmail(email))?.id ?? '';
}

async function rows(): Promise<readonly Credential[]> {
  return repository.credentials(await idOf(ada.email), 'trusted-device');
}

/** The first mail of a kind. */
async function mailOf(kind: MailKind): Promise<Mail> {
  for (let number = 1; ; number++) {
    const mail = await factors.app.box.mail(number);
    if (mail.kind === kind) return mail;
  }
}

const json = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };

/** What the answer to a login sets the cookie of a trusted device to. */
async function trustLine(jar: CookieJar, name = cookie): Promise<string> {
  const response = await jar.fetch('/auth/login', { method: 'POST', headers: json, body: JSON.stringify(logIn) });
  return response.headers.getSetCookie().find((line) => line.startsWith(`${name}=`)) ?? '';
}

describe.each(inTurn(platforms))('a trusted device on %s', (platform) => {
  it('C2-73: is not asked for the second factor, as long as it is trusted, by its account', async () => {
    await start({}, { platform });
    const jar = await trusted();
    expect(told).toEqual([expect.objectContaining({ address: '127.0.0.1' })]);
    factors.now += 29 * day;
    const next = again(jar);
    expect(await statusOf(next)).toBe('in');
    expect(await next.json('/me')).toMatchObject({ me: ada.email });
    expect(await statusOf(factors.app.jar())).toBe('second-factor');
    factors.now += 2 * day;
    const late = again(next);
    expect(await statusOf(late)).toBe('second-factor');
    expect(late.get(cookie)).toBeUndefined();
    const unasked = await trusted({ trustDevice: undefined });
    expect(unasked.get(cookie)).toBeUndefined();
  });

  it('is proposed by the page, without script, and remembered beside it', async () => {
    await start({ trustedDevices: { enabled: true, maxAge: '14d' } }, { platform });
    const jar = factors.app.jar();
    await sendForm(jar, '/auth/login', { ...logIn, remember: 'on' });
    const { html } = await readPage(jar, '/auth/second-factor');
    expect(html).toMatch(/name="trustDevice"[^>]*>\s*Do not ask on this device for 14 days/);
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const wrong = await sendForm(jar, '/auth/second-factor', { method: 'totp', code: '0', trustDevice: 'on', _csrf });
    expect(await wrong.text()).toMatch(/name="trustDevice" value="on" {2}checked/);
    const fields = { method: 'totp', code: factors.code(secret), trustDevice: 'on', _csrf };
    expect((await sendForm(jar, '/auth/second-factor', fields)).status).toBe(303);
    const returning = factors.app.jar();
    for (const name of ['remember_token', cookie]) returning.set(name, jar.get(name) ?? '');
    expect(await returning.json('/me')).toEqual({ me: ada.email, isRemembered: true });
  });
});

describe('a login on a trusted device', () => {
  it('has proved one factor, so that whatever needs all of them asks', async () => {
    await start();
    const jar = again(await trusted());
    expect(await statusOf(jar)).toBe('in');
    for (const route of ['/all-factors', '/two-factors', '/auth/factors/totp']) {
      expect((await send(jar, route, {})).status).toBe(401);
    }
    expect((await send(jar, '/auth/verify', { method: 'totp', code: factors.code(secret) })).status).toBe(200);
    expect((await send(jar, '/all-factors', {})).status).toBe(201);
  });

  it('is remembered, and restored, as any other', async () => {
    await start();
    const jar = again(await trusted());
    expect(await statusOf(jar, { remember: true })).toBe('in');
    const returning = factors.app.jar();
    returning.set('remember_token', jar.get('remember_token') ?? '');
    expect(await returning.json('/me')).toEqual({ me: ada.email, isRemembered: true });
  });

  it('is made by mail as well', async () => {
    await start({ mailLogin: true });
    const jar = again(await trusted());
    await send(jar, '/auth/login/mail', { email: ada.email });
    const { token } = (await mailOf('login')).data;
    expect((await send(jar, '/auth/login/mail/enter', { token })).body).toMatchObject({ status: 'in' });
  });

  it('may come several times at once, and after an answer that was lost', async () => {
    await start({}, { session: { limiter: { attempts: 20 } } });
    const jar = await trusted();
    const tabs = Array.from({ length: 8 }, () => again(jar));
    expect(await Promise.all(tabs.map((tab) => statusOf(tab)))).toEqual(tabs.map(() => 'in'));
    // One of the answers has the next cookie; the others leave the one that they came with.
    expect(new Set(tabs.map((tab) => tab.get(cookie))).size).toBe(2);
    factors.now += 60_000;
    const lost = again(jar);
    expect(await statusOf(lost)).toBe('in');
    expect(lost.get(cookie)).not.toBe(jar.get(cookie));
    expect(told.map((event) => 'reason' in event)).toEqual([false]);
  });

  it('with a cookie that has been replaced twice is asked, the trust ends, and listeners hear of the copy', async () => {
    await start();
    const jar = await trusted();
    const copy = jar.get(cookie);
    let owner = again(jar);
    for (let use = 0; use < 2; use++) {
      factors.now += 60_000;
      owner = again(owner);
      expect(await statusOf(owner)).toBe('in');
    }
    const thief = withCookie(copy);
    expect(await statusOf(thief)).toBe('second-factor');
    expect(thief.get(cookie)).toBeUndefined();
    expect(told.at(-1)).toMatchObject({ reason: 'copied', address: '127.0.0.1' });
    expect(await statusOf(again(owner))).toBe('second-factor');
  });

  it('sets up a second factor where one is required that is not there any more', async () => {
    let required = false;
    await start({ secondFactor: { required: () => required } });
    const jar = await trusted();
    await repository.replaceCredentials(await idOf(ada.email), 'totp', []);
    required = true;
    expect(await statusOf(again(jar))).toBe('enroll');
  });
});

describe('a device is not trusted', () => {
  const value = async (): Promise<string> => (await trusted()).get(cookie) ?? '';
  const ended = async (end: () => Promise<unknown>): Promise<string> => {
    const known = await value();
    await end();
    return known;
  };
  const change = async (changes: Parameters<typeof changedAccount>[1]): Promise<void> => {
    const account = await repository.findBy('email', '1:ada@example.com');
    if (account === null) throw new Error('There is no account.');
    await repository.update(changedAccount(account, changes), account.version);
  };

  it.each<[string, () => Promise<string>]>([
    ['is of another account', () => ofBob()],
    ['has expired', () => ended(() => Promise.resolve((factors.now += 30 * day)))],
    ['is of a former epoch', () => ended(() => change({ epoch: 100 }))],
    ['is signed for another purpose', async () => signedForAnother(await value())],
    ['is cut', async () => (await value()).slice(0, -5)],
    ['is longer', async () => `${await value()}x`],
    ['is empty', () => Promise.resolve('')],
    ['is nonsense', () => Promise.resolve('nonsense')],
    ['is long', () => Promise.resolve('x'.repeat(8_000))],
    ['is there twice', async () => ((known) => `${known}; ${cookie}=${known}`)(await value())],
    ['is there beside another', async () => `${await value()}; ${cookie}=nonsense`],
  ])('whose cookie %s, and the cookie is cleared', async (_how, make) => {
    await start();
    const known = await make();
    const line = await trustLine(withCookie(known));
    expect(line).toMatch(/^trusted_device=; .*Max-Age=0/i);
    expect(await statusOf(withCookie(known))).toBe('second-factor');
  });

  /** The same content, with the signature of remember-me's cookie. */
  function signedForAnother(known: string): string {
    const [token = ''] = known.split('.');
    return signValue(factors.app.app.get(KeyRing), 'remember-cookie-signature:v1', token, factors.now);
  }

  /** The cookie of a device that another account trusts. */
  async function ofBob(): Promise<string> {
    const bob = { ...ada, email: 'bob@example.com' };
    await factors.app.app.get(AccountsService).create(bob);
    const known = await value();
    const trust = await rows();
    await repository.replaceCredentials(await idOf(ada.email), 'trusted-device', []);
    await repository.replaceCredentials(await idOf(bob.email), 'trusted-device', trust);
    return known;
  }

  it('where the option is off, whatever was asked for or was trusted before', async () => {
    await start({ trustedDevices: false });
    const jar = await trusted();
    expect(jar.get(cookie)).toBeUndefined();
    expect(await rows()).toEqual([]);
    const pending = await factors.pending();
    expect((await readPage(pending, '/auth/second-factor')).html).not.toContain('trustDevice');
    expect(await factors.app.jar().json('/auth')).toMatchObject({ features: { trustedDevices: false } });
  });

  it('because of a recovery code', async () => {
    const jar = await start();
    await send(jar, '/auth/verify', { method: 'totp', code: factors.code(secret) });
    factors.nextStep();
    const { codes } = (await send(jar, '/auth/factors/recovery-codes', {})).body as { codes: string[] };
    const used = await trusted({ method: 'recovery-code', code: codes[0] });
    expect(used.get(cookie)).toBeUndefined();
    const { html } = await readPage(await factors.pending(), '/auth/second-factor');
    expect(html.match(/name="trustDevice"/g)).toHaveLength(1);
  });

  it('for longer than a time that was set since', async () => {
    await start();
    const jar = await trusted();
    const state = repository;
    await factors.app.close();
    factors.app = await startAccounts(
      { repository: state, totp: true, trustedDevices: { enabled: true, maxAge: '1d' } },
      { session: { clock: () => factors.now } },
    );
    expect(await statusOf(again(jar))).toBe('in');
    factors.now += 2 * day;
    expect(await statusOf(again(jar))).toBe('second-factor');
  });

  it.each([null, 'yes please', 7, {}, ['on'], 'x'.repeat(100_000)])('where that is asked for by %j', async (wish) => {
    await start();
    const jar = await factors.pending();
    const body = { method: 'totp', code: factors.code(secret), trustDevice: wish };
    const answer = await send(jar, '/auth/second-factor', body);
    expect(answer.status).toBe(wish === null ? 200 : 400);
    if (wish !== null) expect(answer.body['fields']).toEqual({ trustDevice: ['NOT_BOOLEAN'] });
    expect(jar.get(cookie)).toBeUndefined();
  });
});

describe('trusted devices end', () => {
  const password = 'another long enough phrase';

  it.each<[string, (jar: CookieJar) => Promise<JsonAnswer>]>([
    ['a change of the password', (jar) => send(jar, '/auth/password', { current: ada.password, password })],
    ['all other devices, ended', (jar) => send(jar, '/auth/sessions', {}, 'DELETE')],
    ['a new factor', (jar) => send(jar, '/auth/factors/recovery-codes', {})],
    [
      'a change of the address',
      async (jar) => {
        const asked = await send(jar, '/auth/email', { email: 'other@example.com' });
        const { token } = (await mailOf('email-confirm')).data;
        expect((await send(jar, '/auth/email/confirm', { token })).status).toBe(200);
        return asked;
      },
    ],
    [
      'a new password by mail',
      async (jar) => {
        await send(jar, '/auth/recover', { email: ada.email });
        const { token } = (await mailOf('reset')).data;
        return send(jar, '/auth/reset', { token, password });
      },
    ],
    [
      '"this was not me"',
      async (jar) => {
        await send(jar, '/auth/factors/recovery-codes', {});
        // What is trusted after the change that is reported.
        await trusted();
        const { data } = await mailOf('factor-changed');
        return send(factors.app.jar(), '/auth/not-me', { token: data.notMe?.token });
      },
    ],
  ])('with %s', async (_what, work) => {
    await start({ recovery: true, emailChange: true });
    const jar = await trusted();
    const device = again(jar);
    const { status } = await work(jar);
    expect([200, 202]).toContain(status);
    expect(await rows()).toEqual([]);
    expect(told.at(-1)).toMatchObject({ reason: 'changed' });
    for (const body of [{}, { password }, { identity: 'other@example.com' }]) {
      expect(await statusOf(device.copy(), body)).not.toBe('in');
    }
  });

  it('one by one from the list of devices, which has their names; a logout ends none', async () => {
    await start();
    const jar = await factors.pending();
    await jar.fetch('/auth/second-factor', {
      method: 'POST',
      headers: { ...json, 'user-agent': firefox },
      body: JSON.stringify({ method: 'totp', code: factors.code(secret), trustDevice: true }),
    });
    factors.nextStep();
    await send(jar, '/auth/logout', {});
    const next = again(jar);
    await next.fetch('/auth/login', {
      method: 'POST',
      headers: { ...json, 'user-agent': firefox },
      body: JSON.stringify(logIn),
    });
    const list = (await next.json('/auth/sessions')) as { kind: string; publicId: string; device: object }[];
    const [device] = list.filter(({ kind }) => kind === 'trusted-device');
    expect(device).toMatchObject({
      device: { browser: 'Firefox', system: 'Linux' },
      address: '127.0.0.1',
      createdAt: expect.any(String),
      lastUsedAt: new Date(factors.now).toISOString(),
    });
    expect(JSON.stringify(list)).not.toContain((await rows())[0]?.data['validator']);
    expect((await readPage(next, '/auth/sessions')).html).toContain('Ask again for a second factor: Firefox on Linux');
    expect((await send(next, `/auth/sessions/${device?.publicId ?? ''}`, {}, 'DELETE')).status).toBe(200);
    expect(told.at(-1)).toMatchObject({ reason: 'revoked', address: '127.0.0.1' });
    expect(await next.json('/me')).toMatchObject({ me: ada.email });
    expect(await statusOf(again(next))).toBe('second-factor');
  });

  it('where there are too many, with the one that was used longest ago', async () => {
    await start({ trustedDevices: { enabled: true, most: 2 } });
    const [first, second] = [await trusted(), await trusted()];
    const used = again(first);
    expect(await statusOf(used)).toBe('in');
    factors.now += 1_000;
    const third = await trusted();
    expect(told.at(-1)).toMatchObject({ reason: 'displaced' });
    expect(await rows()).toHaveLength(2);
    expect(await statusOf(again(second))).toBe('second-factor');
    for (const device of [used, third]) expect(await statusOf(again(device))).toBe('in');
  });

  it('with their rows, once others are trusted and they have expired', async () => {
    await start();
    await trusted();
    factors.now += 31 * day;
    await trusted();
    expect(await rows()).toHaveLength(1);
  });
});

describe('a passkey as a second factor', () => {
  it('makes a device trusted, too', async () => {
    await start({ passkeys: { enabled: true, multiFactor: false } });
    const authenticator = new SoftwareAuthenticator(factors.app.url.replace('127.0.0.1', 'localhost'));
    const owner = await trusted();
    expect((await addPasskey(owner, authenticator)).status).toBe(201);
    const jar = await factors.pending();
    const { flow, options } = await begin<RequestOptions>(jar, '/auth/second-factor/options');
    const credential = authenticator.get(options);
    const proof = { method: 'passkey', flow, credential, trustDevice: true };
    expect((await send(jar, '/auth/second-factor', proof)).body).toMatchObject({ status: 'in' });
    expect(await statusOf(again(jar))).toBe('in');
  });
});

describe('the cookie of a trusted device', () => {
  it('is hidden from scripts and other sites, and the store has only a hash of its secret', async () => {
    await start();
    const jar = await trusted();
    const line = await trustLine(again(jar));
    expect(line).toMatch(/^trusted_device=[\w.-]+; Expires=.*; Max-Age=2591970; HttpOnly; Path=\/; SameSite=Strict$/);
    const secretPart = /^trusted_device=.{22}(.{43})/.exec(line)?.[1] ?? '';
    expect(JSON.stringify(await rows())).not.toContain(secretPart);
  });

  it('has the prefix of the session cookie, and follows it where other sites are meant to send it', async () => {
    const name = '__Host-trusted_device';
    await start({}, { session: { cookie: { name: 'auto:session', secure: true, sameSite: 'none' } } });
    const jar = await trusted();
    const other = factors.app.jar();
    other.set(name, jar.get(name) ?? '');
    expect(await trustLine(other, name)).toMatch(/; Secure; HttpOnly; Path=\/; SameSite=None$/);
  });

  it.each(['session', 'remember_token', 'account_devices'])('is not called %s', async (cookieName) => {
    await start();
    await expect(startAccounts({ totp: true, trustedDevices: { enabled: true, cookieName } })).rejects.toThrow(
      /\((?:trustedDevices\.cookieName|tracking\.deviceCookieName)\): is the name of another cookie/,
    );
  });
});

describe('the timeouts of NIST SP 800-63B-4', () => {
  it.each([
    ['twice-daily', undefined, /Trusted devices are off, since SESSION_TIMEOUTS .* AAL3/],
    ['daily', expect.any(String), /is not the AAL2/],
  ] as const)('%s', async (timeouts, expected, warning) => {
    const logger = new CapturedLogger();
    await start({}, { logger, session: { timeouts } });
    const jar = await trusted();
    expect(jar.get(cookie)).toEqual(expected);
    expect(await statusOf(again(jar))).toBe(expected === undefined ? 'second-factor' : 'in');
    expect(logger.at('warn').join('\n')).toMatch(warning);
  });
});
