import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AccountAdministration,
  AccountsService,
  AccountTakenError,
  AccountValueError,
  changedAccount,
  MemoryAccountRepository,
  type Account,
  type Invitation,
  type Mail,
} from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { Upkeep } from '../../../lib/accounts/upkeep/upkeep.js';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';

const password = 'a long enough phrase';
const day = 86_400_000;
const email = 'grace@example.com';
const key = `1:${email}`;

let app: AccountsApp;
let repository: MemoryAccountRepository;
let root: Account;
let heard: string[];
let now: number;

beforeEach(() => {
  now = Date.now();
  heard = [];
});
afterEach(() => app.close());

async function start(
  options: Parameters<typeof startAccounts>[0] = {},
  setup: Parameters<typeof startAccounts>[1] = {},
): Promise<void> {
  repository = new MemoryAccountRepository({ now: () => now });
  const hear = (name: string) => (event: object) => heard.push(`${name} ${Object.keys(event).join(' ')}`);
  const observer = {
    invited: hear('invited'),
    invitationWithdrawn: hear('withdrawn'),
    invitationAccepted: hear('accepted'),
    registered: hear('registered'),
  };
  app = await startAccounts(
    { repository, recovery: true, invitations: true, admin: { role: 'admin', grantable: ['editor'] }, ...options },
    { ...setup, session: { clock: () => now, observer } },
  );
  root = await app.app.get(AccountsService).create({ email: 'root@example.com', password, roles: ['admin'] });
}

const administration = (): AccountAdministration => app.app.get(AccountAdministration);
const stored = async (id: string) => {
  const account = await repository.find(id);
  if (account === null) throw new Error('There is no account.');
  return account;
};

async function administrator(): Promise<CookieJar> {
  const jar = app.jar();
  await send(jar, '/auth/login', { identity: root.email, password });
  return jar;
}

async function invite(body: object = { email }): Promise<{ id: string; token: string }> {
  const answer = await send(await administrator(), '/auth/admin/invitations', body);
  expect(answer.status).toBe(201);
  return { id: String(answer.body['id']), token: await newestToken() };
}

const mails = async (): Promise<Mail[]> => {
  await app.app.get(AfterAnswer).settled(60_000);
  return app.box.mails.filter(({ kind }) => kind === 'invitation');
};
const newestToken = async (): Promise<string> => (await mails()).at(-1)?.data.token ?? '';
const accept = (token: string, more: object = { password }, jar = app.jar()) =>
  send(jar, '/auth/invitation', { token, ...more });
const list = async (): Promise<Invitation[]> => {
  const response = await (await administrator()).fetch('/auth/admin/invitations');
  return (await response.json()) as Invitation[];
};
const invalid = { status: 400, body: { fields: { token: ['TOKEN_INVALID'] } } };

describe('an invitation', () => {
  it('makes an account with its roles and fields once who was invited has set a password, and logs it in', async () => {
    await start({ registration: { fields: { company: (value) => (typeof value === 'string' ? value : undefined) } } });
    const { id, token } = await invite({ email, roles: ['editor'], fields: { company: 'Navy' }, locale: 'de' });
    expect(await repository.findBy('email', key)).toBeNull();
    expect(await list()).toEqual([expect.objectContaining({ id, email, roles: ['editor'], by: root.id })]);
    const [mail] = await mails();
    expect(mail).toMatchObject({ to: email, subject: 'Sie sind eingeladen', data: { validFor: 7 * day } });
    expect(mail?.text).toContain(`/auth/invitation?token=${token}`);
    const jar = app.jar();
    const page = await readPage(jar, `/auth/invitation?token=${token}`);
    expect(page.html).toContain(`name="token" value="${token}"`);
    expect(await accept(token, { password: 'password' }, jar)).toMatchObject({ status: 400 });
    expect(await accept(token, { password }, jar)).toMatchObject({ status: 201, body: { status: 'in' } });
    const account = await repository.findBy('email', key);
    expect(account).toMatchObject({
      active: true,
      roles: ['editor'],
      locale: 'de',
      data: { company: 'Navy' },
      emailConfirmedAt: new Date(now),
    });
    expect(await jar.json('/auth')).toMatchObject({ user: { email } });
    expect(await accept(token)).toMatchObject(invalid);
    expect(await list()).toEqual([]);
    expect(heard).toEqual([
      'invited by address invitationId',
      'registered userId address',
      'accepted userId address by invitationId',
    ]);
  });

  it('makes one account, however often it is accepted at the same time', async () => {
    await start();
    const { token } = await invite();
    const answers = await Promise.all(Array.from({ length: 8 }, () => accept(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 400)]);
  });

  it('needs no password where there are passkeys, and leads to them', async () => {
    await start({ passkeys: true });
    const { token } = await invite();
    const jar = app.jar();
    const form = await sendForm(jar, '/auth/invitation', { token, password: '' });
    expect([form.status, form.headers.get('location')]).toEqual([303, '/auth/passkeys']);
    expect(await repository.findBy('email', key)).toMatchObject({ password: null });
    expect(await send(jar, '/auth/passkeys/options', {})).toMatchObject({ status: 200 });
  });

  it('needs a password where there is no other way to log in', async () => {
    await start();
    const { token } = await invite();
    expect(await accept(token, {})).toMatchObject({ status: 400, body: { fields: { password: ['REQUIRED'] } } });
  });

  it('stays open if the username is taken, and nobody who is logged in accepts it', async () => {
    await start({ usernames: true });
    await app.app.get(AccountsService).create({ email: 'ada@example.com', username: 'grace' });
    const { token } = await invite();
    expect(await accept(token, { password, username: 'grace' })).toMatchObject({
      status: 400,
      body: { fields: { username: ['USERNAME_TAKEN'] } },
    });
    expect(await accept(token, { password }, await administrator())).toMatchObject({ body: { code: 'ALREADY_IN' } });
    expect((await accept(token, { password, username: 'hopper' })).status).toBe(201);
  });

  it('stays open if the application does not let the account be made', async () => {
    let isDown = true;
    await start({
      registration: {
        beforeRegister: () => {
          if (isDown) throw new Error('The billing is down.');
        },
      },
    });
    const { token } = await invite();
    expect((await accept(token)).status).toBe(500);
    isDown = false;
    expect((await accept(token)).status).toBe(201);
  });

  it('is void once it has expired, was withdrawn, or was sent again', async () => {
    await start();
    const jar = await administrator();
    const first = await invite();
    expect((await send(jar, `/auth/admin/invitations/${first.id}/resend`, {})).body['id']).toBe(first.id);
    const second = await newestToken();
    expect(await accept(first.token)).toMatchObject(invalid);
    const third = await invite();
    expect(third.id).not.toBe(first.id);
    expect(await accept(second)).toMatchObject(invalid);
    expect((await send(jar, `/auth/admin/invitations/${third.id}`, {}, 'DELETE')).status).toBe(204);
    expect(await accept(third.token)).toMatchObject(invalid);
    for (const path of [`/auth/admin/invitations/${third.id}`, '/auth/admin/invitations/nobody']) {
      expect(await send(jar, path, {}, 'DELETE')).toMatchObject({ status: 404, body: { code: 'INVITATION_UNKNOWN' } });
      expect((await send(jar, `${path}/resend`, {})).status).toBe(404);
    }
    now += day;
    const last = await invite();
    now += 7 * day;
    expect(await accept(last.token)).toMatchObject(invalid);
    expect(await administration().invitations()).toEqual([]);
    now += day;
    await app.app.get(Upkeep).run();
    expect(await repository.credentials(root.id)).toEqual([]);
    expect(await repository.findBy('email', key)).toBeNull();
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['is disabled', (id) => administration().disable(id)],
    ['has lost a role of it', (id) => administration().setRoles(id, [])],
    ['has got a new password after theirs became known', (id) => administration().changePassword(id, 'another phrase')],
    ['is deleted', (id) => repository.delete(id)],
  ])('is void once who has sent it %s', async (_name, change) => {
    await start();
    await app.app.get(AccountsService).create({ email: 'other@example.com', roles: ['admin'] });
    const { token } = await invite({ email, roles: ['admin'] });
    await change(root.id);
    expect(await accept(token)).toMatchObject(invalid);
    expect(await repository.findBy('email', key)).toBeNull();
  });

  it('outlives an ordinary change of the password of who has sent it', async () => {
    await start();
    const { token } = await invite();
    const { version } = await stored(root.id);
    await repository.update(changedAccount(await stored(root.id), { epoch: 7 }), version);
    expect((await accept(token)).status).toBe(201);
  });

  it('does not take an address that has an account by then, and tells nobody', async () => {
    await start();
    const { token } = await invite();
    await app.app.get(AccountsService).create({ email });
    expect(await accept(token)).toMatchObject(invalid);
    expect((await repository.findBy('email', key))?.password).toBeNull();
  });
});

describe('whoever invites', () => {
  it('is an administrator with a fresh login, and gives only roles that they may give', async () => {
    await start();
    await app.app.get(AccountsService).create({ email: 'ada@example.com', password });
    const ada = app.jar();
    await send(ada, '/auth/login', { identity: 'ada@example.com', password });
    for (const [jar, status] of [
      [ada, 403],
      [app.jar(), 401],
    ] as const) {
      expect((await send(jar, '/auth/admin/invitations', { email })).status).toBe(status);
      expect((await jar.fetch('/auth/admin/invitations')).status).toBe(status);
    }
    const jar = await administrator();
    expect(await send(jar, '/auth/admin/invitations', { email, roles: ['owner'] })).toMatchObject({
      status: 403,
      body: { code: 'ROLE_NOT_GRANTABLE' },
    });
    now += 16 * 60_000;
    expect(await send(jar, '/auth/admin/invitations', { email })).toMatchObject({
      status: 401,
      body: { code: 'VERIFICATION_REQUIRED' },
    });
    expect(await mails()).toEqual([]);
  });

  it('is told what is wrong, by its field', async () => {
    await start();
    const jar = await administrator();
    const wrong: [body: object, status: number, fields: object][] = [
      [{}, 400, { email: ['REQUIRED'] }],
      [{ email: 7 }, 400, { email: ['NOT_TEXT'] }],
      [{ email: 'nobody' }, 400, { email: ['EMAIL_INVALID'] }],
      [{ email, roles: [7] }, 400, { roles: ['NOT_LIST'] }],
      [{ email, locale: 'xx' }, 400, { locale: ['CHOICE_UNKNOWN'] }],
      [{ email, fields: 'company' }, 400, { fields: ['FIELD_INVALID'] }],
      [{ email, fields: { admin: true } }, 400, { 'fields.admin': ['FIELD_INVALID'] }],
      [{ email: root.email }, 409, { email: ['EMAIL_TAKEN'] }],
    ];
    for (const [body, status, fields] of wrong) {
      const answer = await send(jar, '/auth/admin/invitations', body);
      expect([body, answer.status, answer.body['fields']]).toEqual([body, status, fields]);
    }
    await expect(administration().invite(root.email, {}, { by: root.id })).rejects.toThrow(AccountTakenError);
    await expect(administration().invite(email, {}, { by: 'nobody' })).rejects.toThrow(AccountValueError);
  });

  it('sends one address only so many', async () => {
    await start();
    const jar = await administrator();
    const statuses: number[] = [];
    for (let count = 0; count < 4; count++) {
      statuses.push((await send(jar, '/auth/admin/invitations', { email })).status);
    }
    expect(statuses).toEqual([201, 201, 201, 429]);
  });

  it('does not where invitations are off', async () => {
    await start({ invitations: false });
    expect((await send(await administrator(), '/auth/admin/invitations', { email })).status).toBe(404);
    expect((await accept('token')).status).toBe(404);
    await expect(administration().invite(email, {}, { by: root.id })).rejects.toThrow(/Turn on/);
  });
});

describe.each(inTurn(platforms))('the page of invitations on %s', (platform) => {
  it('invites, sends again and withdraws without a script', async () => {
    await start({}, { platform });
    const jar = await administrator();
    const page = '/auth/admin/invitations';
    const sent = await sendForm(jar, page, { email, roles: 'editor' });
    expect([sent.status, sent.headers.get('location')]).toEqual([303, page]);
    const [{ id } = { id: '' }] = await list();
    const { html } = await readPage(jar, page);
    expect(html).toContain(email);
    for (const action of ['resend', 'delete']) {
      expect(html).toContain(`action="${page}/${id}/${action}"`);
      expect((await sendForm(jar, `${page}/${id}/${action}`, {})).status).toBe(303);
    }
    expect((await readPage(jar, page)).html).toContain('There are no open invitations.');
    const wrong = await sendForm(jar, page, { email: 'nobody' });
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('value="nobody"')]);
  });
});
