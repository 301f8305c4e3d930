import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AccountDeletionService, changedAccount, MemoryAccountRepository } from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { send } from '../../support/accounts-app.js';
import type { CookieJar } from '../../support/jar.js';
import { ada, Factors, logIn } from '../../support/second-factors.js';

const restored = { status: 200, body: { status: 'restored' } };
const frozen = { status: 200, body: { status: 'frozen' } };
const needed = { status: 401, body: { code: 'FACTOR_NEEDED' } };
const invalidToken = { status: 400, body: { fields: { token: ['TOKEN_INVALID'] } } };
const renewed = 'an entirely new phrase';
const day = 86_400_000;
let factors: Factors;
let repository: MemoryAccountRepository;
let id: string;

beforeEach(() => {
  factors = new Factors();
  repository = new MemoryAccountRepository({ now: () => factors.now });
});

afterEach(() => factors.app.close());

async function start(options: Parameters<Factors['start']>[0] = {}): Promise<CookieJar> {
  await factors.start({ repository, recovery: true, ...options });
  id = (await repository.findBy('email', '1:ada@example.com'))?.id ?? '';
  return factors.loggedIn();
}

/** With an authenticator app of her own. */
async function withApp(): Promise<{ readonly jar: CookieJar }> {
  await start();
  return factors.withTotp();
}

const report = (token: unknown, more: object = {}) => send(factors.app.jar(), '/auth/not-me', { token, ...more });
const undo = (token: unknown, more: object = {}) => send(factors.app.jar(), '/auth/email/undo', { token, ...more });
const mailed = async (kind: string) => {
  await factors.app.app.get(AfterAnswer).settled(60_000);
  const mail = factors.app.box.mails.findLast((one) => one.kind === kind);
  if (mail === undefined) throw new Error(`There is no mail ${kind}.`);
  return mail;
};
const notMeIn = async (kind: string): Promise<string> => (await mailed(kind)).data.notMe?.token ?? '';
const change = async (jar: CookieJar): Promise<string> => {
  await send(jar, '/auth/password', { current: ada.password, password: renewed });
  return notMeIn('password-changed');
};
/** Changes the address. @returns the tokens of the mail to the former one */
const move = async (jar: CookieJar, email: string) => {
  await send(jar, '/auth/email', { email });
  const { data } = await mailed('email-changing');
  await send(jar, '/auth/email/confirm', { token: (await mailed('email-confirm')).data.token });
  return { undoing: data.token, notMe: data.notMe?.token };
};
const stored = async () => {
  const account = await repository.find(id);
  if (account === null) throw new Error('There is no account.');
  return account;
};

describe('an account that "this was not me" has closed', () => {
  it('is opened by no other link without a factor of before', async () => {
    const jar = await start();
    const earlier = await change(jar);
    factors.now++;
    const { id: factor } = await factors.withTotp(jar);
    await send(jar, `/auth/factors/${factor}`, {}, 'DELETE');
    expect(await report(await notMeIn('factor-changed'))).toEqual(frozen);
    expect(await report(earlier)).toMatchObject(needed);
    expect((await stored()).state.frozen).toBe(true);
    expect(await report(earlier, { password: ada.password })).toEqual(restored);
    expect((await stored()).state.frozen).toBe(false);
  });

  it('is opened by no link of what came after, whose factors of before may be somebody else’s', async () => {
    const jar = await start();
    await factors.withTotp(jar);
    const first = await notMeIn('factor-changed');
    const later = await change(jar);
    expect(await report(first)).toEqual(frozen);
    expect(await report(later, { password: ada.password })).toMatchObject(invalidToken);
    expect(await report(first, { password: ada.password })).toEqual(restored);
  });

  it('is opened by no other link of the same mail', async () => {
    const { jar } = await withApp();
    const { undoing, notMe } = await move(jar, 'ada@new.example');
    expect(await undo(undoing)).toEqual(frozen);
    expect(await report(notMe, { password: ada.password })).toMatchObject(invalidToken);
    expect(await undo(undoing, { password: ada.password })).toEqual(restored);
  });

  it('stays closed for a request that had been let in before', async () => {
    const jar = await start();
    const token = await change(jar);
    const { update } = repository;
    repository.update = async (account, version) => {
      repository.update = update;
      const known = await stored();
      await repository.update(changedAccount(known, { state: { ...known.state, frozen: true } }), known.version);
      return repository.update(account, version);
    };
    expect(await report(token)).toMatchObject(needed);
    expect((await stored()).state.frozen).toBe(true);
    expect(await report(token, { password: ada.password })).toEqual(restored);
  });
});

describe('"this was not me" that fails in the middle', () => {
  it('leaves the account closed until it is done', async () => {
    const { jar } = await withApp();
    await send(jar, '/auth/password', { current: ada.password, password: renewed });
    const token = await notMeIn('factor-changed');
    const { deleteCredential } = repository;
    repository.deleteCredential = () => Promise.reject(new Error('the database is down'));
    expect((await report(token, { password: ada.password })).status).toBe(500);
    repository.deleteCredential = deleteCredential;
    expect((await stored()).state.frozen).toBe(true);
    expect(await report(token)).toMatchObject(needed);
    expect(await report(token, { password: ada.password })).toEqual(restored);
    expect((await stored()).state.frozen).toBe(false);
  });

  it('leaves it closed if somebody else closes it meanwhile', async () => {
    const jar = await start();
    const token = await change(jar);
    const { update } = repository;
    repository.update = async (account, version) => {
      const result = await update.call(repository, account, version);
      repository.update = update;
      const known = await stored();
      const state = { ...known.state, frozen: true };
      await repository.update(changedAccount(known, { epoch: known.epoch + 1, state }), known.version);
      return result;
    };
    expect(await report(token)).toMatchObject({ status: 409, body: { code: 'CHANGED_MEANWHILE' } });
    expect((await stored()).state.frozen).toBe(true);
  });
});

describe('a recovery code that undoes a change of the address', () => {
  it('is told to the restored address, with a link that does not bring the other one back', async () => {
    const { jar } = await withApp();
    const { codes } = (await send(jar, '/auth/factors/recovery-codes', {})).body as { codes: string[] };
    factors.now++;
    const { undoing } = await move(jar, 'eve@evil.example');
    expect((await stored()).email).toBe('eve@evil.example');
    expect(await undo(undoing, { method: 'recovery-code', code: codes[0] })).toEqual(restored);
    const mail = await mailed('recovery-code-used');
    expect(mail).toMatchObject({ to: ada.email, data: { left: 9 } });
    expect(factors.app.box.mails.filter(({ kind }) => kind === 'recovery-code-used')).toHaveLength(1);
    expect(await report(mail.data.notMe?.token)).toEqual(restored);
    expect((await stored()).email).toBe(ada.email);
  });
});

describe('a deletion that somebody else has asked for', () => {
  it('is undone along with what they have changed', async () => {
    const jar = await start();
    const token = await change(jar);
    expect((await send(jar, '/auth/account', {}, 'DELETE')).status).toBe(202);
    expect(await report(token)).toEqual(restored);
    expect((await stored()).state.deleteAt).toBeUndefined();
    expect(await repository.credentials(id, 'deletion')).toEqual([]);
    factors.now += 15 * day;
    expect(await factors.app.app.get(AccountDeletionService).purge()).toBe(0);
    expect((await stored()).email).toBe(ada.email);
  });

  it('is not undone once it is due', async () => {
    const jar = await start({ deletion: { grace: '1d' } });
    const token = await change(jar);
    expect((await send(jar, '/auth/account', {}, 'DELETE')).status).toBe(202);
    factors.now += day;
    expect(await report(token)).toMatchObject(invalidToken);
    factors.now += 60_000;
    expect(await factors.app.app.get(AccountDeletionService).purge()).toBe(1);
    expect((await send(factors.app.jar(), '/auth/login', logIn)).status).toBe(401);
  });
});
