import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { Controller, Get } from '@nestjs/common';
import { CurrentUser } from 'nestjs-session-auth';
import { MemoryAccountRepository, type Account } from 'nestjs-session-auth/accounts';
import { platforms } from '../../support/app.js';
import type { CookieJar } from '../../support/jar.js';
import { readPage, send, sendForm } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import { ada, Factors } from '../../support/second-factors.js';

@Controller()
class HomeController {
  @Get('me')
  me(@CurrentUser() account: Account | null): object {
    return { me: account?.email ?? null };
  }
}

const setup = { controllers: [HomeController] };
let factors: Factors;

beforeEach(() => {
  factors = new Factors();
});

afterEach(() => factors.app.close());

const statuses = (answers: readonly { status: number }[], status: number): number =>
  answers.filter((one) => one.status === status).length;

describe.each(inTurn(platforms))('an authenticator app on %s', (platform) => {
  it('C2-70: is set up by its first code, listed, used at the login, and removed', async () => {
    await factors.start({ totp: { enabled: true, issuer: 'The Shop' } }, { ...setup, platform });
    const jar = await factors.loggedIn();
    const other = await factors.loggedIn();
    const begun = await send(jar, '/auth/factors/totp', { name: 'my phone' });
    const { id, secret, uri, qr } = begun.body as Record<'id' | 'secret' | 'uri' | 'qr', string>;
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(new URL(uri).searchParams.get('secret')).toBe(secret);
    expect(decodeURIComponent(new URL(uri).pathname)).toContain('The Shop:Ada@Example.com');
    expect(Buffer.from(qr.replace('data:image/svg+xml;base64,', ''), 'base64').toString()).toContain('<svg');
    // Without its code, it counts for nothing.
    await factors.loggedIn();
    expect(await jar.json('/auth/factors')).toEqual([]);
    const enable = `/auth/factors/totp/${id}/enable`;
    expect(await send(jar, enable, { code: factors.wrongCode(secret) })).toMatchObject({
      status: 400,
      body: { fields: { code: ['CODE_WRONG'] } },
    });
    expect((await send(jar, enable, { code: factors.code(secret) })).status).toBe(200);
    expect(await jar.json('/me')).toEqual({ me: ada.email });
    expect(await other.json('/me')).toEqual({ me: null });
    expect(await jar.json('/auth/factors')).toMatchObject([{ id, method: 'totp', name: 'my phone' }]);
    const mail = await factors.app.box.mail();
    expect(mail).toMatchObject({ kind: 'factor-changed', to: ada.email, data: { factor: { change: 'added' } } });
    expect(mail.text).toContain('my phone');
    const removed = await jar.fetch(`/auth/factors/${id}`, {
      method: 'DELETE',
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    expect(removed.status).toBe(204);
    expect(await jar.json('/me')).toEqual({ me: ada.email });
    expect(await jar.json('/auth/factors')).toEqual([]);
    await factors.loggedIn();
  });

  it('is set up and removed by pages, without script', async () => {
    await factors.start({}, { ...setup, platform });
    const jar = await factors.loggedIn();
    const page = await readPage(jar, '/auth/factors');
    expect(page.html).toContain('You have no second factor yet.');
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    const setUp = await (await sendForm(jar, '/auth/factors/totp', { name: '<b>phone</b>', _csrf })).text();
    const secret = (/<code class="key">([A-Z2-7 ]+)</.exec(setUp)?.[1] ?? '').replaceAll(' ', '');
    const action = /action="([^"]+\/enable)"/.exec(setUp)?.[1] ?? '';
    const done = await sendForm(jar, action, { code: factors.code(secret), _csrf });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/auth/factors']);
    const list = await readPage(jar, '/auth/factors');
    expect(list.html).toContain('Authenticator app: &lt;b&gt;phone&lt;/b&gt;');
    const remove = /action="([^"]+\/delete)"/.exec(list.html)?.[1] ?? '';
    const csrf = /name="_csrf" value="([^"]+)"/.exec(list.html)?.[1] ?? '';
    expect((await sendForm(jar, remove, { _csrf: csrf })).headers.get('location')).toBe('/auth/factors');
    expect((await readPage(jar, '/auth/factors')).html).toContain('You have no second factor yet.');
  });
});

describe('an authenticator app', () => {
  it('shows the codes that oathtool accepts, and the one before and after', async () => {
    await factors.start({}, setup);
    const { secret } = await factors.withTotp();
    for (const [shift, status] of [
      [-90, 401],
      [-30, 200],
      [0, 200],
      [30, 200],
      [90, 401],
    ] as const) {
      factors.now += 300_000;
      const at = new Date(factors.now + shift * 1_000)
        .toISOString()
        .replace(/\.\d+Z$/, 'Z')
        .replace('T', ' ');
      const code = execFileSync('oathtool', ['--totp', '--base32', `--now=${at.replace('Z', ' UTC')}`, secret])
        .toString()
        .trim();
      const answer = await send(await factors.pending(), '/auth/second-factor', { method: 'totp', code });
      expect([shift, answer.status]).toEqual([shift, status]);
    }
  });

  it('proves nothing twice: twenty parallel uses of one code are one login', async () => {
    await factors.start({}, setup);
    const { secret } = await factors.withTotp();
    const code = factors.code(secret);
    const jars: CookieJar[] = [];
    for (let count = 0; count < 20; count++) jars.push(await factors.pending());
    const answers = await Promise.all(jars.map((jar) => send(jar, '/auth/second-factor', { method: 'totp', code })));
    expect(statuses(answers, 200)).toBe(1);
    const users = await Promise.all(jars.map((jar) => jar.json('/me')));
    expect(users.filter((user) => JSON.stringify(user).includes(ada.email))).toHaveLength(1);
  });

  it('counts the code of the set-up as used, and takes no older one', async () => {
    await factors.start({}, setup);
    const { secret } = await factors.withTotp();
    factors.now -= 30_000;
    const code = factors.code(secret);
    factors.now += 30_000;
    expect((await send(await factors.pending(), '/auth/second-factor', { method: 'totp', code })).status).toBe(401);
    const jar = await factors.pending();
    const next = { method: 'totp', code: factors.code(secret) };
    expect((await send(jar, '/auth/second-factor', next)).status).toBe(200);
    expect((await send(jar, '/auth/verify', next)).status).toBe(401);
  });

  it('is enabled once by twenty parallel requests', async () => {
    await factors.start({}, setup);
    const jar = await factors.loggedIn();
    const { id, secret } = (await send(jar, '/auth/factors/totp', {})).body as { id: string; secret: string };
    const code = factors.code(secret);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send(jar, `/auth/factors/totp/${id}/enable`, { code })),
    );
    expect(statuses(answers, 200)).toBe(1);
  });

  it('is sealed in the database, bound to its row, and opens with a former secret key', async () => {
    const repository = new MemoryAccountRepository();
    const former = 'the former secret key, of 32 bytes and more';
    await factors.start({ repository }, { ...setup, session: { secretKey: former } });
    const { secret } = await factors.withTotp();
    const account = await repository.findBy('email', '1:ada@example.com');
    const rows = await repository.credentials(account?.id ?? '', 'totp');
    expect(JSON.stringify(rows)).not.toContain(secret);
    await factors.app.close();
    const again = new Factors();
    again.now = factors.now;
    factors = again;
    const session = { secretKeyFallbacks: [former] };
    await repository.delete(account?.id ?? '');
    await factors.start({ repository }, { ...setup, session });
    const renewed = await repository.findBy('email', '1:ada@example.com');
    // Copied to another account, it is worth nothing.
    await repository.addCredential(renewed?.id ?? '', { kind: 'totp', data: rows[0]?.data ?? {} });
    await factors.loggedIn();
  });

  it('C2-74: keeps its secret when the secret key is replaced', async () => {
    const repository = new MemoryAccountRepository();
    const former = 'the former secret key, of 32 bytes and more';
    await factors.start({ repository }, { ...setup, session: { secretKey: former } });
    const { secret, jar } = await factors.withTotp();
    const made = await send(jar, '/auth/factors/recovery-codes', {});
    const [recovery = ''] = (made.body as { codes: string[] }).codes;
    const { create } = repository;
    await factors.app.close();
    const again = new Factors();
    again.now = factors.now;
    factors = again;
    // The account is there already.
    repository.create = async () => {
      repository.create = create;
      const account = await repository.findBy('email', '1:ada@example.com');
      return account === null ? { taken: 'email' } : { created: account };
    };
    await factors.start({ repository }, { ...setup, session: { secretKeyFallbacks: [former] } });
    const body = { method: 'totp', code: factors.code(secret) };
    expect((await send(await factors.pending(), '/auth/second-factor', body)).status).toBe(200);
    const byCode = { method: 'recovery-code', code: recovery };
    expect((await send(await factors.pending(), '/auth/second-factor', byCode)).status).toBe(200);
  });

  it('can come back for a while after it was removed, and cannot be used until then', async () => {
    const repository = new MemoryAccountRepository();
    await factors.start({ repository }, setup);
    const { jar, id } = await factors.withTotp();
    expect((await send(jar, `/auth/factors/${id}/delete`, {})).status).toBe(204);
    const account = await repository.findBy('email', '1:ada@example.com');
    const kinds = (await repository.credentials(account?.id ?? '')).map(({ kind }) => kind);
    expect(kinds).toContain('removed-factor');
    expect(kinds).not.toContain('totp');
    await factors.loggedIn();
  });

  it('can be one of several, each with a name, until there are ten', async () => {
    await factors.start({}, setup);
    const { jar } = await factors.withTotp(undefined, 'one');
    const { secret } = await factors.withTotp(jar, 'two');
    expect(await jar.json('/auth/factors')).toMatchObject([{ name: 'one' }, { name: 'two' }]);
    const body = { method: 'totp', code: factors.code(secret) };
    expect((await send(await factors.pending(), '/auth/second-factor', body)).status).toBe(200);
    for (let count = 3; count <= 10; count++) await factors.withTotp(jar);
    expect(await send(jar, '/auth/factors/totp', {})).toMatchObject({
      status: 409,
      body: { code: 'TOO_MANY_FACTORS' },
    });
  });

  it('ASVS 7.5.1: is changed only within 15 minutes after all factors were proved', async () => {
    await factors.start({}, setup);
    const { jar, secret, id } = await factors.withTotp();
    factors.now += 15 * 60_000;
    const needed = { status: 401, body: { code: 'VERIFICATION_REQUIRED' } };
    const paths = ['/auth/factors/totp', '/auth/factors/recovery-codes', `/auth/factors/${id}/delete`];
    for (const path of paths) expect(await send(jar, path, {})).toMatchObject(needed);
    const page = await sendForm(jar, '/auth/factors/totp', {});
    expect(page.headers.get('location')).toBe('/auth/verify?next=%2Fauth%2Ffactors');
    await send(jar, '/auth/verify', { method: 'totp', code: factors.code(secret) });
    expect(await send(jar, '/auth/factors/totp', {})).toMatchObject(needed);
    await send(jar, '/auth/verify', { password: ada.password });
    expect((await send(jar, '/auth/factors/totp', {})).status).toBe(200);
    expect((await send(jar, `/auth/factors/${id}/delete`, {})).status).toBe(204);
  });

  it('of another account is not found, and needs a login', async () => {
    await factors.start({}, setup);
    const { id } = await factors.withTotp();
    for (const path of ['/auth/factors/totp', '/auth/factors/recovery-codes', `/auth/factors/${id}/delete`]) {
      expect((await send(factors.app.jar(), path, {})).status).toBe(401);
    }
    const jar = factors.app.jar();
    await factors.app.close();
    await factors.start({}, setup);
    const mine = await factors.loggedIn();
    expect(jar).toBeDefined();
    const unknown = { status: 404, body: { code: 'FACTOR_UNKNOWN' } };
    expect(await send(mine, `/auth/factors/${id}/delete`, {})).toMatchObject(unknown);
    expect(await send(mine, `/auth/factors/totp/${id}/enable`, { code: '123456' })).toMatchObject(unknown);
  });

  it('is not there where it is off', async () => {
    await factors.start({ totp: false, recoveryCodes: false }, setup);
    const jar = await factors.loggedIn();
    for (const path of ['/auth/factors/totp', '/auth/factors/recovery-codes', '/auth/second-factor']) {
      expect((await send(jar, path, {})).status).toBe(404);
    }
  });
});

describe('recovery codes', () => {
  it('C2-74: are shown once, count once, are told, and end with new ones', async () => {
    await factors.start({}, setup);
    const { jar } = await factors.withTotp();
    const first = ((await send(jar, '/auth/factors/recovery-codes', {})).body as { codes: string[] }).codes;
    expect(new Set(first).size).toBe(10);
    for (const code of first) expect(code).toMatch(/^(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}$/);
    expect(await jar.json('/auth/factors')).toMatchObject([{ method: 'totp' }, { method: 'recovery-code', left: 10 }]);
    const typed = { method: 'recovery-code', code: first[0]?.toLowerCase().replaceAll('-', ' ') };
    expect((await send(await factors.pending(), '/auth/second-factor', typed)).status).toBe(200);
    expect((await send(await factors.pending(), '/auth/second-factor', typed)).status).toBe(401);
    const mail = await factors.app.box.mail(3);
    expect(mail).toMatchObject({ kind: 'recovery-code-used', to: ada.email, data: { left: 9 } });
    expect(mail.text).toContain(mail.data.notMe?.link);
    expect(mail.text).toContain('Codes left: 9.');
    const second = ((await send(jar, '/auth/factors/recovery-codes', {})).body as { codes: string[] }).codes;
    expect(second).not.toContain(first[1]);
    const old = { method: 'recovery-code', code: first[1] };
    expect((await send(await factors.pending(), '/auth/second-factor', old)).status).toBe(401);
  });

  it('prove nothing twice: twenty parallel uses of one are one login', async () => {
    await factors.start({}, setup);
    const { jar } = await factors.withTotp();
    const [code] = ((await send(jar, '/auth/factors/recovery-codes', {})).body as { codes: string[] }).codes;
    const jars: CookieJar[] = [];
    for (let count = 0; count < 20; count++) jars.push(await factors.pending());
    const answers = await Promise.all(
      jars.map((one) => send(one, '/auth/second-factor', { method: 'recovery-code', code })),
    );
    expect(statuses(answers, 200)).toBe(1);
  });

  it('are stored as hashes under a key, and are no second factor by themselves', async () => {
    const repository = new MemoryAccountRepository();
    await factors.start({ repository, recoveryCodes: { enabled: true, count: 3 } }, setup);
    const jar = await factors.loggedIn();
    const { codes } = (await send(jar, '/auth/factors/recovery-codes', {})).body as { codes: string[] };
    expect(codes).toHaveLength(3);
    const account = await repository.findBy('email', '1:ada@example.com');
    const stored = JSON.stringify(await repository.credentials(account?.id ?? ''));
    for (const code of codes) expect(stored).not.toContain(code.replaceAll('-', ''));
    await factors.loggedIn();
  });

  it('are shown by a page to print', async () => {
    await factors.start({}, setup);
    const jar = await factors.loggedIn();
    const page = await readPage(jar, '/auth/factors');
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    const made = await (await sendForm(jar, '/auth/factors/recovery-codes', { _csrf })).text();
    expect(made.match(/(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}/g)).toHaveLength(10);
  });
});
