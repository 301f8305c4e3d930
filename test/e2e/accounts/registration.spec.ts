import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { CurrentUser } from 'nestjs-session-auth';
import { AccountsService, type Account } from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { platforms } from '../../support/app.js';
import { SendingLimits } from '../../../lib/accounts/mail/sending-limits.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';

@Controller()
class HomeController {
  @Get('me')
  me(@CurrentUser() account: Account | null): { me: Account | null } {
    return { me: account };
  }
}

const setup = { controllers: [HomeController] };
const ada = { email: 'Ada@Example.com', password: 'a long enough phrase' };
const grace = { email: 'grace@example.com', password: 'another long phrase' };
const logIn = { identity: ada.email, password: ada.password };
const confirming = { registration: true, confirmation: true };
let app: AccountsApp;

afterEach(() => app.close());

const accounts = (): AccountsService => app.app.get(AccountsService);
const tokenOf = async (mail = 1): Promise<string> => (await app.box.mail(mail)).data.token ?? '';

describe.each(inTurn(platforms))('a registration on %s', (platform) => {
  it('C2-40: with confirmation makes an account once the link is used in the same browser, and logs nobody in', async () => {
    app = await startAccounts(confirming, { ...setup, platform });
    const jar = app.jar();
    expect(await send(jar, '/auth/register', ada)).toEqual({ status: 202, body: { status: 'confirm' } });
    const mail = await app.box.mail();
    expect(mail).toMatchObject({ kind: 'confirm', to: 'Ada@Example.com' });
    expect(mail.data.link).toBe(`${app.url.replace('127.0.0.1', 'localhost')}/auth/confirm?token=${await tokenOf()}`);
    expect(await accounts().findByEmail(ada.email)).toBeNull();
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(401);
    expect(await send(jar, '/auth/confirm', { token: await tokenOf() })).toEqual({
      status: 200,
      body: { status: 'confirmed' },
    });
    expect(await jar.json('/me')).toEqual({ me: null });
    expect(await send(jar, '/auth/login', logIn)).toMatchObject({ body: { user: { emailConfirmed: true } } });
  });

  it('C2-39: without confirmation makes an account and logs in', async () => {
    app = await startAccounts({ registration: true }, { ...setup, platform });
    const jar = app.jar();
    expect(await send(jar, '/auth/register', { ...ada, next: '/welcome' })).toMatchObject({
      status: 201,
      body: { status: 'in', user: { email: 'Ada@Example.com', emailConfirmed: false }, next: '/welcome' },
    });
    expect(await jar.json('/me')).toMatchObject({ me: { email: 'Ada@Example.com' } });
    expect(await send(app.jar(), '/auth/register', ada)).toMatchObject({
      status: 409,
      body: { code: 'EMAIL_TAKEN', fields: { email: ['EMAIL_TAKEN'] } },
    });
  });

  it('is done by a person with forms alone, in German', async () => {
    app = await startAccounts(confirming, { ...setup, platform });
    const jar = app.jar();
    const german = { headers: { accept: 'text/html', 'accept-language': 'de' } };
    const form = await (await jar.fetch('/auth/register', german)).text();
    expect(form).toContain('<h1>Konto anlegen</h1>');
    expect(form).not.toContain('name="username"');
    const response = await jar.fetch('/auth/register', {
      method: 'POST',
      headers: {
        ...german.headers,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(ada).toString(),
    });
    expect([response.status, await response.text()]).toEqual([
      202,
      expect.stringContaining('Wir haben Ihnen eine E-Mail'),
    ]);
    const mail = await app.box.mail();
    expect(mail.subject).toBe('Bestätigen Sie Ihre Adresse');
    const { pathname, search } = new URL(mail.data.link ?? '');
    const page = await readPage(jar, pathname + search);
    expect(page.html).toContain(`name="token" value="${await tokenOf()}"`);
    expect(page.html).not.toContain('type="password"');
    const done = await sendForm(jar, '/auth/confirm', { token: await tokenOf() });
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('Your address is confirmed')]);
  });
});

describe('a registration with confirmation', () => {
  it('C2-37: of an address that has an account has the same answer, and mails the owner', async () => {
    app = await startAccounts(confirming);
    await accounts().create(ada);
    const answers: unknown[] = [];
    for (const { email } of [ada, grace]) {
      const response = await app.jar().fetch('/auth/register', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password: 'some other long phrase' }),
      });
      const headers = [...response.headers.keys()].filter((name) => name !== 'date');
      const cookies = response.headers.getSetCookie().map((line) => line.replace(/=[^;]*/, ''));
      answers.push({ status: response.status, headers, cookies, body: await response.text() });
    }
    expect(answers[0]).toEqual(answers[1]);
    const mail = await app.box.mail(1);
    expect(mail).toMatchObject({ kind: 'already-registered', to: 'Ada@Example.com', data: { at: expect.any(Number) } });
    expect(mail.text).toContain('127.0.0.1');
    expect(await app.box.mail(2)).toMatchObject({ kind: 'confirm', to: 'grace@example.com' });
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(200);
  });

  it('needs the password in another browser than the one that registered, five times at most', async () => {
    app = await startAccounts(confirming);
    await send(app.jar(), '/auth/register', ada);
    const token = await tokenOf();
    const other = app.jar();
    const page = await readPage(other, `/auth/confirm?token=${token}`);
    expect(page.html).toContain('type="password"');
    expect(await send(other, '/auth/confirm', { token })).toMatchObject({
      status: 401,
      body: { code: 'PASSWORD_NEEDED' },
    });
    for (let attempt = 0; attempt < 4; attempt++) {
      const wrong = { token, password: `a wrong phrase ${String(attempt)}` };
      expect(await send(other, '/auth/confirm', wrong)).toMatchObject({
        status: 401,
        body: { code: 'PASSWORD_NEEDED' },
      });
    }
    expect((await send(other, '/auth/confirm', { token, password: ada.password })).status).toBe(200);
    await send(app.jar(), '/auth/register', grace);
    const second = await tokenOf(2);
    for (let attempt = 0; attempt < 5; attempt++) {
      await send(other, '/auth/confirm', { token: second, password: `a wrong phrase ${String(attempt)}` });
    }
    expect(await send(other, '/auth/confirm', { token: second, password: grace.password })).toMatchObject({
      status: 400,
    });
    expect(await accounts().findByEmail(grace.email)).toBeNull();
  });

  it('of one address by two people: the first that is confirmed wins, and the other link dies', async () => {
    app = await startAccounts(confirming);
    const [squatter, owner] = [app.jar(), app.jar()];
    await send(squatter, '/auth/register', { ...ada, password: 'the phrase of a squatter' });
    await send(owner, '/auth/register', ada);
    expect((await send(owner, '/auth/confirm', { token: await tokenOf(2) })).status).toBe(200);
    const late = await send(squatter, '/auth/confirm', { token: await tokenOf(1) });
    expect(late).toMatchObject({ status: 400, body: { fields: { token: ['TOKEN_INVALID'] } } });
    expect((await send(owner, '/auth/login', logIn)).status).toBe(200);
  });

  it('C2-44: uses a link once, also if twenty requests do so at once', async () => {
    app = await startAccounts(confirming);
    const jar = app.jar();
    await send(jar, '/auth/register', ada);
    const token = await tokenOf();
    const uses = await Promise.all(Array.from({ length: 20 }, () => send(jar.copy(), '/auth/confirm', { token })));
    expect(uses.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(uses.filter(({ body }) => body['code'] === 'INPUT_INVALID')).toHaveLength(19);
    expect(await send(jar, '/auth/confirm', { token: `${token}x` })).toMatchObject({ status: 400 });
  });

  it('changes nothing by GET and HEAD of a link', async () => {
    app = await startAccounts(confirming);
    const jar = app.jar();
    await send(jar, '/auth/register', ada);
    const token = await tokenOf();
    await app.jar().fetch(`/auth/confirm?token=${token}`, { method: 'HEAD' });
    const { headers, html } = await readPage(app.jar(), `/auth/confirm?token=${token}`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'strict-origin',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    expect(html).toMatch(/<form method="post" action="\/auth\/confirm">/);
    expect((await send(jar, '/auth/confirm', { token })).status).toBe(200);
  });

  it('of a username that was taken in the meantime says so, and keeps the link', async () => {
    app = await startAccounts({ ...confirming, usernames: true });
    const jar = app.jar();
    await send(jar, '/auth/register', { ...ada, username: 'ada.l' });
    await accounts().create({ ...grace, username: 'Ada.L' });
    const use = { token: await tokenOf() };
    expect(await send(jar, '/auth/confirm', use)).toMatchObject({ body: { fields: { username: ['USERNAME_TAKEN'] } } });
    expect(await send(jar, '/auth/confirm', use)).toMatchObject({ body: { fields: { username: ['USERNAME_TAKEN'] } } });
  });

  it('sends three mails to one address in 15 minutes, and then has the same answer without one', async () => {
    app = await startAccounts(confirming);
    const answers = [];
    for (let time = 0; time < 4; time++) answers.push(await send(app.jar(), '/auth/register', ada));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    await send(app.jar(), '/auth/register', grace);
    expect(await app.box.mail(4)).toMatchObject({ to: grace.email });
  });

  it('answers 429 after twenty mails that one network address has caused in an hour', async () => {
    app = await startAccounts(
      { ...confirming, sending: { perAddress: 2 } },
      { session: { clock: () => 1_764_000_000_000 } },
    );
    const statuses = [];
    for (let time = 0; time < 3; time++) {
      const email = `visitor-${String(time)}@example.com`;
      statuses.push((await send(app.jar(), '/auth/register', { ...ada, email })).status);
    }
    expect(statuses).toEqual([202, 202, 429]);
  });
});

describe('limits of mails', () => {
  const clock = (): number => 1_764_000_000_000;

  it('count a registration before anybody else is asked about it', async () => {
    const asked: string[] = [];
    app = await startAccounts(
      {
        registration: { enabled: true, admit: () => asked.push('admit') > 0 },
        passwords: {
          breached: 'strict',
          ranges: {
            range: () => {
              asked.push('ranges');
              return Promise.resolve('');
            },
          },
        },
        sending: { perAddress: 1 },
      },
      { session: { clock } },
    );
    expect((await send(app.jar(), '/auth/register', { ...ada, email: 'no address' })).status).toBe(400);
    expect(asked).toEqual([]);
    expect((await send(app.jar(), '/auth/register', ada)).status).toBe(201);
    expect(asked).toEqual(['admit', 'ranges']);
    expect((await send(app.jar(), '/auth/register', grace)).status).toBe(429);
    expect(asked).toEqual(['admit', 'ranges']);
  });

  it('count an IPv6 /48 altogether, ten times as many', async () => {
    app = await startAccounts({ ...confirming, sending: { perAddress: 1 } }, { session: { clock } });
    const limits = app.app.get(SendingLimits, { strict: false });
    for (let net = 0; net < 10; net++) await limits.countFrom(`2001:db8:1:${String(net)}::1`);
    await expect(limits.countFrom('2001:db8:1:99::1')).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    await limits.countFrom('2001:db8:2:99::1');
  });

  it('count each kind of mail by itself, and none that is not sent', async () => {
    let now = clock();
    app = await startAccounts(
      { ...confirming, sending: { perDay: 1, perRecipient: 1, interval: '1h' } },
      { session: { clock: () => now } },
    );
    const limits = app.app.get(SendingLimits, { strict: false });
    const admits = (): Promise<boolean> => limits.admits('confirm', '1:ada@example.com');
    expect(await admits()).toBe(true);
    now += 23.5 * 3_600_000;
    expect(await admits()).toBe(false);
    expect(await limits.admits('reset', '1:ada@example.com')).toBe(true);
    now += 0.6 * 3_600_000;
    expect(await admits()).toBe(true);
  });
});

describe('the mail to an unconfirmed account', () => {
  it('is sent again on request, with the same answer for any address', async () => {
    app = await startAccounts({ confirmation: true });
    await accounts().create({ ...ada, emailConfirmed: false });
    await accounts().create(grace);
    const answers = [];
    for (const email of ['nobody@example.com', grace.email, ada.email]) {
      answers.push(await send(app.jar(), '/auth/confirm/resend', { email }));
    }
    expect(answers).toEqual(answers.map(() => ({ status: 202, body: { status: 'sent' } })));
    expect(await app.box.mail()).toMatchObject({ kind: 'confirm', to: 'Ada@Example.com' });
    const token = await tokenOf();
    expect(await send(app.jar(), '/auth/confirm', { token })).toMatchObject({ body: { code: 'PASSWORD_NEEDED' } });
    expect((await send(app.jar(), '/auth/confirm', { token, password: ada.password })).status).toBe(200);
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(200);
  });
});

describe('the mail of a registration that waits', () => {
  const resend = (jar: CookieJar, email: string) => send(jar, '/auth/confirm/resend', { email });
  const settled = () => app.app.get(AfterAnswer).settled(60_000);
  const sent = { status: 202, body: { status: 'sent' } };

  it('is sent again to the browser that has registered, with a link that confirms it, and to no other', async () => {
    app = await startAccounts(confirming);
    const jar = app.jar();
    await send(jar, '/auth/register', ada);
    await send(jar, '/auth/register', grace);
    await settled();
    for (const stranger of [app.jar(), await registered('bob@example.com')]) {
      expect(await resend(stranger, ada.email)).toEqual(sent);
    }
    expect(await resend(jar, 'nobody@example.com')).toEqual(sent);
    await settled();
    expect(app.box.mails.map(({ to }) => to)).toEqual([ada.email, grace.email, 'bob@example.com']);
    expect(await resend(jar, ' ada@EXAMPLE.com')).toEqual(sent);
    await settled();
    expect(app.box.mails).toHaveLength(4);
    const [first, again] = [app.box.mails[0]?.data.token, app.box.mails[3]?.data.token];
    expect(again).not.toBe(first);
    expect((await send(app.jar(), '/auth/confirm', { token: again })).body).toMatchObject({ code: 'PASSWORD_NEEDED' });
    expect((await send(jar, '/auth/confirm', { token: again })).status).toBe(200);
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(200);
    expect((await send(jar, '/auth/confirm', { token: first })).status).toBe(400);
    expect(await resend(jar, ada.email)).toEqual(sent);
    await settled();
    expect(app.box.mails).toHaveLength(4);
  });

  it('is sent as often as the limits of sending admit, and while the registration waits', async () => {
    let now = Date.now();
    app = await startAccounts(confirming, { session: { clock: () => now } });
    const jar = await registered(ada.email);
    for (let count = 0; count < 5; count++) expect(await resend(jar, ada.email)).toEqual(sent);
    await settled();
    expect(app.box.mails).toHaveLength(3);
    now += 1.9 * 86_400_000;
    await resend(jar, ada.email);
    await settled();
    expect(app.box.mails).toHaveLength(4);
    // What was sent last is good for another two days, and sends itself no more often.
    now += 0.2 * 86_400_000;
    await resend(jar, ada.email);
    await settled();
    expect(app.box.mails).toHaveLength(4);
    expect((await send(jar, '/auth/confirm', { token: await tokenOf(4) })).status).toBe(200);
  });

  async function registered(email: string): Promise<CookieJar> {
    const jar = app.jar();
    await send(jar, '/auth/register', { ...ada, email });
    await settled();
    return jar;
  }
});

describe('a registration', () => {
  it('takes the declared fields alone, and checks them', async () => {
    const company = (value: unknown): string | undefined => (typeof value === 'string' ? value.trim() : undefined);
    const heard: string[] = [];
    app = await startAccounts(
      {
        registration: {
          enabled: true,
          fields: { company },
          beforeRegister: ({ email }) => heard.push(`before ${email}`),
          afterRegister: ({ email }) => heard.push(`after ${email}`),
        },
      },
      setup,
    );
    const jar = app.jar();
    const body = { ...ada, company: ' Analytical ', roles: ['admin'], active: false, id: 'mine' };
    expect((await send(jar, '/auth/register', body)).status).toBe(201);
    expect(await jar.json('/me')).toMatchObject({ me: { company: 'Analytical', roles: [], active: true } });
    expect(heard).toEqual(['before Ada@Example.com', 'after Ada@Example.com']);
    expect(await send(app.jar(), '/auth/register', { ...grace, company: 7 })).toMatchObject({
      status: 400,
      body: { fields: { company: ['FIELD_INVALID'] } },
    });
  });

  it('is made although afterRegister fails, which is logged', async () => {
    app = await startAccounts({
      registration: {
        enabled: true,
        afterRegister: () => {
          throw new Error('the list of customers is down');
        },
      },
    });
    expect((await send(app.jar(), '/auth/register', ada)).status).toBe(201);
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(200);
  });

  it('asks the application whether to admit it', async () => {
    app = await startAccounts({
      registration: { enabled: true, admit: ({ body }) => (body as { code?: unknown }).code === 'invited' },
    });
    expect(await send(app.jar(), '/auth/register', ada)).toMatchObject({
      status: 403,
      body: { code: 'REGISTRATION_REFUSED' },
    });
    expect((await send(app.jar(), '/auth/register', { ...ada, code: 'invited' })).status).toBe(201);
  });

  it.each<[string, object, Record<string, string[]>]>([
    ['nothing', {}, { email: ['REQUIRED'], password: ['REQUIRED'] }],
    [
      'values of another type',
      { email: [], password: {}, username: 1 },
      { email: ['NOT_TEXT'], password: ['NOT_TEXT'], username: ['NOT_TEXT'] },
    ],
    ['look-alikes of @', { email: 'ada＠example.com', password: 'a long enough phrase' }, { email: ['EMAIL_INVALID'] }],
    [
      'header injection',
      { email: 'ada@example.com\r\nBcc: eve@example.com', password: 'a long enough phrase' },
      { email: ['EMAIL_INVALID'] },
    ],
    [
      'C2-41: a short password, along with everything else',
      { email: 'x', password: '1234567', username: '_' },
      { email: ['EMAIL_INVALID'], password: ['PASSWORD_TOO_SHORT'], username: ['USERNAME_INVALID'] },
    ],
    ['C2-41: a common password', { email: 'a@b.example', password: 'password123' }, { password: ['PASSWORD_COMMON'] }],
    [
      'lone surrogates',
      { email: '\ud800@b.example', password: '\ud800 and a long phrase' },
      { email: ['EMAIL_INVALID'], password: ['PASSWORD_INVALID'] },
    ],
  ])('names the fields of what it cannot use: %s', async (_what, body, fields) => {
    app = await startAccounts({ registration: true, usernames: true });
    expect(await send(app.jar(), '/auth/register', body)).toMatchObject({
      status: 400,
      body: { code: 'INPUT_INVALID', fields },
    });
  });

  it('C2-43: tells that a username is taken, in whatever case', async () => {
    app = await startAccounts({ ...confirming, usernames: { enabled: true, required: true } });
    expect((await readPage(app.jar(), '/auth/register')).html).toContain('name="username"');
    await accounts().create({ ...grace, username: 'Grace' });
    expect(await send(app.jar(), '/auth/register', { ...ada, username: 'gRACE' })).toMatchObject({
      status: 400,
      body: { fields: { username: ['USERNAME_TAKEN'] } },
    });
    expect(await send(app.jar(), '/auth/register', ada)).toMatchObject({
      body: { fields: { username: ['REQUIRED'] } },
    });
  });

  it('C2-42: of a password in another form of Unicode is the same', async () => {
    app = await startAccounts({ registration: true });
    await send(app.jar(), '/auth/register', { ...ada, password: 'cafe\u0301 au lait' });
    expect((await send(app.jar(), '/auth/login', { ...logIn, password: 'caf\u00e9 au lait' })).status).toBe(200);
  });

  it('is a 404 where it is off, page and all', async () => {
    app = await startAccounts();
    expect((await send(app.jar(), '/auth/register', ada)).status).toBe(404);
    expect((await readPage(app.jar(), '/auth/register')).status).toBe(404);
    expect((await send(app.jar(), '/auth/recover', ada)).status).toBe(404);
    expect((await readPage(app.jar(), '/auth/login')).html).not.toContain('/auth/register');
  });
});
