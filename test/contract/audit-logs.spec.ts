import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Kysely } from 'kysely';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuditChain } from '../../lib/accounts/audit/audit-chain.js';
import type { AuditLog } from '../../lib/accounts/audit/audit-log.js';
import { verification } from '../../lib/accounts/audit/audit-verification.js';
import { AuditWriter } from '../../lib/accounts/audit/audit-writer.js';
import { auditTableName, auditTableSchema, createAuditTable } from '../../lib/accounts/audit/kysely/audit-table.js';
import { KyselyAuditLog } from '../../lib/accounts/audit/kysely/kysely-audit-log.js';
import { MemoryAuditLog } from '../../lib/accounts/audit/memory-audit-log.js';
import { AccountsConfig } from '../../lib/accounts/accounts-config.js';
import { AfterAnswer } from '../../lib/accounts/mail/after-answer.js';
import { readAccountsConfig } from '../../lib/accounts/read-config.js';
import { SessionConfigError } from '../../lib/errors.js';
import { KeyRing } from '../../lib/cookie/key-ring.js';
import { auditLogContract } from '../../lib/testing/index.js';
import { sqlSubjects } from './sql-subjects.js';

const page = readFileSync(join(import.meta.dirname, '../../docs/accounts/audit.md'), 'utf8');
const keys = new KeyRing('a-secret-for-tests-of-32-bytes-and-more');

/** What a process has that writes to a log. */
function processOn(log: AuditLog): { writer: AuditWriter; chain: AuditChain } {
  const { options } = readAccountsConfig({ audit: { log } }, { get: () => undefined }, 'test', null);
  const config = new AccountsConfig(options, '/auth', false);
  const chain = new AuditChain(keys, config);
  return { chain, writer: new AuditWriter(config, chain, new AfterAnswer(), { now: Date.now }) };
}

function describeLog(
  name: string,
  open: () => AuditLog,
  start?: () => Promise<void>,
  stop?: () => Promise<void>,
): void {
  describe(name, () => {
    let log: AuditLog;
    let other: AuditLog;

    beforeAll(async () => {
      await start?.();
      log = open();
      other = open();
    });

    afterAll(async () => stop?.());

    for (const { name: behaviour, run } of auditLogContract()) {
      it(behaviour, () => run({ log, anotherInstance: () => other }));
    }

    it('has one chain where two processes write at the same time', async () => {
      await log.prune(Number.MAX_SAFE_INTEGER);
      const [one, two] = [processOn(log), processOn(other)];
      for (let index = 0; index < 300; index++) {
        const { writer } = index % 2 === 0 ? one : two;
        writer.add({
          ...{ at: Date.now(), event: 'login', accountId: String(index), actor: 'self', actorId: null },
          ...{ address: null, userAgent: null, data: '{}' },
        });
        // So that they do not come as one batch each.
        if (index % 7 === 0) await new Promise(setImmediate);
      }
      expect([await one.writer.drain(60_000), await two.writer.drain(60_000)]).toEqual([0, 0]);
      expect(await verification(log, one.chain, null)).toMatchObject({ rows: 300, first: 1, broken: null });
      const written = [...(await log.list({ limit: 1_000 }))].map(({ accountId }) => Number(accountId));
      expect(written.sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, index) => index));
      // Each process keeps its own order.
      const ofOne = (await log.list({ limit: 1_000 }))
        .map(({ accountId }) => Number(accountId))
        .filter((n) => n % 2 === 0);
      expect(ofOne).toEqual([...ofOne].sort((a, b) => a - b));
    });
  });
}

const memory = new MemoryAuditLog();
describeLog('MemoryAuditLog', () => memory);

for (const subject of sqlSubjects) {
  describe(`the table of the audit log on ${subject.name}`, () => {
    let kysely: Kysely<object>;

    beforeAll(async () => {
      await subject.start();
      kysely = subject.kysely();
    });

    afterAll(async () => {
      await kysely.destroy();
      await subject.stop();
    });

    it('is that of the page', () => {
      for (const statement of auditTableSchema(kysely, auditTableName({}))) expect(page).toContain(`${statement};`);
    });

    it('is not created where that is off: the error says how to', async () => {
      await expect(new KyselyAuditLog(kysely, { createTable: false }).head()).rejects.toMatchObject({
        code: 'ACCOUNTS_UNAVAILABLE',
        message: expect.stringContaining('createAuditTable()'),
      });
    });

    it('can have another name, and be created any number of times', async () => {
      const table = `${subject.schema}.trail`;
      await createAuditTable(kysely, { table });
      await createAuditTable(kysely, { table });
      expect(await new KyselyAuditLog(kysely, { table, createTable: false }).head()).toBeNull();
      await expect(createAuditTable(kysely, { table: 'a; DROP TABLE b' })).rejects.toThrow(SessionConfigError);
    });
  });

  const opened: Kysely<object>[] = [];
  describeLog(
    `KyselyAuditLog on ${subject.name}`,
    () => {
      const kysely = subject.kysely();
      opened.push(kysely);
      return new KyselyAuditLog(kysely);
    },
    () => subject.start(),
    async () => {
      for (const kysely of opened) await kysely.destroy();
      await subject.stop();
    },
  );
}
