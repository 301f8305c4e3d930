import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Logger, Param, Post } from '@nestjs/common';
import Database from 'libsql';
import { CurrentUser, Session } from 'nestjs-session-auth';
import {
  changedAccount,
  KyselyAccountRepository,
  MemoryAccountRepository,
  SecondFactorService,
  type Account,
  type AccountRepository,
} from 'nestjs-session-auth/accounts';
import { readPage, send, sendForm } from '../../support/accounts-app.js';
import { platforms } from '../../support/app.js';
import { CapturedLogger } from '../../support/captured-logger.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';
import { ada, logIn } from '../../support/second-factors.js';
import { otherThan, phone, SmsFactors } from '../../support/sms-factors.js';

@Controller()
class HomeController {
  @Get('me')
  me(@CurrentUser() account: Account | null): object {
    return { me: account?.email ?? null };
  }
}

/** What an application with an API of its own does. */
@Controller('own')
class OwnController {
  constructor(private readonly secondFactor: SecondFactorService) {}

  @Post('phones')
  begin(@Session() session: Session, @Body() body: object): Promise<string> {
    return this.secondFactor.beginPhone(session, body);
  }

  @Post('phones/:id')
  enable(@Session() session: Session, @Param('id') id: string, @Body('code') code: unknown): Promise<object> {
    return this.secondFactor.enablePhone(session, id, code);
  }

  @Post('send')
  send(@Session() session: Session, @Body() body: object): Promise<void> {
    return this.secondFactor.send(session, body);
  }

  @Post('send-to-verify')
  sendToVerify(@Session() session: Session): Promise<void> {
    return this.secondFactor.sendToVerify(session);
  }

  @Post('prove')
  async prove(@Session() session: Session, @Body() body: object): Promise<object> {
    return { status: (await this.secondFactor.prove(session, body)).status };
  }

  @Post('verify')
  verify(@Session() session: Session, @Body() body: object): Promise<void> {
    return this.secondFactor.verify(session, body);
  }
}

const setup = { controllers: [HomeController, OwnController] };
const wrong = { status: 401, body: { code: 'CODE_WRONG' } };
let factors: SmsFactors;

beforeEach(() => {
  factors = new SmsFactors();
});

afterEach(() => factors.app.close());

const prove = (jar: CookieJar, code: string | undefined) => send(jar, '/auth/second-factor', { method: 'code', code });
const verify = (jar: CookieJar, code: string) => send(jar, '/auth/verify', { method: 'code', code });
const ask = (jar: CookieJar) => factors.codeOf(jar, '/auth/second-factor/send');
const json = (body: object) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const csrfIn = (html: string): string => /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';

async function stored(repository: AccountRepository) {
  const account = await repository.findBy('email', '1:ada@example.com');
  if (account === null) throw new Error('There is no account.');
  return account;
}

async function raiseEpoch(repository: AccountRepository): Promise<void> {
  const account = await stored(repository);
  await repository.update(changedAccount(account, { epoch: account.epoch + 1 }), account.version);
}

describe.each(inTurn(platforms))('a code by SMS on %s', (platform) => {
  it('C2-70: is set up by the code that was sent, asked at the login and to confirm it, and removed', async () => {
    await factors.start({ site: 'The Shop', publicUrl: 'https://shop.example:8443' }, { ...setup, platform });
    const jar = await factors.loggedIn();
    const other = await factors.loggedIn();
    const begun = await send(jar, '/auth/factors/code', { phone: '0151 1234 5678', name: 'my phone' });
    const { id } = begun.body as { id: string };
    expect(begun).toEqual({ status: 202, body: { id } });
    const setUp = await factors.kit.sms.last(phone);
    // Without its code, it counts for nothing.
    await factors.loggedIn();
    expect(await jar.json('/auth/factors')).toEqual([]);
    const enable = `/auth/factors/code/${id}/enable`;
    expect(await send(jar, enable, { code: otherThan(setUp?.code ?? '') })).toMatchObject({
      status: 400,
      body: { fields: { code: ['CODE_WRONG'] } },
    });
    expect((await send(jar, enable, { code: setUp?.code })).body).toEqual({ status: 'enabled', id });
    expect(await jar.json('/me')).toEqual({ me: ada.email });
    expect(await other.json('/me')).toEqual({ me: null });
    const shown = { id, method: 'code', name: 'my phone', phone: '•••78' };
    expect(await jar.json('/auth/factors')).toMatchObject([shown]);
    const mail = await factors.app.box.mail();
    expect(mail).toMatchObject({ kind: 'factor-changed', to: ada.email, data: { factor: { method: 'code' } } });

    const login = await factors.pending({ next: '/orders' });
    expect(await login.json('/auth')).toMatchObject({ pending: { methods: ['code'] }, features: { sms: true } });
    expect(await send(login, '/auth/second-factor/options', { method: 'code' })).toEqual({
      status: 200,
      body: { phones: [{ id, phone: '•••78' }] },
    });
    const code = await ask(login);
    expect(factors.sent.at(-1)).toEqual({
      ...{ to: phone, kind: 'login', code },
      text: `${code} is your code to log in at The Shop. Do not give it to anyone.\n\n@shop.example #${code}`,
    });
    expect(await prove(login, otherThan(code))).toMatchObject(wrong);
    const typed = `${code.slice(0, 3)} ${code.slice(3)}`;
    expect(await prove(login, typed)).toMatchObject({ status: 200, body: { status: 'in', next: '/orders' } });
    expect(await login.json('/me')).toEqual({ me: ada.email });

    factors.now += 16 * 60_000;
    expect((await send(login, `/auth/factors/${id}/delete`, {})).status).toBe(401);
    const again = await factors.codeOf(login, '/auth/verify/send');
    expect(factors.sent.at(-1)).toMatchObject({ kind: 'verify' });
    expect((await verify(login, again)).status).toBe(200);
    expect(await verify(login, again)).toMatchObject(wrong);
    expect((await send(login, '/auth/verify', { password: ada.password })).status).toBe(200);
    expect((await send(login, `/auth/factors/${id}/delete`, {})).status).toBe(204);
    expect(await login.json('/auth/factors')).toEqual([]);
    await factors.loggedIn();
  });

  it('works by pages without script, in German, and leads to where one wanted to go', async () => {
    await factors.start({}, { ...setup, platform });
    const jar = await factors.loggedIn();
    const page = await readPage(jar, '/auth/factors');
    const _csrf = csrfIn(page.html);
    const bad = await (await sendForm(jar, '/auth/factors/code', { phone: '+1 202 555 0123', _csrf })).text();
    expect(bad).toContain('We do not send codes to numbers in this country.');
    expect(bad).toContain('value="+1 202 555 0123"');
    const setUp = await (await sendForm(jar, '/auth/factors/code', { phone, name: '<b>phone</b>', _csrf })).text();
    expect(setUp).toContain('We have sent a code to •••78.');
    const action = /action="([^"]+\/enable)"/.exec(setUp)?.[1] ?? '';
    const code = (await factors.kit.sms.last(phone))?.code ?? '';
    const not = await sendForm(jar, action, { code: otherThan(code), _csrf });
    expect([not.status, await not.text()]).toEqual([400, expect.stringContaining('autocomplete="one-time-code"')]);
    const done = await sendForm(jar, action, { code, _csrf });
    expect(done.headers.get('location')).toBe('/auth/factors');
    expect((await readPage(jar, '/auth/factors')).html).toContain('&lt;b&gt;phone&lt;/b&gt; (•••78)');

    const login = factors.app.jar();
    await sendForm(login, '/auth/login', logIn);
    const asked = await readPage(login, '/auth/second-factor');
    expect(asked.html).toContain('Send a code to •••78');
    const fields = { method: 'code', _csrf: csrfIn(asked.html) };
    const sent = await sendForm(login, '/auth/second-factor/send', fields);
    expect(sent.headers.get('location')).toBe('/auth/second-factor?sent=1');
    expect((await readPage(login, '/auth/second-factor?sent=1')).html).toContain('We have sent you a code.');
    const mine = (await factors.kit.sms.last(phone, 'login'))?.code ?? '';
    expect((await sendForm(login, '/auth/second-factor', { ...fields, code: mine })).headers.get('location')).toBe('/');

    const wanted = await readPage(login, '/auth/verify?next=%2Forders&action=pay');
    const kept = { method: 'code', next: '/orders', action: 'pay', _csrf: csrfIn(wanted.html) };
    const verifying = await sendForm(login, '/auth/verify/send', kept);
    const back = verifying.headers.get('location') ?? '';
    expect(back).toBe('/auth/verify?sent=1&next=%2Forders&action=pay');
    expect((await readPage(login, back)).html).toContain('We have sent you a code.');
    const last = (await factors.kit.sms.last(phone, 'verify'))?.code ?? '';
    expect((await sendForm(login, '/auth/verify', { ...kept, code: last })).headers.get('location')).toBe('/orders');
  });
});

describe('a telephone', () => {
  it.each<[string, object, Record<string, string[]>]>([
    ['nothing', {}, { phone: ['REQUIRED'] }],
    ['another type', { phone: 4_915_112_345_678 }, { phone: ['NOT_TEXT'] }],
    ['what is long', { phone: `+${'4'.repeat(65_536)}` }, { phone: ['TOO_LONG'] }],
    ['what is no number', { phone: '+49 151' }, { phone: ['PHONE_INVALID'] }],
    ['NUL', { phone: '+49151\u000012345678' }, { phone: ['NOT_TEXT'] }],
    ['a number of another country', { phone: '+12025550123' }, { phone: ['PHONE_COUNTRY'] }],
    ['a landline', { phone: '+4930123456' }, { phone: ['PHONE_NOT_MOBILE'] }],
    ['a name that is no text', { phone, name: 'a\u0007b' }, { name: ['NOT_TEXT'] }],
  ])('is refused: %s', async (_what, body, fields) => {
    await factors.start({}, setup);
    const jar = await factors.loggedIn();
    expect(await send(jar, '/auth/factors/code', body)).toMatchObject({ status: 400, body: { fields } });
    expect(factors.sent).toEqual([]);
  });

  it('is sealed in the database, and nobody finds its number in what is told', async () => {
    const repository = new MemoryAccountRepository();
    const told: unknown[] = [];
    const observer = {
      codeSent: (event: unknown) => told.push(['codeSent', event]),
      factorChanged: (event: unknown) => told.push(['factorChanged', event]),
      factorProved: (event: unknown) => told.push(['factorProved', event]),
    };
    await factors.start({ repository }, { ...setup, session: { observer } });
    await factors.withPhone();
    const login = await factors.pending();
    await prove(login, await ask(login));
    const { id: userId } = await stored(repository);
    const event = { userId, address: expect.any(String), method: 'code' };
    expect(told).toEqual([
      ['codeSent', event],
      ['factorChanged', { ...event, change: 'added' }],
      ['codeSent', event],
      ['factorProved', event],
    ]);
    const [row] = await repository.credentials(userId, 'phone');
    expect(row?.lastUsedAt?.getTime()).toBe(factors.now);
    expect(JSON.stringify([row, told])).not.toContain('12345678');
  });

  it('is one of several, up to five, of which one says which', async () => {
    await factors.start({ sending: { perAddress: 1_000 } }, setup);
    const { jar, id } = await factors.withPhone();
    const second = '+43664123456';
    factors.now += 60 * 60_000;
    await send(jar, '/auth/verify', { password: ada.password });
    await verify(jar, await factors.codeOf(jar, '/auth/verify/send'));
    expect(await send(jar, '/auth/factors/code', { phone })).toMatchObject({
      body: { fields: { phone: ['PHONE_SAME'] } },
    });
    factors.now += 1;
    const { id: other } = await factors.withPhone(second, jar);
    const login = await factors.pending();
    // The one that was used last.
    const first = await factors.codeOf(login, '/auth/second-factor/send', { method: 'code' }, second);
    const chosen = await factors.codeOf(login, '/auth/second-factor/send', { method: 'code', id });
    expect(await prove(login, first)).toMatchObject(wrong);
    expect((await prove(login, chosen)).status).toBe(200);
    expect(await send(await factors.pending(), '/auth/second-factor/send', { method: 'code', id: 'x' })).toMatchObject({
      body: { fields: { id: ['FACTOR_UNKNOWN'] } },
    });
    expect((await send(jar, `/auth/factors/${other}/delete`, {})).status).toBe(204);
    expect(await jar.json('/auth/factors')).toMatchObject([{ id }]);
    for (let count = 2; count <= 5; count++) {
      factors.now += 15 * 60_000;
      await send(jar, '/auth/verify', { password: ada.password });
      await verify(jar, await factors.codeOf(jar, '/auth/verify/send'));
      await factors.withPhone(`+4915112345${String(count).repeat(3)}`, jar);
      await send(jar, '/auth/verify', { password: ada.password });
    }
    expect(await send(jar, '/auth/factors/code', { phone: '+4915112345999' })).toMatchObject({
      status: 409,
      body: { code: 'TOO_MANY_FACTORS' },
    });
  });

  it('is set up by a login that has to have a second factor, which it is the last one of', async () => {
    await factors.start({ totp: false, secondFactor: { required: true } }, setup);
    const jar = factors.app.jar();
    expect((await send(jar, '/auth/login', logIn)).body).toEqual({ status: 'enroll', methods: ['code'] });
    expect(await send(jar, '/auth/factors/code', { phone })).toMatchObject({ body: { code: 'MAIL_CODE_NEEDED' } });
    await send(jar, '/auth/second-factor/send', {});
    const mailed = (await factors.app.box.mail()).data.code;
    await send(jar, '/auth/second-factor', { code: mailed });
    expect((await readPage(jar, '/auth/second-factor')).html).toContain('Add a phone');
    const { id } = (await send(jar, '/auth/factors/code', { phone })).body as { id: string };
    const code = (await factors.kit.sms.last(phone))?.code;
    expect(await send(jar, `/auth/factors/code/${id}/enable`, { code })).toMatchObject({ body: { status: 'in' } });
    expect(await send(jar, `/auth/factors/${id}/delete`, {})).toMatchObject({ body: { code: 'LAST_FACTOR' } });
  });

  it('of another account, or without a login, is not there', async () => {
    await factors.start({ sms: { enabled: true, perHour: 1_000 } }, setup);
    const mine = await factors.loggedIn();
    const { id } = (await send(mine, '/auth/factors/code', { phone })).body as { id: string };
    const code = (await factors.kit.sms.last(phone))?.code;
    const enable = `/auth/factors/code/${id}/enable`;
    for (const path of ['/auth/factors/code', enable]) {
      expect((await send(factors.app.jar(), path, { phone, code })).status).toBe(401);
    }
    await factors.kit.create({ email: 'bob@example.com', password: ada.password });
    const bob = factors.app.jar();
    await send(bob, '/auth/login', { ...logIn, identity: 'bob@example.com' });
    expect(await send(bob, enable, { code })).toMatchObject({ status: 404, body: { code: 'FACTOR_UNKNOWN' } });
    // Nor in another session of its own account: the code was sent for that one.
    expect((await send(await factors.loggedIn(), enable, { code })).status).toBe(400);
    expect((await send(mine, enable, { code })).status).toBe(200);
  });

  it('comes back for whoever has not removed it', async () => {
    const repository = new MemoryAccountRepository();
    await factors.start({ repository, recovery: true }, setup);
    const phones = async () => repository.credentials((await stored(repository)).id, 'phone');
    const { jar, id } = await factors.withPhone();
    const [row] = await phones();
    await send(jar, `/auth/factors/${id}/delete`, {});
    const removed = (await factors.app.box.mail(2)).data.notMe?.token;
    const report = (token: unknown) => send(factors.app.jar(), '/auth/not-me', { token, password: ada.password });
    expect(await phones()).toEqual([]);
    expect(await report(removed)).toMatchObject({ body: { status: 'restored' } });
    expect(await phones()).toMatchObject([{ id, data: row?.data }]);
  });

  it('is set up and used by routes of the application', async () => {
    await factors.start({}, setup);
    const jar = await factors.loggedIn();
    expect(await send(jar, '/own/phones', { phone: 'none' })).toMatchObject({
      status: 400,
      body: { fields: { phone: ['PHONE_INVALID'] } },
    });
    const id = await (await jar.fetch('/own/phones', json({ phone }))).text();
    const enabled = { code: (await factors.kit.sms.last(phone, 'set-up'))?.code };
    expect((await send(jar, `/own/phones/${id}`, enabled)).body).toEqual({ status: 'enabled', id });
    await send(jar, '/own/send-to-verify', {});
    const confirmed = { method: 'code', code: (await factors.kit.sms.last(phone, 'verify'))?.code };
    expect((await send(jar, '/own/verify', confirmed)).status).toBe(201);
    const login = await factors.pending();
    await send(login, '/own/send', { id });
    const proof = { method: 'code', code: (await factors.kit.sms.last(phone, 'login'))?.code };
    expect((await send(login, '/own/prove', proof)).body).toEqual({ status: 'in' });
  });

  it('is not there where it is off', async () => {
    await factors.start({ sms: { enabled: false } }, setup);
    const jar = await factors.loggedIn();
    expect((await send(jar, '/auth/factors/code', { phone })).status).toBe(404);
    expect((await readPage(jar, '/auth/factors')).html).not.toContain('telephone');
  });
});

const database = new Map<string, () => AccountRepository>([
  ['memory', () => new MemoryAccountRepository()],
  ['SQLite', () => new KyselyAccountRepository(new Database(':memory:'))],
]);

describe.each([...database])('a code that was sent, with accounts in %s', (_name, repositoryOf) => {
  it('proves nothing twice: twenty parallel uses are one login, and one change', async () => {
    await factors.start({ repository: repositoryOf() }, setup);
    const mine = await factors.loggedIn();
    const { id } = (await send(mine, '/auth/factors/code', { phone })).body as { id: string };
    const setUp = (await factors.kit.sms.last(phone))?.code;
    const twenty = <Result>(work: () => Promise<Result>) => Promise.all(Array.from({ length: 20 }, work));
    const enabled = await twenty(() => send(mine, `/auth/factors/code/${id}/enable`, { code: setUp }));
    expect(enabled.filter(({ status }) => status === 200)).toHaveLength(1);

    const login = await factors.pending();
    const code = await ask(login);
    const proved = await twenty(() => prove(login, code));
    expect(proved.filter(({ status }) => status === 200)).toHaveLength(1);

    const again = await factors.codeOf(mine, '/auth/verify/send');
    const verified = await twenty(() => verify(mine, again));
    expect(verified.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('a code that was sent', () => {
  it('ASVS 6.6.2: counts in the login that has asked for it, for what it was sent for, and until a newer one there', async () => {
    await factors.start({ sending: { perRecipient: 100 } }, setup);
    const { jar: mine } = await factors.withPhone();
    const [one, other] = [await factors.pending(), await factors.pending()];
    const code = await ask(one);
    const theirs = await ask(other);
    const confirmation = await factors.codeOf(mine, '/auth/verify/send');
    const mixed = code === theirs || code === confirmation || theirs === confirmation;
    if (!mixed) {
      expect(await prove(other, code)).toMatchObject(wrong);
      expect(await prove(one, confirmation)).toMatchObject(wrong);
      expect(await verify(mine, code)).toMatchObject(wrong);
    }
    // What others have asked for has voided nothing.
    expect((await verify(mine, confirmation)).status).toBe(200);
    expect((await prove(other, theirs)).status).toBe(200);
    const newer = await ask(one);
    if (newer !== code) expect(await prove(one, code)).toMatchObject(wrong);
    expect((await prove(one, newer)).status).toBe(200);
  });

  it('is that of one pending login, not of the next one in the same browser', async () => {
    await factors.start({}, setup);
    await factors.withPhone();
    const jar = await factors.pending();
    const code = await ask(jar);
    await send(jar, '/auth/login', logIn);
    expect(await prove(jar, code)).toMatchObject(wrong);
  });

  it('ends after ten minutes, and with what ends the logins of its account', async () => {
    const repository = new MemoryAccountRepository();
    await factors.start({ repository }, setup);
    const { jar } = await factors.withPhone();
    const late = await factors.codeOf(jar, '/auth/verify/send');
    factors.now += 10 * 60_000;
    expect(await verify(jar, late)).toMatchObject(wrong);
    // This session goes on after the change, and what was sent before it does not.
    const former = await factors.codeOf(jar, '/auth/verify/send');
    expect((await send(jar, '/auth/factors/recovery-codes', {})).status).toBe(200);
    expect(await verify(jar, former)).toMatchObject(wrong);
    const login = await factors.pending();
    const code = await ask(login);
    await raiseEpoch(repository);
    expect((await prove(login, code)).status).toBe(401);
    expect(await login.json('/me')).toEqual({ me: null });
  });

  it('C2-72: makes the pending login no longer, nor does one that is mailed', async () => {
    await factors.start({ secondFactor: { required: true } }, setup);
    const enrolling = factors.app.jar();
    await send(enrolling, '/auth/login', logIn);
    for (let time = 0; time < 3; time++) {
      factors.now += 3 * 60_000;
      expect((await send(enrolling, '/auth/second-factor/send', {})).status).toBe(202);
    }
    factors.now += 61_000;
    const { code } = (await factors.kit.mails.last(ada.email, 'code'))?.data ?? {};
    expect(await send(enrolling, '/auth/second-factor', { code })).toMatchObject({ body: { code: 'NOTHING_PENDING' } });
  });

  it('ASVS 6.6.3: is wrong for good after five wrong ones, and guesses are limited', async () => {
    await factors.start({}, setup);
    await factors.withPhone();
    const jar = await factors.pending();
    const code = await ask(jar);
    const statuses: number[] = [];
    for (let guess = 0; guess < 5; guess++) statuses.push((await prove(jar, otherThan(code))).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401]);
    factors.now += 9 * 60_000;
    expect(await prove(jar, code)).toMatchObject(wrong);
    for (let guess = 0; guess < 12; guess++) statuses.push((await prove(jar, otherThan(code))).status);
    expect(statuses.at(-1)).toBe(429);
    expect(await jar.json('/me')).toEqual({ me: null });
  });

  it.each<[string, object, Record<string, string[]>]>([
    ['no code', {}, { code: ['REQUIRED'] }],
    ['another type', { code: 123_456 }, { code: ['NOT_TEXT'] }],
    ['64 kB', { code: '1'.repeat(65_536) }, { code: ['TOO_LONG'] }],
    ['a lone surrogate', { code: '12345\ud800' }, { code: ['NOT_TEXT'] }],
  ])('is not what cannot be one: %s', async (_what, body, fields) => {
    await factors.start({}, setup);
    await factors.withPhone();
    const jar = await factors.pending();
    await ask(jar);
    expect(await send(jar, '/auth/second-factor', { method: 'code', ...body })).toMatchObject({
      status: 400,
      body: { fields },
    });
  });
});

describe('sending codes', () => {
  it('stops at three to a number in 15 minutes, without a difference, and set-ups are counted apart', async () => {
    await factors.start({}, setup);
    await factors.withPhone();
    const jar = await factors.pending();
    await factors.kit.create({ email: 'bob@example.com', password: ada.password });
    const bob = factors.app.jar();
    await send(bob, '/auth/login', { ...logIn, identity: 'bob@example.com' });
    // Whoever enters the number of somebody else keeps them from no login.
    for (let count = 0; count < 4; count++) await send(bob, '/auth/factors/code', { phone });
    const answers: unknown[] = [];
    for (let count = 0; count < 4; count++) {
      answers.push(await send(jar, '/auth/second-factor/send', { method: 'code' }));
    }
    expect(answers).toEqual(Array.from({ length: 4 }, () => ({ status: 202, body: { status: 'sent' } })));
    expect((await factors.kit.sms.all(phone, 'set-up')).length).toBe(3);
    expect((await factors.kit.sms.all(phone, 'login')).length).toBe(3);
    // The code that was sent stays valid.
    expect((await prove(jar, (await factors.kit.sms.last(phone, 'login'))?.code)).status).toBe(200);
  });

  it('is limited for an account that enters many numbers, and for a network address', async () => {
    await factors.start({ sending: { perAddress: 5 } }, setup);
    const jar = await factors.loggedIn();
    const statuses: number[] = [];
    for (let count = 0; count < 6; count++) {
      statuses.push((await send(jar, '/auth/factors/code', { phone: `+4915112345${String(count)}00` })).status);
    }
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429]);
    await factors.count();
    expect(factors.sent).toHaveLength(3);
  });

  it('has a total in an hour, which is told once, and can be used again when that is over', async () => {
    const told: unknown[] = [];
    const observer = { sendingLimited: (event: unknown) => told.push(event) };
    await factors.start({ sms: { enabled: true, perHour: 2 } }, { ...setup, session: { observer } });
    await factors.withPhone();
    const jar = await factors.pending();
    for (let count = 0; count < 3; count++) {
      expect((await send(jar, '/auth/second-factor/send', { method: 'code' })).status).toBe(202);
    }
    expect(await factors.count()).toBe(2);
    expect(told).toEqual([{ kind: 'sms', limit: 2 }]);
    factors.now += 60 * 60_000;
    await ask(await factors.pending());
  });

  it('looks at the country again, and at the number as it is stored', async () => {
    const repository = new MemoryAccountRepository();
    await factors.start({ repository }, setup);
    await factors.withPhone();
    const { create } = repository;
    await factors.app.close();
    const again = new SmsFactors();
    again.now = factors.now;
    factors = again;
    // The account is there already.
    repository.create = async () => {
      repository.create = create;
      return { created: await stored(repository) };
    };
    await factors.start({ repository, sms: { enabled: true, countries: ['AT'], region: 'AT' } }, setup);
    const jar = await factors.pending();
    expect((await send(jar, '/auth/second-factor/send', { method: 'code' })).status).toBe(202);
    expect(await factors.count()).toBe(0);
  });

  it('logs what the sender throws, without number and code, and answers as ever', async () => {
    const logger = new CapturedLogger();
    const sender = {
      send: ({ to, text }: { to: string; text: string }) => Promise.reject(new Error(`No route to ${to} for ${text}`)),
    };
    await factors.start({ sms: { enabled: true, sender } }, setup);
    Logger.overrideLogger(logger);
    const jar = await factors.loggedIn();
    expect((await send(jar, '/auth/factors/code', { phone })).status).toBe(202);
    const code = (await factors.kit.sms.last(phone))?.code ?? 'none';
    await factors.app.close();
    const lines = logger.at('error').filter((text) => text.includes('was not sent'));
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain(code);
    expect(lines.join()).not.toContain('12345678');
  });
});

describe('a mailbox in place of a second factor', () => {
  const adopted = { mailAsSecondFactor: true, sms: { enabled: false } };

  it('gets the code at the login of an account that has nothing better, and proves what it says', async () => {
    await factors.start(adopted, setup);
    const jar = await factors.pending();
    expect(await jar.json('/auth')).toMatchObject({ pending: { methods: ['code'] } });
    expect((await readPage(jar, '/auth/second-factor')).html).toContain('by email');
    expect((await send(jar, '/auth/second-factor/send', { method: 'code' })).status).toBe(202);
    const mail = await factors.kit.mails.last('ada@example.com', 'code');
    expect((await prove(jar, mail?.data.code)).status).toBe(200);
    expect(await jar.json('/me')).toEqual({ me: ada.email });
    // With it, another factor is set up, which takes its place.
    const { secret } = await factors.withTotp(jar);
    const login = await factors.pending();
    expect(await login.json('/auth')).toMatchObject({ pending: { methods: ['totp'] } });
    expect(await send(login, '/auth/second-factor/send', { method: 'code' })).toMatchObject({
      body: { fields: { method: ['METHOD_UNKNOWN'] } },
    });
    expect((await send(login, '/auth/second-factor', { method: 'totp', code: factors.code(secret) })).status).toBe(200);
  });

  it('is that of those whom the setting names, with a confirmed address', async () => {
    await factors.start({ ...adopted, mailAsSecondFactor: ['former'] }, setup);
    await factors.loggedIn();
    await factors.kit.create({ email: 'bob@example.com', password: ada.password, roles: ['former'] });
    const bob = { identity: 'bob@example.com', password: ada.password };
    expect((await send(factors.app.jar(), '/auth/login', bob)).body).toMatchObject({ status: 'second-factor' });
    await factors.kit.create({
      ...{ email: 'eve@example.com', password: ada.password, roles: ['former'], emailConfirmed: false },
    });
    const eve = { identity: 'eve@example.com', password: ada.password };
    expect((await send(factors.app.jar(), '/auth/login', eve)).body).toMatchObject({ status: 'in' });
  });

  it('makes up for no last factor, gives up no former address, and restores nothing', async () => {
    const required = { secondFactor: { required: true } };
    await factors.start({ ...adopted, ...required }, setup);
    const jar = await factors.pending();
    await send(jar, '/auth/second-factor/send', { method: 'code' });
    await prove(jar, (await factors.kit.mails.last('ada@example.com', 'code'))?.data.code);
    const change = { email: 'new@example.com', oldAddressLost: true };
    expect(await send(jar, '/auth/email', change)).toMatchObject({
      body: { fields: { oldAddressLost: ['SECOND_FACTOR_NEEDED'] } },
    });
    const { id } = await factors.withTotp(jar);
    expect(await send(jar, `/auth/factors/${id}/delete`, {})).toMatchObject({ body: { code: 'LAST_FACTOR' } });
  });

  it('proves nothing to "this was not me", whose link is in the same mailbox', async () => {
    await factors.start(adopted, setup);
    const jar = await factors.pending();
    await send(jar, '/auth/second-factor/send', { method: 'code' });
    await prove(jar, (await factors.kit.mails.last('ada@example.com', 'code'))?.data.code);
    const { id } = await factors.withTotp(jar);
    await send(jar, `/auth/factors/${id}/delete`, {});
    const mails = await factors.kit.mails.all('ada@example.com', 'factor-changed');
    const token = mails.at(-1)?.data.notMe?.token;
    await send(jar, '/auth/verify/send', { method: 'code' });
    const { code } = (await factors.kit.mails.last('ada@example.com', 'code'))?.data ?? {};
    expect(await send(jar, '/auth/not-me', { token, method: 'code', code })).toMatchObject({
      status: 401,
      body: { code: 'FACTOR_WRONG' },
    });
  });
});
