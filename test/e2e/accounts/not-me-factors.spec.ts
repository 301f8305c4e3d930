import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AccountsService, MemoryAccountRepository } from 'nestjs-session-auth/accounts';
import { FactorHistory } from '../../../lib/accounts/not-me/factor-history.js';
import { SecurityNotices } from '../../../lib/accounts/not-me/security-notices.js';
import { send } from '../../support/accounts-app.js';
import { platforms } from '../../support/app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';
import { addPasskey, begin as beginCeremony } from '../../support/passkeys-app.js';
import { ada, Factors } from '../../support/second-factors.js';
import { SoftwareAuthenticator, type CreationOptions } from '../../support/software-authenticator.js';

const restored = { status: 200, body: { status: 'restored' } };
const frozen = { status: 200, body: { status: 'frozen' } };
const wrong = { status: 401, body: { code: 'FACTOR_WRONG' } };
const renewed = 'an entirely new phrase';
let factors: Factors;
let repository: MemoryAccountRepository;

beforeEach(() => {
  factors = new Factors();
  repository = new MemoryAccountRepository({ now: () => factors.now });
});

afterEach(() => factors.app.close());

const start = (...[options, setup]: Parameters<Factors['start']>) =>
  factors.start({ repository, recovery: true, ...options }, setup);
const report = (token: unknown, more: object = {}) => send(factors.app.jar(), '/auth/not-me', { token, ...more });
const tokenIn = async (number: number): Promise<string> => (await factors.app.box.mail(number)).data.notMe?.token ?? '';
const stored = async () => {
  const account = await repository.findBy('email', '1:ada@example.com');
  if (account === null) throw new Error('There is no account.');
  return account;
};
const rows = async (kind: string) => repository.credentials((await stored()).id, kind);
const begin = async (jar: CookieJar) =>
  (await send(jar, '/auth/factors/totp', {})).body as { id: string; secret: string };

describe.each(inTurn(platforms))('an authenticator app that somebody else has set up on %s', (platform) => {
  it('is taken away with the password of the time before, and never by a code of its own', async () => {
    await start({}, { platform });
    const { secret } = await factors.withTotp();
    const token = await tokenIn(1);
    expect(await report(token, { code: factors.code(secret) })).toMatchObject(wrong);
    expect(await report(token)).toEqual(frozen);
    expect(await report(token, { code: factors.code(secret) })).toMatchObject(wrong);
    expect(await rows('totp')).toHaveLength(1);
    expect(await report(token, { password: ada.password })).toEqual(restored);
    expect(await rows('totp')).toEqual([]);
  });
});

describe('a passkey that somebody else has added', () => {
  it('is taken away with another second factor that the account had before', async () => {
    await start({ passkeys: true });
    const { jar, secret } = await factors.withTotp();
    const origin = factors.app.url.replace('127.0.0.1', 'localhost');
    expect((await addPasskey(jar, new SoftwareAuthenticator(origin))).status).toBe(201);
    const token = await tokenIn(2);
    expect(await report(token, { method: 'totp', code: '000000' })).toMatchObject(wrong);
    expect(await rows('passkey')).toHaveLength(1);
    expect(await report(token, { method: 'totp', code: factors.code(secret) })).toEqual(restored);
    expect([await rows('passkey'), (await rows('totp')).length]).toEqual([[], 1]);
    expect(await jar.json('/auth')).toMatchObject({ user: null });
  });
});

describe('the set-up of an authenticator app', () => {
  it('is no factor of what happens between its beginning and its end', async () => {
    await start();
    const jar = await factors.loggedIn();
    const before = await stored();
    const { id, secret } = await begin(jar);
    const at = ++factors.now;
    factors.now++;
    expect((await send(jar, `/auth/factors/totp/${id}/enable`, { code: factors.code(secret) })).status).toBe(200);
    await factors.app.box.mail(1);
    const exchange = { acceptLanguage: undefined, client: { address: '127.0.0.1', userAgent: '' } };
    await factors.app.app.get(SecurityNotices).deliver('new-device', { before, exchange }, at);
    const token = await tokenIn(2);
    factors.nextStep();
    expect(await report(token, { code: factors.code(secret) })).toMatchObject(wrong);
    expect(await report(token, { password: ada.password })).toEqual(restored);
    expect(await rows('totp')).toEqual([]);
  });

  it('ends with "this was not me"', async () => {
    await start();
    const jar = await factors.loggedIn();
    await send(jar, '/auth/password', { current: ada.password, password: renewed });
    await begin(jar);
    expect(await rows('totp')).toHaveLength(1);
    expect(await report(await tokenIn(1))).toEqual(restored);
    expect(await rows('totp')).toEqual([]);
  });
});

describe('a factor that somebody is adding while the owner restores the account', () => {
  /** Each request, as far as it can be made before. @returns the request that is held before it writes */
  const adding: Readonly<Record<string, (jar: CookieJar) => Promise<() => Promise<{ status: number }>>>> = {
    'a passkey': async (jar) => {
      const { flow, options } = await beginCeremony<CreationOptions>(jar, '/auth/passkeys/options');
      const origin = factors.app.url.replace('127.0.0.1', 'localhost');
      const credential = new SoftwareAuthenticator(origin).create(options);
      return () => send(jar, '/auth/passkeys', { flow, credential });
    },
    'the set-up of an app': (jar) => Promise.resolve(() => send(jar, '/auth/factors/totp', {})),
    'an app': async (jar) => {
      const { id, secret } = await begin(jar);
      return () => send(jar, `/auth/factors/totp/${id}/enable`, { code: factors.code(secret) });
    },
    'recovery codes': (jar) => Promise.resolve(() => send(jar, '/auth/factors/recovery-codes', {})),
  };
  const factorKinds = ['passkey', 'totp', 'recovery-code'];

  /** Calls `before` once, before the repository writes a factor. */
  function holdWrite(before: () => Promise<void>): void {
    const { addCredential, updateCredential, replaceCredentials } = repository;
    const hold = async (kind: string): Promise<void> => {
      if (!factorKinds.includes(kind)) return;
      Object.assign(repository, { addCredential, updateCredential, replaceCredentials });
      await before();
    };
    repository.addCredential = (...all) => hold(all[1].kind).then(() => addCredential.apply(repository, all));
    repository.updateCredential = (...all) => hold(all[0].kind).then(() => updateCredential.apply(repository, all));
    repository.replaceCredentials = (...all) => hold(all[1]).then(() => replaceCredentials.apply(repository, all));
  }

  it.each(Object.keys(adding))('is not there afterwards: %s', async (what) => {
    await start({ passkeys: true });
    const jar = await factors.loggedIn();
    await send(jar, '/auth/password', { current: ada.password, password: renewed });
    const token = await tokenIn(1);
    const add = await adding[what]?.(jar);
    holdWrite(async () => expect(await report(token)).toEqual(restored));
    expect(await add?.()).toMatchObject({ status: 409, body: { code: 'CHANGED_MEANWHILE' } });
    expect(await Promise.all(factorKinds.map(rows))).toEqual([[], [], []]);
    expect((await jar.json('/auth')) as object).toMatchObject({ user: null });
  });
});

describe('a factor that is kept to come back', () => {
  it('is none that was used up during another change', async () => {
    await start();
    const { jar } = await factors.withTotp();
    await send(jar, '/auth/factors/recovery-codes', {});
    const [used] = await rows('recovery-code');
    const { update } = repository;
    repository.update = (account, version) => {
      repository.update = update;
      return repository
        .deleteCredential(used?.id ?? '', used?.version ?? 0)
        .then(() => repository.update(account, version));
    };
    await factors.withTotp(jar);
    expect(await rows('recovery-code')).toHaveLength(9);
    expect(await rows('removed-factor')).toEqual([]);
  });

  it('is none that was used up before others took its place', async () => {
    await start();
    const jar = await factors.loggedIn();
    await send(jar, '/auth/factors/recovery-codes', {});
    const [used] = await rows('recovery-code');
    const { update } = repository;
    repository.update = (account, version) => {
      repository.update = update;
      return repository
        .deleteCredential(used?.id ?? '', used?.version ?? 0)
        .then(() => repository.update(account, version));
    };
    await send(jar, '/auth/factors/recovery-codes', {});
    expect(await rows('removed-factor')).toHaveLength(9);
  });

  it('stays kept while something else has its external id', async () => {
    await start();
    const { id: account } = await stored();
    const history = factors.app.app.get(FactorHistory);
    const passkey = { kind: 'passkey', externalId: 'of the passkey' };
    await repository.addCredential(account, { ...passkey, id: 'first' });
    const before = await rows('passkey');
    await repository.deleteCredential('first', 1);
    await history.keepRemoved(account, before);
    const { id: other } = await factors.app.app.get(AccountsService).create({ email: 'bob@example.com' });
    await repository.addCredential(other, { ...passkey, id: 'second' });
    await history.restore(account, new Set(['first']));
    expect(await rows('removed-factor')).toHaveLength(1);
    await repository.deleteCredential('second', 1);
    await history.restore(account, new Set(['first']));
    expect([await rows('removed-factor'), await rows('passkey')]).toEqual([[], before]);
  });

  it('is deleted with the next change after seven days', async () => {
    await start();
    const jar = await factors.loggedIn();
    await send(jar, '/auth/factors/recovery-codes', {});
    await send(jar, '/auth/factors/recovery-codes', {});
    expect(await rows('removed-factor')).toHaveLength(10);
    factors.now += 7 * 86_400_000 + 1;
    await factors.withTotp();
    expect(await rows('removed-factor')).toEqual([]);
  });
});
