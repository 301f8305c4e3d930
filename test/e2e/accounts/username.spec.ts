import { afterEach, describe, expect, it } from '@jest/globals';
import { AccountsService } from 'nestjs-session-auth/accounts';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';

const ada = { email: 'Ada@Example.com', password: 'a long enough phrase', username: 'ada.l' };
let app: AccountsApp;

afterEach(() => app.close());

async function startWithAda(...[options, more]: Parameters<typeof startAccounts>): Promise<CookieJar> {
  app = await startAccounts({ usernames: true, ...options }, more);
  await app.app.get(AccountsService).create(ada);
  const jar = app.jar();
  await send(jar, '/auth/login', { identity: ada.email, password: ada.password });
  return jar;
}

describe.each(inTurn(platforms))('a change of the username on %s', (platform) => {
  it('C2-56: is made at once, and its owner is told', async () => {
    const jar = await startWithAda({}, { platform });
    expect(await send(jar, '/auth/username', { username: 'Lovelace' })).toMatchObject({
      status: 200,
      body: { status: 'changed', user: { username: 'Lovelace' } },
    });
    const mail = await app.box.mail();
    expect(mail).toMatchObject({ kind: 'username', to: 'Ada@Example.com' });
    expect(mail.text).toContain('Lovelace');
    expect(mail.text).toContain(mail.data.notMe?.link);
    expect(await jar.json('/auth')).toMatchObject({ user: { username: 'Lovelace' } });
    for (const [identity, status] of [
      ['lovelace', 200],
      ['ada.l', 401],
    ]) {
      expect((await send(app.jar(), '/auth/login', { identity, password: ada.password })).status).toBe(status);
    }
  });

  it('is done with a form', async () => {
    const jar = await startWithAda({}, { platform });
    expect((await readPage(jar, '/auth/account')).html).toContain('href="/auth/account/username"');
    const { html } = await readPage(jar, '/auth/account/username');
    expect(html).toContain('Your username is ada.l.');
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const wrong = await sendForm(jar, '/auth/username', { username: 'a b', _csrf });
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('not a valid username')]);
    const done = await sendForm(jar, '/auth/username', { username: 'lovelace', _csrf });
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('Your username has been changed.')]);
  });
});

describe('a change of the username', () => {
  it('C2-56: names a username that is taken, whatever its case', async () => {
    const jar = await startWithAda();
    await app.app.get(AccountsService).create({ email: 'bob@example.com', username: 'Bob.B' });
    expect(await send(jar, '/auth/username', { username: 'bob.b' })).toMatchObject({
      status: 400,
      body: { fields: { username: ['USERNAME_TAKEN'] } },
    });
  });

  it('C2-56: needs a login that is fresh with all its factors', async () => {
    let now = Date.now();
    const jar = await startWithAda({}, { session: { clock: () => now, freshFor: '10h' } });
    now += 16 * 60_000;
    expect(await send(jar, '/auth/username', { username: 'lovelace' })).toMatchObject({
      status: 401,
      body: { code: 'VERIFICATION_REQUIRED' },
    });
    expect((await send(app.jar(), '/auth/username', { username: 'lovelace' })).status).toBe(401);
    const page = await readPage(jar, '/auth/account/username');
    expect(page.headers.get('location')).toBe('/auth/verify?next=%2Fauth%2Faccount%2Fusername');
  });

  it('of twenty accounts to one username at once is made for one', async () => {
    app = await startAccounts({ usernames: true });
    const jars = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const email = `user${String(index)}@example.com`;
        await app.app.get(AccountsService).create({ email, password: ada.password });
        const jar = app.jar();
        await send(jar, '/auth/login', { identity: email, password: ada.password });
        return jar;
      }),
    );
    const answers = await Promise.all(jars.map((jar) => send(jar, '/auth/username', { username: 'the.one' })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(19);
  });

  it.each<[string, object, string]>([
    ['nothing', {}, 'REQUIRED'],
    ['the same one', { username: 'ada.l' }, 'USERNAME_SAME'],
    ['one that is too short', { username: 'ab' }, 'USERNAME_INVALID'],
    ['one with NUL', { username: 'ada\0x' }, 'USERNAME_INVALID'],
    ['another type', { username: { a: 1 } }, 'NOT_TEXT'],
  ])('names the field of what it cannot use: %s', async (_what, body, code) => {
    const jar = await startWithAda();
    expect(await send(jar, '/auth/username', body)).toMatchObject({
      status: 400,
      body: { fields: { username: [code] } },
    });
  });

  it('is not there without usernames', async () => {
    app = await startAccounts();
    expect((await send(app.jar(), '/auth/username', { username: 'lovelace' })).status).toBe(404);
  });

  it('that was not its owner’s is taken back by the link of the mail', async () => {
    const jar = await startWithAda({ recovery: true });
    await send(jar, '/auth/username', { username: 'intruder' });
    const token = (await app.box.mail()).data.notMe?.token;
    expect(await send(app.jar(), '/auth/not-me', { token })).toEqual({ status: 200, body: { status: 'restored' } });
    expect(await app.app.get(AccountsService).findByEmail(ada.email)).toMatchObject({ username: 'ada.l' });
  });
});
