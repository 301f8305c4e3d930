import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { SessionStoreUnavailableError } from '../../../../lib/errors.js';
import type { SqlDatabase, SqlResult } from '../../../../lib/stores/sql/sql.client.js';
import { SqlRunner } from '../../../../lib/stores/sql/sql.runner.js';
import { scaled } from '../../../support/patience.js';

const place = { database: 'MySQL at mysql://db/shop (SESSION_SQL)', table: 'sessions', secrets: ['p@ss'] };

/** A database whose driver answers in the ways that are given, one after the other. */
class FailingDatabase implements SqlDatabase {
  readonly isTransaction = false;
  calls = 0;

  constructor(private readonly answer: (call: number) => SqlResult | Error) {}

  withoutPlugins(): this {
    return this;
  }

  getExecutor() {
    return { compileQuery: () => ({ sql: '`a` ?' }) };
  }

  async executeQuery(): Promise<SqlResult> {
    const answer = this.answer(++this.calls);
    if (answer instanceof Error) throw answer;
    return answer;
  }

  transaction() {
    return { execute: <T>(work: (transaction: SqlDatabase) => Promise<T>): Promise<T> => work(this) };
  }
}

describe('SqlRunner', () => {
  it.each(['ER_LOCK_DEADLOCK', 'ER_CHECKREAD'])(
    'sends a statement again that %s kept from doing anything',
    async (code) => {
      const database = new FailingDatabase((call) => (call < 4 ? failure(code) : { rows: [], numAffectedRows: 1n }));
      expect(await new SqlRunner(database, place, false).change('UPDATE', [])).toBe(1);
      expect(database.calls).toBe(4);
    },
  );

  it('gives up when that goes on and on', async () => {
    const database = new FailingDatabase(() => failure('ER_LOCK_DEADLOCK'));
    const before = performance.now();
    await expect(new SqlRunner(database, place, false).change('UPDATE', [])).rejects.toThrow(
      SessionStoreUnavailableError,
    );
    expect(performance.now() - before).toBeLessThan(scaled(4_000));
    expect(database.calls).toBeGreaterThan(10);
  });

  it.each(['ECONNRESET', 'PROTOCOL_CONNECTION_LOST', 'ER_LOCK_WAIT_TIMEOUT', 'ER_PARSE_ERROR', ''])(
    'never sends a statement again whose fate is unknown: %j',
    async (code) => {
      const database = new FailingDatabase(() => failure(code));
      await expect(new SqlRunner(database, place, true).change('UPDATE', [])).rejects.toThrow(
        SessionStoreUnavailableError,
      );
      expect(database.calls).toBe(1);
    },
  );

  it('takes a key that is taken for no row changed', async () => {
    const database = new FailingDatabase(() => failure('ER_DUP_ENTRY'));
    expect(await new SqlRunner(database, place, false).change('INSERT', [])).toBe(0);
  });

  it('does not guess where a driver counts no rows', async () => {
    const database = new FailingDatabase(() => ({ rows: [] }));
    await expect(new SqlRunner(database, place, false).change('UPDATE', [])).rejects.toThrow(
      'its driver counts no rows',
    );
  });

  it('says why a table could not be created', async () => {
    const database = new FailingDatabase((call) =>
      call === 2 ? failure('ER_DENIED', 'CREATE denied to p@ss') : failure('ER_NO_SUCH_TABLE'),
    );
    await expect(new SqlRunner(database, place, true).rows('SELECT', [])).rejects.toThrow(
      'MySQL at mysql://db/shop (SESSION_SQL) has no table sessions, and it could not be created: CREATE denied to ***',
    );
    expect(database.calls).toBe(3);
  });

  it('keeps of an error no secret, no statement and no parameters, in message, stack, cause and properties', async () => {
    const error = Object.assign(failure('ER_PARSE_ERROR', "near X'00c0ffee' for p@ss"), { sql: 'INSERT the record' });
    const runner = new SqlRunner(new FailingDatabase(() => error), place, false);
    const refusal: unknown = await runner.rows('SELECT', []).catch((reason: unknown) => reason);
    const told = inspect(refusal, { depth: 20, showHidden: true });
    expect(told).toContain('ER_PARSE_ERROR');
    expect(told).not.toMatch(/p@ss|c0ffee|the record/);
  });

  it.each([undefined, null, 'text', {}])('has something to say of an error that is none: %j', async (reason) => {
    const database = new FailingDatabase(() => {
      throw reason;
    });
    await expect(new SqlRunner(database, place, false).rows('SELECT', [])).rejects.toThrow('the driver gave no reason');
  });
});

function failure(code: string, message = 'refused'): Error {
  return Object.assign(new Error(message), { code });
}
