import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import type { AdoptionReport } from 'nestjs-session-auth/accounts';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { testSecret } from '../../support/app.js';
import { CompiledCommand } from '../../support/command.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

/** As many as a shop of some size has, in the nightly form. */
const users = process.env['TEST_FULL'] === '1' ? 100_000 : 5_000;
/** One in so many has an authenticator app, and another role. */
const every = 10;

/** The tables of Flask-Security, with `users` users. */
const shop = `
  CREATE TABLE role (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL UNIQUE, permissions TEXT);
  CREATE TABLE user (id INTEGER PRIMARY KEY, email VARCHAR(255) NOT NULL UNIQUE, username VARCHAR(255) UNIQUE, password VARCHAR(255),
    active BOOLEAN NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL UNIQUE, confirmed_at DATETIME, login_count INTEGER, last_login_at DATETIME,
    tf_primary_method VARCHAR(64), tf_totp_secret VARCHAR(255), create_datetime DATETIME NOT NULL, update_datetime DATETIME NOT NULL);
  CREATE TABLE roles_users (user_id INTEGER REFERENCES user (id), role_id INTEGER REFERENCES role (id));
  INSERT INTO role VALUES (1, 'customer', NULL), (2, 'staff', NULL);
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${String(users)})
  INSERT INTO user SELECT i, 'user' || i || '@example.com', 'user' || i,
    '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$' || hex(randomblob(20)), 1, hex(randomblob(16)), '2024-01-01 00:00:00',
    i % 7, '2024-02-02 00:00:00', iif(i % ${String(every)} = 0, 'authenticator', NULL),
    iif(i % ${String(every)} = 0, '{"key":"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP","type":"totp","v":1}', NULL),
    '2024-01-01 00:00:00', '2024-01-01 00:00:00' FROM n;
  INSERT INTO roles_users SELECT id, iif(id % ${String(every)} = 0, 2, 1) FROM user;
`;

describe(`the adoption of ${String(users)} users`, () => {
  const folder = temporaryFolder('adoption');
  const from = join(folder.path, 'shop.db');
  let command: CompiledCommand;
  let target: string;
  let number = 0;

  beforeAll(() => {
    command = new CompiledCommand();
    const database = new Database(from);
    database.exec(shop);
    database.close();
  });

  beforeEach(() => {
    target = join(folder.path, `accounts-${String(++number)}.db`);
  });

  afterAll(() => {
    command.remove();
    folder.remove();
  });

  const words = (): string[] => [
    'adopt',
    '--format',
    'flask-security',
    '--from',
    `sqlite:${from}`,
    '--to',
    `sqlite:${target}`,
  ];
  const environment = { SECRET_KEY: testSecret, SESSION_TYPE: 'null' };

  /** Begins it, in batches so small that it takes a while, and waits until some users are adopted. */
  async function begun(): Promise<ChildProcess> {
    const program = join(command.folder, 'lib/cli/main.js');
    const child = spawn(process.execPath, [program, ...words(), '--batch', '5'], {
      cwd: command.folder,
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await until('some users are adopted', () => count('adopted_accounts') > 0);
    return child;
  }

  function count(table: string): number {
    if (!existsSync(target)) return 0;
    const database = new Database(target, { timeout: 5_000 });
    try {
      const there = database.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(table);
      if (there === undefined) return 0;
      const row = database.prepare(`SELECT count(*) AS number FROM ${table}`).get() as { readonly number: number };
      return row.number;
    } finally {
      database.close();
    }
  }

  async function isWhole(before: number): Promise<void> {
    const { code, stdout } = await command.run([...words(), '--json'], environment);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as AdoptionReport;
    expect(report).toMatchObject({ users, before, adopted: users - before, refused: {} });
    expect([count('accounts'), count('adopted_accounts'), count('credentials')]).toEqual([users, users, users / every]);
    const database = new Database(target, { timeout: 5_000 });
    const sql = `SELECT count(*) AS number FROM accounts WHERE roles = '["staff"]'`;
    expect(database.prepare(sql).get()).toMatchObject({ number: users / every });
    database.close();
  }

  it('goes on where it was killed, and adopts nobody twice or by halves', async () => {
    const child = await begun();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const before = count('accounts');
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(users);
    expect(count('adopted_accounts')).toBe(before);
    await isWhole(before);
  });

  it('ends its batch when it is interrupted, says so, and goes on', async () => {
    const child = await begun();
    let printed = '';
    child.stdout?.on('data', (text: Buffer) => (printed += text.toString()));
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(printed).toContain('Interrupted. Run the same command again: it goes on from here.');
    const before = count('accounts');
    expect(before).toBeLessThan(users);
    expect(before % 5).toBe(0);
    expect(printed).toContain(`${before.toLocaleString('en-US')} of ${before.toLocaleString('en-US')} users adopted`);
    await isWhole(before);
  });
});
