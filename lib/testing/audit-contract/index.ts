import assert from 'node:assert/strict';
import type { AuditLog } from '../../accounts/audit/audit-log.js';
import type { AuditRow } from '../../accounts/audit/audit-row.js';

/** An audit log to test. @publicApi */
export interface AuditLogHarness {
  /** On rows that only these tests use: each case removes all first. */
  readonly log: AuditLog;
  /** Another one on the same rows, as another process of the application would have it. Omit it if there can be none. */
  readonly anotherInstance?: () => AuditLog | Promise<AuditLog>;
}

/** One requirement of the contract. @publicApi */
export interface AuditLogCase {
  /** What the log does, to be read after its name. */
  readonly name: string;
  /** Resolves if the log does so; rejects with an `AssertionError` if not. */
  run(harness: AuditLogHarness): Promise<void>;
}

const hostile = `Ada's "é" \\ 🚀 %_? \t; --`;

function rowAt(sequence: number, changes: Partial<AuditRow> = {}): AuditRow {
  return {
    sequence,
    at: 1_700_000_000_000 + sequence,
    event: 'login',
    accountId: 'ada',
    actor: 'self',
    actorId: null,
    address: null,
    userAgent: null,
    data: '{}',
    previous: '',
    key: 'k',
    signature: `s${String(sequence)}`,
    ...changes,
  };
}

const rowsAt = (from: number, to: number): AuditRow[] =>
  Array.from({ length: to - from + 1 }, (_, index) => rowAt(from + index));

const sequences = (rows: readonly AuditRow[]): number[] => rows.map(({ sequence }) => sequence);

const cases: Readonly<Record<string, (log: AuditLog, other: AuditLog) => Promise<void>>> = {
  'is empty at first': async (log) => {
    assert.equal(await log.head(), null);
    assert.deepEqual(await log.list(), []);
    assert.equal(await log.prune(10), 0);
  },

  'returns rows as they were appended': async (log) => {
    const plain = rowAt(1);
    const full = rowAt(2, {
      at: 8_640_000_000_000_000,
      event: 'passwordChanged',
      accountId: hostile,
      actor: 'administrator',
      actorId: 'Ada ',
      address: '2001:db8::1',
      userAgent: hostile,
      data: JSON.stringify({ reason: `\0 \ud800 ${hostile}`, deep: [{ n: 1.5, none: null }] }),
      previous: 'x'.repeat(43),
      signature: '_'.repeat(43),
    });
    assert.equal(await log.append([plain, full]), true);
    assert.deepEqual(await log.list(), [plain, full]);
    assert.deepEqual(await log.head(), full);
  },

  'appends none of several rows if one of them has a sequence that is taken': async (log, other) => {
    assert.equal(await log.append(rowsAt(1, 3)), true);
    assert.equal(await other.append([rowAt(3, { event: 'other' }), rowAt(4)]), false);
    assert.deepEqual(sequences(await log.list()), [1, 2, 3]);
    assert.equal((await log.head())?.event, 'login');
  },

  'lets one of many append a sequence': async (log, other) => {
    for (let sequence = 1; sequence <= 5; sequence++) {
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 === 0 ? log : other).append([rowAt(sequence, { signature: `by ${String(index)}` })]),
        ),
      );
      const winner = results.indexOf(true);
      assert.equal(results.filter(Boolean).length, 1);
      assert.equal((await log.head())?.signature, `by ${String(winner)}`);
    }
  },

  'lists rows in pages, in the order of their sequence': async (log) => {
    for (let from = 1; from <= 21; from += 10) await log.append(rowsAt(from, from + 9));
    assert.deepEqual(sequences(await log.list({ limit: 3 })), [1, 2, 3]);
    assert.deepEqual(sequences(await log.list({ after: 3, limit: 2 })), [4, 5]);
    assert.deepEqual(sequences(await log.list({ after: 28 })), [29, 30]);
    assert.deepEqual(await log.list({ after: 30 }), []);
    await assert.rejects(async () => log.list({ limit: 0 }), RangeError);
    await assert.rejects(async () => log.list({ limit: 1_001 }), RangeError);
  },

  'lists the rows about an account, and those that it has caused': async (log) => {
    await log.append([
      rowAt(1),
      rowAt(2, { accountId: 'Ada' }),
      rowAt(3, { accountId: 'bea', actorId: 'ada' }),
      rowAt(4, { accountId: null }),
      rowAt(5, { accountId: 'ada ' }),
      rowAt(6),
    ]);
    assert.deepEqual(sequences(await log.list({ accountId: 'ada' })), [1, 3, 6]);
    assert.deepEqual(sequences(await log.list({ accountId: 'ada', after: 1, limit: 1 })), [3]);
    assert.deepEqual(await log.list({ accountId: hostile }), []);
  },

  'lists the rows since a time': async (log) => {
    await log.append([rowAt(1, { at: 100 }), rowAt(2, { at: 300 }), rowAt(3, { at: 200 }), rowAt(4, { at: 400 })]);
    assert.deepEqual(sequences(await log.list({ since: 200 })), [2, 3, 4]);
    assert.deepEqual(sequences(await log.list({ since: 201, after: 2 })), [4]);
  },

  'removes all rows up to a sequence': async (log, other) => {
    await log.append(rowsAt(1, 6));
    assert.equal(await other.prune(4), 4);
    assert.equal(await other.prune(4), 0);
    assert.deepEqual(sequences(await log.list()), [5, 6]);
    assert.equal((await log.head())?.sequence, 6);
  },
};

/**
 * The contract of audit logs as cases that need no test runner: each takes a log and rejects if it violates the contract. Run them against
 * your real database.
 *
 * ```ts
 * for (const { name, run } of auditLogContract()) {
 *   test(name, () => run({ log }));
 * }
 * ```
 *
 * @publicApi
 */
export function auditLogContract(): AuditLogCase[] {
  return Object.entries(cases).map(([name, work]) => ({
    name,
    async run({ log, anotherInstance }) {
      await log.prune(Number.MAX_SAFE_INTEGER);
      await work(log, (await anotherInstance?.()) ?? log);
    },
  }));
}
