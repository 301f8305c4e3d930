import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { AccountRepository, adoptAccounts, KyselyAccountRepository } from 'nestjs-session-auth/accounts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hChaCha20 } from '../../../lib/accounts/adoption/secrets/xchacha.js';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { testSecret } from '../../support/app.js';
import { logInWith } from '../../support/passkeys-app.js';
import { coseKeyOf, SoftwareAuthenticator } from '../../support/software-authenticator.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { totpCode } from '../../support/totp.js';

const password = 'a long enough phrase';
const secret = 'a secret of a shop of thirty-two characters';
/** Of the authenticator app, as better-auth has put it into its QR code. */
const totp = 'LFJC24TUJZLXG4CWMRWTIRKSNBLHCQTXJFMUYMKYKBTXIZRXMRQQ';
const backupCode = 'xa30l-NtvGA';
const ids = { ada: 'h8YJjWEn3tG3RJ8oHBd5Iukpuyb8X42N', bob: 'RLUngpzn6BET0yaMFUGsZsmkE25QnbuU' };

it('derives keys as draft-irtf-cfrg-xchacha-03 does, in its section 2.2.1', () => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, at) => at));
  const nonce = Buffer.from('000000090000004a0000000031415927', 'hex');
  expect(hChaCha20(key, nonce).toString('hex')).toBe(
    '82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc',
  );
});

describe('users of better-auth', () => {
  const folder = temporaryFolder('adoption');
  const file = join(folder.path, 'shop.db');
  let database: Database.Database;
  let app: AccountsApp;
  let authenticator: SoftwareAuthenticator;

  const stored = (email: string) => app.app.get(AccountRepository).findBy('email', `1:${email}`);
  const logIn = (identity: string, jar = app.jar()): ReturnType<typeof send> =>
    send(jar, '/auth/login', { identity, password });
  const adopt = (betterAuth: readonly string[]) =>
    adoptAccounts({
      from: `sqlite:${file}`,
      format: 'better-auth',
      to: database,
      secretKey: testSecret,
      secrets: { betterAuth },
    });

  beforeAll(async () => {
    database = new Database(join(folder.path, 'accounts.db'));
    app = await startAccounts({
      repository: new KyselyAccountRepository(database),
      ...{ confirmation: true, usernames: true, totp: true, recoveryCodes: true, passkeys: true },
    });
    authenticator = new SoftwareAuthenticator(app.url.replace('127.0.0.1', 'localhost'), { counts: true });
    // With a user handle that better-auth makes for this passkey alone, and does not keep.
    authenticator.create({
      ...{ challenge: 'AAAA', rp: { id: 'localhost' }, excludeCredentials: [] },
      user: { id: Buffer.from('random').toString('base64url'), name: '', displayName: '' },
    });
    const [passkey] = authenticator.passkeys;
    if (passkey === undefined) throw new Error('There is no passkey.');
    const shop = new Database(file);
    shop.exec(readFileSync(join(import.meta.dirname, 'better-auth.sql'), 'utf8'));
    // As its plugin has it, which works in browsers alone.
    shop.exec(
      'CREATE TABLE passkey (id text, name text, publicKey text, userId text, credentialID text, counter integer, deviceType text, backedUp integer, transports text, createdAt date, aaguid text)',
    );
    shop
      .prepare(
        `INSERT INTO passkey VALUES ('1', 'key', ?, ?, ?, 0, 'singleDevice', 0, 'internal,hybrid', '2026-01-01T00:00:00.000Z', NULL)`,
      )
      .run(coseKeyOf(passkey).toString('base64'), ids.bob, passkey.id);
    shop.close();
  });

  afterAll(async () => {
    await app.close();
    database.close();
    folder.remove();
  });

  it('are refused as a whole without its secret, and one by one with another', async () => {
    await expect(adopt([])).rejects.toThrow('Set BETTER_AUTH_SECRET');
    expect(await adopt(['another secret'])).toMatchObject({
      adopted: 3,
      refused: { SECOND_FACTOR_UNREADABLE: { count: 1, ids: [ids.ada] } },
    });
  });

  it('become accounts with their roles, bans and second factors', async () => {
    expect(await adopt(['another secret', secret])).toMatchObject({
      ...{ adopted: 1, before: 3, refused: {}, credentials: { totp: 1, 'recovery-code': 10 } },
      hashes: [{ kind: 'scrypt (better-auth)', count: 1, isKnown: true }],
    });
    expect(await stored('ada@example.com')).toMatchObject({
      id: ids.ada,
      username: 'ada_x',
      roles: ['admin', 'editor'],
    });
    expect(await stored('cleo@example.com')).toMatchObject({ active: false });
    expect(await stored('dan@example.com')).toMatchObject({ emailConfirmedAt: null });
  });

  it('log in with their password, and their second factor', async () => {
    expect((await logIn('bob_x')).body).toMatchObject({ status: 'second-factor', methods: ['passkey'] });
    for (const name of ['cleo', 'dan']) expect((await logIn(`${name}@example.com`)).status).toBe(401);
    for (const proof of [
      { method: 'totp', code: totpCode(totp, Date.now()) },
      { method: 'recovery-code', code: backupCode },
    ]) {
      const jar = app.jar();
      expect((await logIn('ada@example.com', jar)).body).toMatchObject({ status: 'second-factor' });
      expect(await send(jar, '/auth/second-factor', proof)).toMatchObject({ status: 200 });
    }
    const jar = app.jar();
    await logIn('ada@example.com', jar);
    const code = backupCode.toUpperCase();
    expect((await send(jar, '/auth/second-factor', { method: 'recovery-code', code })).status).toBe(401);
  });

  it('log in with a passkey whose user handle nobody knows', async () => {
    expect(await logInWith(app.jar(), authenticator)).toMatchObject({
      status: 200,
      body: { status: 'in', user: { email: 'bob@example.com' } },
    });
  });
});
