import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { CompiledCommand, type CommandOutcome } from '../support/command.js';

const environment = {
  NODE_ENV: 'test',
  SECRET_KEY: randomBytes(32).toString('base64url'),
  SESSION_TYPE: 'filesystem',
  PATH: process.env['PATH'],
};
let program: CompiledCommand;

const source = (audit: string): string => `
  import { Module } from '@nestjs/common';
  import { SessionModule } from '../lib/index.js';
  import { AccountsModule, KyselyAccountRepository, KyselyAuditLog, MemoryAuditLog } from '../lib/accounts/index.js';
  import Database from 'libsql';

  const database = new Database('shop.sqlite');

  @Module({
    imports: [
      SessionModule.forRoot(),
      AccountsModule.forRoot({ repository: new KyselyAccountRepository(database), mailer: { send: () => undefined }, ${audit} }),
    ],
  })
  export class AppModule {}
`;

const run = (...words: string[]): Promise<CommandOutcome> =>
  program.run([...words, '--app', 'audited/app.module.js'], environment);
const json = (...words: string[]): Promise<unknown> =>
  program.json(['audit', ...words, '--app', 'audited/app.module.js'], environment);

function change(sql: string): void {
  const database = new Database(join(program.folder, 'shop.sqlite'));
  database.exec(sql);
  database.close();
}

beforeAll(() => {
  program = new CompiledCommand();
  program.application('audited', source('audit: { log: new KyselyAuditLog(database) }'));
  program.application('without', source(''));
  program.application('memory', source('audit: { log: new MemoryAuditLog() }'));
});

afterAll(() => {
  program.remove();
});

describe('nestjs-session-auth audit', () => {
  it('lists what has happened, verifies it, and finds what somebody else has changed', async () => {
    expect(await run('audit', 'head')).toEqual({ code: 1, stdout: '', stderr: 'The audit log has no row yet.\n' });
    await run('users', 'create', 'ada@example.com', '--no-password');
    await run('users', 'disable', 'ada@example.com');
    const { rows } = (await json('list', '--account', 'ada@example.com')) as { rows: unknown };
    expect(rows).toMatchObject([
      { sequence: 1, event: 'accountCreated', actor: 'application' },
      { sequence: 2, event: 'revoked', actor: 'unknown' },
      { sequence: 3, event: 'accountDisabled', actor: 'application' },
    ]);
    const listed = await run('audit', 'list', '--limit', '1');
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(listed.stdout).toMatch(/^ROW +TIME +EVENT[^]*accountCreated[^]*There may be more: --after 1\n$/);
    expect((await run('audit', 'list', '--since', 'yesterday')).code).toBe(2);

    const head = (await run('audit', 'head')).stdout.trim();
    expect(head).toMatch(/^\d+\.[\w-]{43}$/);
    const count = Number(head.split('.')[0]);
    change(`DELETE FROM account_audit WHERE sequence = ${String(count)}`);
    expect(await run('audit', 'verify', '--head', head)).toEqual({
      code: 1,
      stdout: `Row ${String(count)} is broken: cut-off.\n`,
      stderr: '',
    });

    await run('users', 'enable', 'ada@example.com');
    expect(await run('audit', 'prune', '--before', '2199-01-01', '--json')).toMatchObject({ code: 0, stderr: '' });
    expect(await json('verify')).toMatchObject({ rows: 1, broken: null });
    change("UPDATE account_audit SET event = 'accountEnabled'");
    const broken = await run('audit', 'verify', '--json');
    expect([broken.code, JSON.parse(broken.stdout)]).toMatchObject([1, { broken: { problem: 'changed' } }]);
  });

  it.each(['without/app.module.js', 'memory/app.module.js'])(
    'says that there is no log that it can reach in %s',
    async (app) => {
      const { code, stderr } = await program.run(['audit', 'verify', '--app', app], environment);
      expect([code, stderr]).toEqual([2, expect.stringContaining('has no audit log, or has it in its own memory')]);
    },
  );
});
