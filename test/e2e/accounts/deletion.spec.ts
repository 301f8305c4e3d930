import { afterEach, describe, expect, it } from '@jest/globals';
import { ForbiddenException } from '@nestjs/common';
import {
  AccountDeletionService,
  AccountsService,
  changedAccount,
  MemoryAccountRepository,
  type StoredAccount,
} from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';

const day = 86_400_000;
const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
const logIn = { identity: ada.email, password: ada.password };

let app: AccountsApp;
let repository: MemoryAccountRepository;
let id: string;
let now: number;
let deleted: string[];

afterEach(() => app.close());

async function start(...[options, setup]: Parameters<typeof startAccounts>): Promise<void> {
  now = Date.now();
  deleted = [];
  repository = new MemoryAccountRepository({ now: () => now });
  app = await startAccounts(
    { repository, ...options },
    {
      ...setup,
      session: {
        clock: () => now,
        observer: { accountDeleted: ({ userId }) => deleted.push(userId) },
        ...setup?.session,
      },
    },
  );
  ({ id } = await app.app.get(AccountsService).create(ada));
}

async function loggedIn(): Promise<CookieJar> {
  const jar = app.jar();
  await send(jar, '/auth/login', logIn);
  return jar;
}

const isIn = async (jar: CookieJar): Promise<boolean> => ((await jar.json('/auth')) as { user: unknown }).user !== null;

const purge = (): Promise<number> => app.app.get(AccountDeletionService).purge();

async function stored(): Promise<StoredAccount> {
  const account = await repository.find(id);
  if (account === null) throw new Error('There is no account.');
  return account;
}

/** Asks for the deletion. @returns the token in the mail */
async function requestDeletion(): Promise<string> {
  const answer = await send(await loggedIn(), '/auth/account', {}, 'DELETE');
  expect(answer.status).toBe(202);
  return (await app.box.mail()).data.token ?? '';
}

describe.each(inTurn(platforms))('the deletion of an account on %s', (platform) => {
  it('ends all sessions at once, lets nobody in, and takes effect after the grace time', async () => {
    await start({}, { platform });
    const [jar, phone] = [await loggedIn(), await loggedIn()];
    const deleteAt = new Date(now + 14 * day).toISOString();
    expect(await send(jar, '/auth/account', {}, 'DELETE')).toEqual({
      status: 202,
      body: { status: 'deleting', deleteAt },
    });
    expect(await Promise.all([jar, phone].map(isIn))).toEqual([false, false]);
    expect(await send(app.jar(), '/auth/login', logIn)).toMatchObject({ status: 401 });
    expect(await app.box.mail()).toMatchObject({ kind: 'deletion', to: ada.email });
    now += 14 * day;
    expect(await purge()).toBe(0);
    now += 60_000;
    expect(await purge()).toBe(1);
    expect(await repository.find(id)).toBeNull();
    expect(deleted).toEqual([id]);
    expect(await purge()).toBe(0);
  });

  it('is undone by the link of the mail, with a button, once', async () => {
    await start({}, { platform });
    const token = await requestDeletion();
    const { status, html } = await readPage(app.jar(), `/auth/account/undo?token=${token}`);
    expect(status).toBe(200);
    expect(html).toContain(`value="${token}"`);
    expect((await stored()).state.deleteAt).toBeDefined();
    const response = await sendForm(app.jar(), '/auth/account/undo', { token });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('Your account is kept.');
    expect((await stored()).state).toEqual({});
    expect(await send(app.jar(), '/auth/login', logIn)).toMatchObject({ status: 200 });
    expect(await send(app.jar(), '/auth/account/undo', { token })).toMatchObject({
      status: 400,
      body: { fields: { token: ['TOKEN_INVALID'] } },
    });
    now += 15 * day;
    expect(await purge()).toBe(0);
    expect(await repository.find(id)).not.toBeNull();
  });

  it('is done by a form, whose page says what happens', async () => {
    await start({}, { platform });
    const jar = await loggedIn();
    const { html } = await readPage(jar, '/auth/account/delete');
    expect(html).toContain('action="/auth/account/delete"');
    const response = await sendForm(jar, '/auth/account/delete', {});
    expect(response.status).toBe(202);
    expect(await response.text()).toContain('Your account will be deleted.');
    expect(await isIn(jar)).toBe(false);
  });

  it('is preceded by a look at the account, and by a copy of what is kept of it, without secrets', async () => {
    await start({ tracking: true, registration: { enabled: true } }, { platform });
    await repository.addCredential(id, {
      kind: 'totp',
      name: 'Phone',
      externalId: 'hidden',
      data: { secret: 'sealed' },
    });
    const jar = await loggedIn();
    await app.app.get(AfterAnswer).settled(60_000);
    expect(await jar.json('/auth/account')).toMatchObject({
      user: { id, email: ada.email },
      loginCount: 1,
      deletable: true,
    });
    expect((await readPage(jar, '/auth/account')).html).toContain('/auth/account/delete');
    const response = await jar.fetch('/auth/account/export', { headers: { accept: 'text/html' } });
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="account.json"');
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({
      account: { id, email: ada.email, currentLogin: { ip: '127.0.0.1' } },
      credentials: [{ kind: 'totp', name: 'Phone' }],
      sessions: [{ current: true }],
    });
    for (const secret of ['argon2', 'sealed', 'hidden', 'password"']) expect(text).not.toContain(secret);
  });
});

describe('the deletion of an account', () => {
  it('needs a fresh login, as the copy of what is kept does', async () => {
    await start();
    const jar = await loggedIn();
    now += 16 * 60_000;
    for (const [path, method] of [
      ['/auth/account', 'DELETE'],
      ['/auth/account/delete', 'POST'],
    ] as const) {
      expect(await send(jar, path, {}, method)).toMatchObject({ status: 401, body: { code: 'VERIFICATION_REQUIRED' } });
    }
    expect((await jar.fetch('/auth/account/export')).status).toBe(401);
    const form = await sendForm(jar, '/auth/account/delete', {});
    expect(form.headers.get('location')).toBe('/auth/verify?next=%2Fauth%2Faccount%2Fdelete');
    expect((await stored()).state).toEqual({});
    expect((await app.jar().fetch('/auth/account/export')).status).toBe(401);
    expect((await send(app.jar(), '/auth/account', {}, 'DELETE')).status).toBe(401);
  });

  it('asks the application first, whose error prevents it', async () => {
    const asked: string[] = [];
    const beforeDelete = ({ email }: { email: string }): void => {
      asked.push(email);
      if (asked.length === 1) throw new ForbiddenException('There are open orders.');
    };
    await start({ deletion: { beforeDelete } });
    const jar = await loggedIn();
    expect((await send(jar, '/auth/account', {}, 'DELETE')).status).toBe(403);
    expect(await isIn(jar)).toBe(true);
    expect((await stored()).state).toEqual({});
    expect((await send(jar, '/auth/account', {}, 'DELETE')).status).toBe(202);
    expect(asked).toEqual([ada.email, ada.email]);
  });

  it('waits until a change of the address can no longer be undone, and tells the former address', async () => {
    await start({ deletion: { grace: '1d' } });
    const until = new Date(now + 7 * day);
    const former = { kind: 'reserved-email', externalId: '1:old@example.com', data: { email: 'old@example.com' } };
    await repository.addCredential(id, { ...former, expiresAt: until });
    await repository.addCredential(id, {
      ...former,
      externalId: 'x',
      data: { email: 'older@example.com' },
      expiresAt: new Date(now),
    });
    await requestDeletion();
    const second = await app.box.mail(2);
    expect(app.box.mails.map(({ to }) => to)).toEqual([ada.email, 'old@example.com']);
    expect((await stored()).state.deleteAt).toBe(until.getTime());
    now += 2 * day;
    expect(await purge()).toBe(0);
    expect((await send(app.jar(), '/auth/account/undo', { token: second.data.token })).status).toBe(200);
  });

  it('cannot be undone once it is due, nor by another token', async () => {
    await start();
    const token = await requestDeletion();
    expect((await send(app.jar(), '/auth/account/undo', { token: 'x'.repeat(43) })).status).toBe(400);
    expect((await send(app.jar(), '/auth/account/undo', { token: { a: 1 } })).body).toMatchObject({
      fields: { token: ['NOT_TEXT'] },
    });
    now += 14 * day;
    expect((await send(app.jar(), '/auth/account/undo', { token })).status).toBe(400);
  });

  it('is undone once by twenty requests at the same time', async () => {
    await start();
    const token = await requestDeletion();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send(app.jar(), '/auth/account/undo', { token })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await stored()).state).toEqual({});
  });

  it('is accepted once of twenty requests at the same time, and its mail undoes it', async () => {
    await start();
    const jars = await Promise.all(Array.from({ length: 20 }, loggedIn));
    const answers = await Promise.all(jars.map((jar) => send(jar, '/auth/account', {}, 'DELETE')));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    await app.app.get(AfterAnswer).settled(60_000);
    expect(app.box.mails).toHaveLength(1);
    expect((await repository.credentials(id, 'deletion')).length).toBe(1);
    expect((await send(app.jar(), '/auth/account/undo', { token: app.box.mails[0]?.data.token })).status).toBe(200);
  });

  it('is made once by twenty runs at the same time, after what the application does', async () => {
    const purged: string[] = [];
    await start({ deletion: { grace: 0, beforePurge: (account) => purged.push(account.id) } });
    await requestDeletion();
    now += 60_000;
    const counts = await Promise.all(Array.from({ length: 20 }, purge));
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    expect(purged).toEqual([id]);
    expect(deleted).toEqual([id]);
  });

  it('is not made if it is undone while the application does its part', async () => {
    const beforePurge = async (): Promise<void> => {
      const { deleteAt: _undone, ...state } = (await stored()).state;
      const account = await stored();
      await repository.update(changedAccount(account, { state }), account.version);
    };
    await start({ deletion: { grace: 0, beforePurge } });
    await requestDeletion();
    now += 60_000;
    expect(await purge()).toBe(0);
    expect(await repository.find(id)).not.toBeNull();
    now += 11 * 60_000;
    expect(await purge()).toBe(0);
    expect(await repository.credentials(id, 'deletion')).toEqual([]);
  });

  it('is tried again after an error of the application', async () => {
    let isDown = true;
    const beforePurge = (): void => {
      if (isDown) throw new Error('The orders cannot be reached.');
    };
    await start({ deletion: { grace: 0, beforePurge } });
    await requestDeletion();
    now += 60_000;
    expect(await purge()).toBe(0);
    expect(await repository.find(id)).not.toBeNull();
    isDown = false;
    expect(await purge()).toBe(0);
    now += 11 * 60_000;
    expect(await purge()).toBe(1);
  });

  it('is not there where it is off', async () => {
    await start({ deletion: false });
    const jar = await loggedIn();
    expect((await send(jar, '/auth/account', {}, 'DELETE')).status).toBe(404);
    expect((await readPage(jar, '/auth/account')).html).not.toContain('/auth/account/delete');
    expect(await jar.json('/auth/account')).toMatchObject({ deletable: false });
  });
});
