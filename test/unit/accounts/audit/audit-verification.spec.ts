import { describe, expect, it } from '@jest/globals';
import { AccountsConfig } from '../../../../lib/accounts/accounts-config.js';
import { anchorIn, anchorText } from '../../../../lib/accounts/audit/audit-anchor.js';
import { AuditChain } from '../../../../lib/accounts/audit/audit-chain.js';
import type { AuditEntry, AuditRow } from '../../../../lib/accounts/audit/audit-row.js';
import { verification } from '../../../../lib/accounts/audit/audit-verification.js';
import { AuditService } from '../../../../lib/accounts/audit/audit.service.js';
import { AuditWriter } from '../../../../lib/accounts/audit/audit-writer.js';
import { MemoryAuditLog } from '../../../../lib/accounts/audit/memory-audit-log.js';
import { AfterAnswer } from '../../../../lib/accounts/mail/after-answer.js';
import { readAccountsConfig } from '../../../../lib/accounts/read-config.js';
import { KeyRing } from '../../../../lib/cookie/key-ring.js';

const secrets = ['a', 'b', 'c'].map((letter) => letter.repeat(32));
const [first = '', second = '', third = ''] = secrets;

function chainOf(keys: KeyRing, formerKeys: readonly string[] = []): AuditChain {
  return new AuditChain(keys, configOf(new MemoryAuditLog(), formerKeys));
}

function configOf(log: MemoryAuditLog, formerKeys: readonly string[] = []): AccountsConfig {
  const source = { get: () => undefined };
  const { options } = readAccountsConfig({ audit: { log, formerKeys } }, source, 'test', null);
  return new AccountsConfig(options, '/auth', false);
}

const chain = chainOf(new KeyRing(first));

function entry(event: string): AuditEntry {
  const nobody = { accountId: 'ada', actor: 'self', actorId: null, address: null, userAgent: null } as const;
  return { at: 1_700_000_000_000, event, ...nobody, data: '{}' };
}

/** Rows 1 to 1200: more than two pages. */
const rows = chain.link(
  null,
  Array.from({ length: 1_200 }, (_, index) => entry(`event${String(index + 1)}`)),
);

async function verified(stored: readonly AuditRow[], head?: string) {
  const log = new MemoryAuditLog();
  for (const row of stored) await log.append([row]);
  return verification(log, chain, head === undefined ? null : anchorIn(head));
}

const at = (sequence: number): AuditRow => {
  const row = rows[sequence - 1];
  if (row === undefined) throw new Error('There is no such row.');
  return row;
};
const anchor = anchorText(at(1_000));

function changedAt(sequence: number, changes: Partial<AuditRow>): AuditRow[] {
  return rows.map((row) => (row.sequence === sequence ? { ...row, ...changes } : row));
}

describe('the verification of the audit log', () => {
  it('finds nothing wrong with a log that is as it was written, and says where it ends', async () => {
    const result = { rows: 1_200, first: 1, head: anchorText(at(1_200)), broken: null };
    expect(await verified(rows)).toEqual(result);
    expect(await verified(rows, anchor)).toEqual(result);
    expect(await verified(rows, result.head)).toEqual(result);
    expect(await verified([])).toEqual({ rows: 0, first: null, head: null, broken: null });
  });

  it.each<[keyof AuditRow, unknown]>([
    ['at', 1_700_000_000_001],
    ['event', 'logout'],
    ['accountId', 'bea'],
    ['accountId', null],
    ['actor', 'administrator'],
    ['actorId', 'ada'],
    ['address', '127.0.0.1'],
    ['userAgent', 'Firefox'],
    ['data', '{ }'],
    ['previous', rows[0]?.signature],
  ])('names a row whose %s was changed', async (column, value) => {
    for (const sequence of [1, 500, 501, 1_200]) {
      expect(await verified(changedAt(sequence, { [column]: value }))).toMatchObject({
        rows: sequence - 1,
        head: null,
        broken: { sequence, problem: 'changed' },
      });
    }
  });

  it('names a row that is missing, on a border of pages, too', async () => {
    for (const sequence of [2, 500, 501, 1_199]) {
      const left = rows.filter((row) => row.sequence !== sequence);
      expect((await verified(left)).broken).toEqual({ sequence, problem: 'removed' });
    }
    expect((await verified(rows.slice(1))).broken).toEqual({ sequence: 1, problem: 'removed' });
    expect((await verified(rows.slice(700))).broken).toEqual({ sequence: 1, problem: 'removed' });
  });

  it('names a row that was put in the place of another one', async () => {
    // With another row's signature; signed with another key; and one with the numbers of those after it raised.
    const other = chainOf(new KeyRing(second)).link(at(41), [entry('forged')])[0];
    for (const forged of [
      { event: 'forged', signature: at(7).signature },
      { ...other, key: at(42).key },
    ]) {
      expect((await verified(changedAt(42, forged))).broken).toEqual({ sequence: 42, problem: 'inserted' });
    }
    const raised = rows.slice(41).map((row) => ({ ...row, sequence: row.sequence + 1 }));
    const inserted = [...rows.slice(0, 41), { ...at(42), event: 'forged' }, ...raised];
    expect((await verified(inserted)).broken?.sequence).toBe(42);
  });

  it('names rows in another order', async () => {
    const swapped = rows.map((row) => {
      if (row.sequence === 10) return { ...at(11), sequence: 10 };
      return row.sequence === 11 ? { ...at(10), sequence: 11 } : row;
    });
    expect((await verified(swapped)).broken?.sequence).toBe(10);
  });

  it('misses rows that were cut off at the end only with an anchor', async () => {
    expect((await verified(rows.slice(0, 900))).broken).toBeNull();
    expect((await verified(rows.slice(0, 900), anchor)).broken).toEqual({ sequence: 901, problem: 'cut-off' });
    expect((await verified([], anchor)).broken).toEqual({ sequence: 1, problem: 'cut-off' });
    // It went on, as the application does that does not know what was there.
    const goneOn = [
      ...rows.slice(0, 900),
      ...chain.link(
        at(900),
        rows.slice(900).map(({ event }) => entry(`${event}b`)),
      ),
    ];
    expect((await verified(goneOn)).broken).toBeNull();
    expect((await verified(goneOn, anchor)).broken).toEqual({ sequence: 1_000, problem: 'cut-off' });
  });

  it('takes no chain that somebody without a key has made', async () => {
    const forged = chainOf(new KeyRing(second)).link(null, [entry('forged'), entry('forged')]);
    expect((await verified(forged)).broken).toEqual({ sequence: 1, problem: 'unknown-key' });
    expect((await verified(forged.map((row) => ({ ...row, key: at(1).key })))).broken?.sequence).toBe(1);
  });

  it('knows former keys, as long as there is one place where they are', async () => {
    const rotated = chainOf(new KeyRing(second, [first]));
    const log = new MemoryAuditLog();
    const before = rows.slice(0, 10);
    await log.append(before);
    await log.append(rotated.link(at(10), [entry('later')]));
    const result = { rows: 11, broken: null };
    expect(await verification(log, rotated, null)).toMatchObject(result);
    expect(await verification(log, chainOf(new KeyRing(third, [second]), [first]), null)).toMatchObject(result);
    const unknown = chainOf(new KeyRing(third, [second]));
    expect((await verification(log, unknown, null)).broken).toEqual({ sequence: 1, problem: 'unknown-key' });
  });
});

describe('pruning the audit log', () => {
  const day = 86_400_000;
  const source = { now: () => Date.now() };

  function serviceOn(log: MemoryAuditLog): AuditService {
    const config = configOf(log);
    const keys = chainOf(new KeyRing(first));
    const writer = new AuditWriter(config, keys, new AfterAnswer(), source);
    return new AuditService(config, keys, writer, source);
  }

  it('removes what is older, says so in a row, and leaves a log that can be verified', async () => {
    const log = new MemoryAuditLog();
    const service = serviceOn(log);
    const times = [1, 2, 3, 9, 4, 10].map((days) => ({ ...entry(`day${String(days)}`), at: days * day }));
    await log.append(chain.link(null, times));
    expect(await service.prune(new Date(5 * day))).toBe(3);
    expect((await service.list()).map(({ sequence, event }) => [sequence, event])).toEqual([
      [4, 'day9'],
      [5, 'day4'],
      [6, 'day10'],
      [7, 'auditPruned'],
    ]);
    expect(await service.verify()).toMatchObject({ rows: 4, first: 4, broken: null });
    expect(await service.prune(new Date(5 * day))).toBe(0);
    expect(await service.prune(new Date(Date.now() + day))).toBe(4);
    expect(await service.verify()).toMatchObject({ rows: 1, first: 8, broken: null });
  });

  it('hides no row that somebody else has removed', async () => {
    const log = new MemoryAuditLog();
    const service = serviceOn(log);
    await log.append(
      chain.link(
        null,
        [1, 2, 3, 9].map((days) => ({ ...entry('day'), at: days * day })),
      ),
    );
    const head = (await service.head()) ?? '';
    await service.prune(new Date(3 * day));
    await log.prune(3);
    expect((await service.verify({ head })).broken).toEqual({ sequence: 1, problem: 'removed' });
    await expect(service.verify({ head: 'x' })).rejects.toThrow('head');
  });
});
