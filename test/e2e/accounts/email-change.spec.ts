import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { CurrentUser } from 'nestjs-session-auth';
import { AccountsService, MemoryAccountRepository, smtpMailer, type Account } from 'nestjs-session-auth/accounts';
import { ReservedAddresses } from '../../../lib/accounts/email/reserved-addresses.js';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';
import { Factors } from '../../support/second-factors.js';
import { MailServer } from '../../support/mail-server.js';

@Controller()
class HomeController {
  @Get('me')
  me(@CurrentUser() account: Account | null): { me: string | null } {
    return { me: account?.email ?? null };
  }
}

const setup = { controllers: [HomeController] };
const ada = { email: 'Ada@Example.com', password: 'a long enough phrase' };
const logIn = { identity: ada.email, password: ada.password };
const invalidToken = { status: 400, body: { fields: { token: ['TOKEN_INVALID'] } } };
const day = 86_400_000;
let app: AccountsApp;
let id: string;

afterEach(() => app.close());

async function startWithAda(...[options, more]: Parameters<typeof startAccounts>): Promise<CookieJar> {
  app = await startAccounts({ recovery: true, ...options }, { ...setup, ...more });
  ({ id } = await app.app.get(AccountsService).create(ada));
  return enter();
}

async function enter(): Promise<CookieJar> {
  const jar = app.jar();
  expect((await send(jar, '/auth/login', logIn)).status).toBe(200);
  return jar;
}

const ask = (jar: CookieJar, email = 'ada@new.example', more: object = {}) =>
  send(jar, '/auth/email', { email, ...more });
const confirm = (token: unknown, jar: CookieJar = app.jar()) => send(jar, '/auth/email/confirm', { token });
const undo = (token: unknown, more: object = {}) => send(app.jar(), '/auth/email/undo', { token, ...more });
/** The newest mail of a kind, once so many of it have been sent. */
async function mailed(kind: string, count = 1) {
  for (let number = 1; ; number++) {
    await app.box.mail(number);
    const mail = app.box.mails.filter((one) => one.kind === kind)[count - 1];
    if (mail !== undefined) return mail;
  }
}
const tokenOf = async (kind: string, count = 1): Promise<string> => (await mailed(kind, count)).data.token ?? '';
const userOf = async (jar: CookieJar) => ((await jar.json('/me')) as { me: string | null }).me;
const emailOf = async () => (await app.app.get(AccountsService).find(id))?.email;
const csrfIn = (html: string) => /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';

describe.each(inTurn(platforms))('a change of the address on %s', (platform) => {
  it('C2-54: is made by the link to the new address, and the present one is valid until then', async () => {
    const jar = await startWithAda({}, { platform });
    const other = await enter();
    expect(await ask(jar, 'Ada@New.example')).toEqual({ status: 202, body: { status: 'sent' } });
    const link = await mailed('email-confirm');
    expect(link.to).toBe('Ada@New.example');
    const notice = await mailed('email-changing');
    expect(notice.to).toBe('Ada@Example.com');
    expect(notice.text).toContain('Ada@New.example');
    expect(notice.text).toContain(notice.data.link);
    expect(notice.data.notMe).toEqual({
      link: expect.stringContaining('/auth/not-me?token='),
      token: expect.any(String),
    });
    expect(await emailOf()).toBe('Ada@Example.com');
    expect(await confirm(link.data.token, jar)).toEqual({ status: 200, body: { status: 'changed' } });
    expect(await userOf(jar)).toBe('Ada@New.example');
    expect(await userOf(other)).toBeNull();
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(401);
    expect((await send(app.jar(), '/auth/login', { ...logIn, identity: 'ada@new.example' })).status).toBe(200);
    expect(await confirm(link.data.token)).toMatchObject(invalidToken);
  });

  it('is done with forms alone, and undone with them', async () => {
    const jar = await startWithAda({}, { platform });
    const page = await readPage(jar, '/auth/account/email');
    expect(page.html).toContain('Your address is Ada@Example.com.');
    const asked = await sendForm(jar, '/auth/email', { email: 'ada@new.example', _csrf: csrfIn(page.html) });
    expect([asked.status, await asked.text()]).toEqual([202, expect.stringContaining('a link to the new address')]);
    const confirming = new URL((await mailed('email-confirm')).data.link ?? '');
    const stranger = app.jar();
    expect((await readPage(stranger, confirming.pathname + confirming.search)).html).toContain('/auth/email/confirm"');
    expect(await emailOf()).toBe('Ada@Example.com');
    const token = await tokenOf('email-confirm');
    expect((await sendForm(stranger, '/auth/email/confirm', { token })).status).toBe(200);
    expect(await emailOf()).toBe('ada@new.example');
    const undoing = new URL((await mailed('email-changing')).data.link ?? '');
    const shown = await readPage(stranger, undoing.pathname + undoing.search);
    expect(shown.html).toContain('tried to change the address');
    expect(shown.html).toContain('127.0.0.1');
    expect(await emailOf()).toBe('ada@new.example');
    const undone = await sendForm(stranger, '/auth/email/undo', { token: await tokenOf('email-changing') });
    expect([undone.status, await undone.text()]).toEqual([200, expect.stringContaining('as it was before')]);
    expect(await emailOf()).toBe('Ada@Example.com');
  });
});

describe('a request for another address', () => {
  it('needs a login that is fresh with all its factors', async () => {
    let now = Date.now();
    const jar = await startWithAda({}, { session: { clock: () => now, freshFor: '10h' } });
    expect((await ask(app.jar())).status).toBe(401);
    now += 16 * 60_000;
    expect(await ask(jar)).toMatchObject({ status: 401, body: { code: 'VERIFICATION_REQUIRED' } });
    const page = await readPage(jar, '/auth/account/email');
    expect([page.status, page.headers.get('location')]).toEqual([302, '/auth/verify?next=%2Fauth%2Faccount%2Femail']);
    await send(jar, '/auth/verify', { password: ada.password });
    expect((await ask(jar)).status).toBe(202);
  });

  it('C2-55: has the same answer for an address that is taken, whose owner is told, and so is the present one', async () => {
    const jar = await startWithAda();
    await app.app.get(AccountsService).create({ email: 'Bob@Example.com' });
    const answers = [];
    for (const email of ['bob@example.com', 'free@example.com']) answers.push(await ask(jar, email));
    expect(answers).toEqual(answers.map(() => ({ status: 202, body: { status: 'sent' } })));
    expect(await mailed('already-registered')).toMatchObject({ to: 'Bob@Example.com' });
    await mailed('email-changing', 2);
    expect(await mailed('email-confirm')).toMatchObject({ to: 'free@example.com' });
    expect(app.box.mails.map(({ kind }) => kind)).toEqual([
      'email-changing',
      'already-registered',
      'email-changing',
      'email-confirm',
    ]);
  });

  it('sends nothing to the new address where the present one would not hear of it', async () => {
    const jar = await startWithAda();
    for (const name of ['a', 'b', 'c', 'd']) expect((await ask(jar, `${name}@new.example`)).status).toBe(202);
    await mailed('email-confirm', 3);
    await send(app.jar(), '/auth/recover', { email: ada.email });
    await mailed('reset');
    expect(app.box.mails.filter(({ kind }) => kind === 'email-confirm')).toHaveLength(3);
  });

  it.each<[string, object, Record<string, string[]>]>([
    ['nothing', {}, { email: ['REQUIRED'] }],
    ['the same address', { email: 'ADA@example.com' }, { email: ['EMAIL_SAME'] }],
    ['other types', { email: [], oldAddressLost: 3 }, { email: ['NOT_TEXT'], oldAddressLost: ['NOT_BOOLEAN'] }],
    [
      'a lost address without a second factor',
      { email: 'a@new.example', oldAddressLost: true },
      { oldAddressLost: ['SECOND_FACTOR_NEEDED'] },
    ],
  ])('names the fields of what it cannot use: %s', async (_what, body, fields) => {
    const jar = await startWithAda();
    expect(await send(jar, '/auth/email', body)).toMatchObject({ status: 400, body: { fields } });
  });

  it('is told in German, through a real server', async () => {
    const server = await MailServer.start();
    try {
      const jar = await startWithAda({ mailer: smtpMailer(server.url) });
      await jar.fetch('/auth/email', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'accept-language': 'de', 'sec-fetch-site': 'same-origin' },
        body: JSON.stringify({ email: 'ada@new.example' }),
      });
      const { parsed, to } = await server.mail(1);
      expect(to).toEqual(['Ada@example.com']);
      expect(parsed.subject).toBe('Die Adresse Ihres Kontos wird geändert');
      expect(parsed.text).toContain('/auth/email/undo?token=');
      expect((await server.mail(2)).parsed.subject).toBe('Bestätigen Sie Ihre neue Adresse');
    } finally {
      await server.close();
    }
  });
});

describe('the link to a new address', () => {
  it('is used once, by twenty requests at once as well', async () => {
    const jar = await startWithAda();
    await ask(jar);
    const token = await tokenOf('email-confirm');
    const uses = await Promise.all(Array.from({ length: 20 }, () => confirm(token)));
    expect(uses.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(uses.filter(({ status }) => status === 400)).toHaveLength(19);
  });

  it('C2-54: is void after two hours', async () => {
    let now = Date.now();
    const jar = await startWithAda({}, { session: { clock: () => now } });
    await ask(jar);
    const token = await tokenOf('email-confirm');
    now += 2 * 3_600_000 + 1;
    expect(await confirm(token)).toMatchObject(invalidToken);
    expect(await emailOf()).toBe('Ada@Example.com');
  });

  it('C2-54: changes nothing if somebody else has got the address in between', async () => {
    const jar = await startWithAda();
    await ask(jar);
    const token = await tokenOf('email-confirm');
    await app.app.get(AccountsService).create({ email: 'ada@new.example' });
    expect(await confirm(token)).toMatchObject(invalidToken);
    expect(await emailOf()).toBe('Ada@Example.com');
    expect(await app.app.get(ReservedAddresses).of(id)).toEqual([]);
  });

  it('is void once the account has another password', async () => {
    const jar = await startWithAda();
    await ask(jar);
    const token = await tokenOf('email-confirm');
    await send(jar, '/auth/password', { current: ada.password, password: 'an entirely new phrase' });
    expect(await confirm(token)).toMatchObject(invalidToken);
  });

  it.each<[string, (token: string) => unknown, object]>([
    ['cut', (token) => token.slice(0, -1), invalidToken],
    ['doubled', (token) => token + token, invalidToken],
    ['with NUL', (token) => `\0${token}`, { status: 400, body: { fields: { token: ['NOT_TEXT'] } } }],
    ['very long', () => 'a'.repeat(90_000), { status: 400, body: { fields: { token: ['TOO_LONG'] } } }],
    ['of another type', () => 1, { status: 400, body: { fields: { token: ['NOT_TEXT'] } } }],
  ])('changes nothing with a token that is %s', async (_what, change, answer) => {
    const jar = await startWithAda();
    await ask(jar);
    const token = await tokenOf('email-confirm');
    for (const path of ['confirm', 'undo']) {
      expect(await send(app.jar(), `/auth/email/${path}`, { token: change(token) })).toMatchObject(answer);
    }
    expect((await confirm(token)).status).toBe(200);
  });

  it('changes nothing, and is given back, if the database fails in the middle', async () => {
    const repository = new MemoryAccountRepository();
    const jar = await startWithAda({ repository });
    await ask(jar);
    const token = await tokenOf('email-confirm');
    const { update } = repository;
    repository.update = () => Promise.reject(new Error('the database is down'));
    expect((await confirm(token)).status).toBe(500);
    repository.update = update;
    expect(await userOf(jar)).toBe('Ada@Example.com');
    expect((await confirm(token)).status).toBe(200);
  });
});

describe('the undoing of a change of the address', () => {
  const changed = async (...start: Parameters<typeof startAccounts>): Promise<CookieJar> => {
    const jar = await startWithAda(...start);
    await ask(jar);
    await confirm(await tokenOf('email-confirm'), jar);
    return jar;
  };

  it('restores it, ends every session and owes a new password, which the restored address gets', async () => {
    const jar = await changed();
    expect(await undo(await tokenOf('email-changing'))).toEqual({ status: 200, body: { status: 'restored' } });
    expect(await userOf(jar)).toBeNull();
    expect(await emailOf()).toBe('Ada@Example.com');
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(401);
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const token = await tokenOf('reset');
    expect((await send(app.jar(), '/auth/reset', { token, password: ada.password })).status).toBe(200);
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(200);
  });

  it('before the new address is confirmed voids its link', async () => {
    const jar = await startWithAda();
    await ask(jar);
    const token = await tokenOf('email-confirm');
    expect((await undo(await tokenOf('email-changing'))).status).toBe(200);
    expect(await confirm(token)).toMatchObject(invalidToken);
    expect(await userOf(jar)).toBeNull();
  });

  it('is done once, by twenty requests at once as well', async () => {
    await changed();
    const token = await tokenOf('email-changing');
    const uses = await Promise.all(Array.from({ length: 20 }, () => undo(token)));
    expect(uses.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(uses.filter(({ status }) => status === 400)).toHaveLength(19);
  });

  it('is open for seven days, and nobody else gets the address until then', async () => {
    let now = Date.now();
    await changed({ registration: true }, { session: { clock: () => now } });
    const token = await tokenOf('email-changing');
    const taken = { status: 409, body: { code: 'EMAIL_TAKEN' } };
    now += 7 * day - 60_000;
    expect(await send(app.jar(), '/auth/register', ada)).toMatchObject(taken);
    await expect(app.app.get(AccountsService).create(ada)).rejects.toThrow('already an account');
    now += 120_000;
    expect(await undo(token)).toMatchObject(invalidToken);
    expect((await send(app.jar(), '/auth/register', ada)).status).toBe(201);
  });

  it('with an older link voids the later ones, and restores what was before its change', async () => {
    const jar = await changed();
    await ask(jar, 'ada@third.example');
    await confirm(await tokenOf('email-confirm', 2), jar);
    expect(await emailOf()).toBe('ada@third.example');
    const later = await mailed('email-changing', 2);
    expect(later.to).toBe('ada@new.example');
    expect((await undo(await tokenOf('email-changing', 1))).status).toBe(200);
    expect(await emailOf()).toBe('Ada@Example.com');
    expect(await undo(later.data.token)).toMatchObject(invalidToken);
    expect(await send(app.jar(), '/auth/not-me', { token: later.data.notMe?.token })).toMatchObject(invalidToken);
  });

  it('with a later link leaves the older ones valid', async () => {
    const jar = await changed();
    await ask(jar, 'ada@third.example');
    await confirm(await tokenOf('email-confirm', 2), jar);
    expect((await undo(await tokenOf('email-changing', 2))).status).toBe(200);
    expect(await emailOf()).toBe('ada@new.example');
    expect((await undo(await tokenOf('email-changing', 1))).status).toBe(200);
    expect(await emailOf()).toBe('Ada@Example.com');
  });

  it('is given back by a database that fails, and done then', async () => {
    const repository = new MemoryAccountRepository();
    await changed({ repository });
    const token = await tokenOf('email-changing');
    const { update } = repository;
    repository.update = () => Promise.reject(new Error('the database is down'));
    expect((await undo(token)).status).toBe(500);
    repository.update = update;
    expect(await emailOf()).toBe('ada@new.example');
    expect((await undo(token)).status).toBe(200);
    expect(await emailOf()).toBe('Ada@Example.com');
  });

  it('of an account that had a second factor needs a factor of that time, and closes the account without', async () => {
    const repository = new MemoryAccountRepository();
    const jar = await startWithAda({ repository });
    await repository.addCredential(id, { kind: 'totp', data: {} });
    await ask(jar);
    await confirm(await tokenOf('email-confirm'), jar);
    const token = await tokenOf('email-changing');
    expect(await undo(token)).toEqual({ status: 200, body: { status: 'frozen' } });
    expect(await userOf(jar)).toBeNull();
    expect(await emailOf()).toBe('ada@new.example');
    const frozen = await mailed('frozen');
    expect(frozen.to).toBe('Ada@Example.com');
    expect(frozen.data.link).toContain(token);
    expect(await undo(token)).toMatchObject({ status: 401, body: { code: 'FACTOR_NEEDED' } });
    await send(app.jar(), '/auth/recover', { email: 'ada@new.example' });
    expect(await undo(token, { password: 'not the right phrase' })).toMatchObject({
      status: 401,
      body: { code: 'FACTOR_WRONG', fields: { password: ['FACTOR_WRONG'] } },
    });
    expect(await undo(token, { password: ada.password })).toEqual({ status: 200, body: { status: 'restored' } });
    expect(await emailOf()).toBe('Ada@Example.com');
    expect(app.box.mails.some(({ kind }) => kind === 'reset')).toBe(false);
    await send(app.jar(), '/auth/recover', { email: ada.email });
    expect((await mailed('reset')).to).toBe('Ada@Example.com');
  });
});

describe('a change of the address from one that its owner has lost', () => {
  it('is told to that address without a way to undo it, once the second factor was proved', async () => {
    const factors = new Factors();
    await factors.start();
    ({ app } = factors);
    const { jar } = await factors.withTotp();
    await app.box.mail();
    expect((await ask(jar, 'ada@new.example', { oldAddressLost: true })).status).toBe(202);
    const notice = await mailed('email-changing');
    expect(notice.to).toBe('Ada@Example.com');
    expect([notice.data.link, notice.data.token, notice.data.notMe]).toEqual([undefined, undefined, undefined]);
    expect((await confirm(await tokenOf('email-confirm'), jar)).status).toBe(200);
    // Nothing reserves the former address: there is no way back to it.
    expect(await app.app.get(AccountsService).create({ email: 'ada@example.com' })).toMatchObject({
      email: 'ada@example.com',
    });
    expect(await jar.json('/auth')).toMatchObject({ user: { email: 'ada@new.example' } });
  });
});
