import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { createPool, type Pool } from 'mysql2/promise';
import { AccountRepository, type AdoptionReport, KyselyAccountRepository } from 'nestjs-session-auth/accounts';
import { join } from 'node:path';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { MariadbServer } from '../../support/servers/mariadb.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';
import { adopt, canLoad, make } from './foreign-users.js';

const isHere = canLoad('ruby', ['-e', 'require "devise"; Devise::Encryptor'], 'Devise', 'ruby-devise');

const pepper = 'the pepper of a shop';
const password = 'a long enough phrase, ä';

/** The columns of Devise's migration, as Rails makes them in MariaDB. */
const table = `CREATE TABLE users (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email varchar(255) NOT NULL DEFAULT '',
  encrypted_password varchar(255) NOT NULL DEFAULT '',
  reset_password_token varchar(255),
  sign_in_count int NOT NULL DEFAULT 0,
  current_sign_in_at datetime(6),
  last_sign_in_at datetime(6),
  current_sign_in_ip varchar(255),
  last_sign_in_ip varchar(255),
  confirmed_at datetime(6),
  failed_attempts int NOT NULL DEFAULT 0,
  locked_at datetime(6),
  otp_required_for_login tinyint(1),
  created_at timestamp(6) NOT NULL,
  updated_at datetime(6) NOT NULL
)`;
const then = '2024-02-03 04:05:06.789000';

(isHere ? describe : describe.skip)('users of Devise', () => {
  const folder = temporaryFolder('adoption');
  let server: MariadbServer;
  let shop: Pool;
  let database: Database.Database;
  let app: AccountsApp;

  const args = (): string[] => [
    ...['--format', 'devise', '--from', server.url, '--to', `sqlite:${join(folder.path, 'accounts.db')}`],
    '--json',
  ];
  const logIn = (identity: string): ReturnType<typeof send> => send(app.jar(), '/auth/login', { identity, password });
  const stored = (email: string) => app.app.get(AccountRepository).findBy('email', `1:${email}`);

  beforeAll(async () => {
    server = await MariadbServer.start();
    // A session of another zone than that of the machine: the times of the table must not move with it.
    shop = createPool({ uri: server.url, timezone: 'Z' });
    await shop.query(table);
    const passwords = Array.from({ length: 5 }, () => password);
    const hashes = await make<string[]>('ruby', 'devise_hashes.rb', '', { pepper, passwords });
    const rows = [
      ['ada@example.com', then, null, 0],
      ['bob@example.com', null, null, 0],
      ['locked@example.com', then, new Date(), 0],
      ['formerly@example.com', then, '2024-01-01 00:00:00', 0],
      ['otp@example.com', then, null, 1],
    ];
    for (const [index, [email, confirmedAt, lockedAt, otp]] of rows.entries()) {
      await shop.query(
        `INSERT INTO users (email, encrypted_password, confirmed_at, locked_at, otp_required_for_login, created_at, updated_at, sign_in_count,
          current_sign_in_at, current_sign_in_ip) VALUES (?, ?, ?, ?, ?, CONVERT_TZ(?, '+00:00', @@session.time_zone), ?, 3, ?, '192.0.2.7')`,
        [email, hashes[index], confirmedAt, lockedAt, otp, then, then, then],
      );
    }
    database = new Database(join(folder.path, 'accounts.db'));
    const repository = new KyselyAccountRepository(database);
    app = await startAccounts({ repository, confirmation: true, passwords: { devisePepper: pepper } });
  });

  afterAll(async () => {
    await app.close();
    database.close();
    await shop.end();
    await server.stop();
    folder.remove();
  });

  it('are adopted with their times, logins and locks, but not without a second factor that they had', async () => {
    const { out } = await adopt(args());
    expect(JSON.parse(out) as AdoptionReport).toMatchObject({
      ...{
        users: 5,
        adopted: 4,
        source: expect.stringMatching(/^devise:\w+\.users$/),
        hashes: [{ kind: 'bcrypt', count: 4 }],
      },
      refused: { SECOND_FACTOR_UNREADABLE: { count: 1, ids: ['5'] } },
      notes: { UNCONFIRMED: { count: 1, ids: ['2'] } },
    });
    const at = new Date('2024-02-03T04:05:06.789Z');
    expect(await stored('ada@example.com')).toMatchObject({
      ...{ id: '1', emailConfirmedAt: at, createdAt: at, loginCount: 3, lastLogin: null, state: {} },
      currentLogin: { at, ip: '192.0.2.7' },
    });
    expect(await stored('formerly@example.com')).toMatchObject({ state: {} });
    expect((await stored('locked@example.com'))?.state.lockedUntil).toBeGreaterThan(Date.now());
    expect(JSON.parse((await adopt(args())).out) as AdoptionReport).toMatchObject({ adopted: 0, before: 4 });
  });

  it('log in with their password and the pepper, and have a hash without it then', async () => {
    expect(
      (await send(app.jar(), '/auth/login', { identity: 'ada@example.com', password: `${password}!` })).status,
    ).toBe(401);
    expect(await logIn('ada@example.com')).toMatchObject({ status: 200 });
    await until('the hash is replaced', async () =>
      ((await stored('ada@example.com'))?.password ?? '').startsWith('$argon2id$'),
    );
    expect(await logIn('ada@example.com')).toMatchObject({ status: 200 });
    for (const name of ['bob', 'locked']) expect((await logIn(`${name}@example.com`)).status).toBe(401);
  });
});
