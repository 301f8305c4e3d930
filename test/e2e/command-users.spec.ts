import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CompiledCommand, type CommandOutcome } from '../support/command.js';

const password = 'a long enough phrase';
const environment = {
  NODE_ENV: 'test',
  SECRET_KEY: randomBytes(32).toString('base64url'),
  SESSION_TYPE: 'filesystem',
  PATH: process.env['PATH'],
};
let program: CompiledCommand;

const source = (repository: string, accounts = true): string => `
  import { Module } from '@nestjs/common';
  import { SessionModule } from '../lib/index.js';
  import { AccountsModule, KyselyAccountRepository } from '../lib/accounts/index.js';
  import Database from 'libsql';
  import { appendFileSync } from 'node:fs';

  @Module({
    imports: [
      SessionModule.forRoot({ observer: { accountDisabled: (event) => console.log(JSON.stringify(event)) } }),
      ${accounts ? '' : '/*'}AccountsModule.forRoot({
        repository: ${repository},
        mailer: { send: ({ kind, to }) => appendFileSync(new URL('mails.txt', import.meta.url), kind + ' ' + to + '\\n') },
        passwords: { hashing: { memory: '7mb', passes: 1 } },
        recovery: true,
        invitations: true,
        usernames: true,
        admin: { role: 'admin', roles: ['admin', 'editor'] },
      }),${accounts ? '' : '*/'}
    ],
  })
  export class AppModule {}
`;

let shop: string;
let shops = 0;

beforeAll(() => {
  program = new CompiledCommand();
});

/** Each with a database of its own. */
beforeEach(() => {
  const name = `shop-${String(++shops)}`;
  shop = program.application(name, source(`new KyselyAccountRepository(new Database('${name}.sqlite'))`));
});

afterAll(() => {
  program.remove();
});

/** Runs it with lines on standard input. */
function withInput(words: readonly string[], input: string): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['lib/cli/main.js', 'users', ...words, '--app', shop], {
      cwd: program.folder,
      env: environment,
    });
    const printed = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (printed.stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (printed.stderr += String(chunk)));
    child.on('close', (code) => {
      resolve({ code: code ?? -1, ...printed });
    });
    child.stdin.end(input);
  });
}

const users = (...words: string[]): Promise<CommandOutcome> =>
  program.run(['users', ...words, '--app', shop], environment);
const json = (...words: string[]): Promise<unknown> => program.json(['users', ...words, '--app', shop], environment);

describe('nestjs-session-auth users', () => {
  it('C2-82: creates accounts with a password from standard input, lists, shows and changes them', async () => {
    const created = await withInput(
      ['create', 'Ada@example.com', '--username', 'ada.l', '--role', 'admin', '--role', 'editor', '--json'],
      `${password}\n`,
    );
    expect(created).toMatchObject({ code: 0, stderr: '' });
    const ada = JSON.parse(created.stdout) as { id: string };
    expect(ada).toMatchObject({
      email: 'Ada@example.com',
      username: 'ada.l',
      roles: ['admin', 'editor'],
      status: 'active',
      hasPassword: true,
    });
    const bob = await json('create', 'bob@example.com', '--no-password', '--inactive');
    expect(bob).toMatchObject({ roles: [], status: 'disabled', hasPassword: false });
    const listed = await users('list');
    expect([listed.code, listed.stderr]).toEqual([0, '']);
    expect(listed.stdout).toMatch(/^ID +ADDRESS +USERNAME +STATUS +ROLES +LAST LOGIN\n/);
    expect(listed.stdout).toContain('2 accounts.');
    expect(await json('list', '--search', 'BOB')).toEqual({
      accounts: [expect.objectContaining(bobFacts)],
      next: null,
    });
    expect(await json('list', '--role', 'admin', '--active')).toMatchObject({ accounts: [{ id: ada.id }] });
    expect(await json('list', '--limit', '1')).toMatchObject({ next: expect.any(String) });
    const shown = await users('show', 'ada.l');
    expect(shown.stdout).toMatch(
      /^id +\S+\naddress +Ada@example.com\nusername +ada.l\nstatus +active\nroles +admin, editor\n/,
    );
    expect(await json('show', ada.id)).toMatchObject({ id: ada.id });
    expect(await json('enable', 'bob@example.com')).toMatchObject({ status: 'active' });
    expect(await json('set-roles', 'bob@example.com', '--role', 'admin')).toMatchObject({ roles: ['admin'] });
    expect(await json('set-roles', 'ada.l', '--none')).toMatchObject({ roles: [] });
    const disabled = await users('deactivate', 'ada.l');
    expect([disabled.code, disabled.stdout]).toEqual([0, expect.stringMatching(/status +disabled/)]);
    expect(disabled.stderr).toContain(`{"userId":"${ada.id}","by":null,"address":""}`);
  });

  it('C2-82: changes passwords by the rules for passwords, and resets the access to an account', async () => {
    await withInput(['create', 'eve@example.com'], password);
    const weak = await withInput(['change-password', 'eve@example.com'], 'password\n');
    expect([weak.code, weak.stderr]).toEqual([2, expect.stringContaining('PASSWORD_COMMON')]);
    expect((await withInput(['change-password', 'eve@example.com'], 'an entirely new phrase\r\n')).code).toBe(0);
    expect(await json('force-reset', 'eve@example.com')).toMatchObject({ status: 'reset-owed' });
    expect(await json('reset-access', 'eve@example.com')).toMatchObject({ status: 'reset-owed' });
  });

  it('invites somebody by mail', async () => {
    await json('create', 'bob@example.com', '--no-password', '--role', 'admin');
    const invited = await users('invite', 'zoe@example.com', '--by', 'bob@example.com', '--role', 'admin');
    expect(invited).toMatchObject({ code: 0, stdout: expect.stringMatching(/^zoe@example.com is invited until /) });
    expect(readFileSync(join(program.folder, dirname(shop), 'mails.txt'), 'utf8')).toBe('invitation zoe@example.com\n');
    expect(await json('list')).toMatchObject({ accounts: [{ email: 'bob@example.com' }] });
  });

  it('takes no password as an argument, and says what is wrong otherwise', async () => {
    await json('create', 'bob@example.com', '--no-password', '--role', 'admin');
    const wrong: [words: string[], says: RegExp][] = [
      [['create', 'zoe@example.com', '--password', password], /with 2: error: unknown option/],
      [['create', 'no address', '--no-password'], /with 2: .*not a valid address/],
      [['create', 'bob@example.com', '--no-password'], /with 1: .*already an account/],
      [['create', 'zoe@example.com', '--no-password', '--role', 'edtior'], /with 1: .*role does not exist/],
      [['disable', 'bob@example.com'], /with 1: This is the last administrator/],
      [['set-roles', 'bob@example.com'], /with 2: .*--none/],
      [['show', 'nobody@example.com'], /with 1: There is no account nobody@example.com\./],
      [['show', `-${'x'.repeat(21)}`], /with 1: There is no account/],
      [['list', '--limit', '0'], /with 2: .*from 1 to 1000/],
    ];
    for (const [words, says] of wrong) await expect(json(...words)).rejects.toThrow(says);
    expect(await withInput(['create', 'zoe@example.com'], '')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('A password is needed'),
    });
  });

  it('needs an application with accounts that another process has, too', async () => {
    const inMemory = program.application('memory', source('null'));
    const without = program.application('without', source('null', false));
    const run = (app: string) => program.run(['users', 'list', '--app', app], environment);
    expect(await run(inMemory)).toMatchObject({ code: 2, stderr: expect.stringContaining('Accounts in memory') });
    expect(await run(without)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('does not import AccountsModule'),
    });
    expect((await program.run(['users', 'list'], environment)).code).toBe(2);
  });
});

const bobFacts = { email: 'bob@example.com', status: 'disabled' };
