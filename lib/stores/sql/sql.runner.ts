import { randomInt } from 'node:crypto';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { dialectOf } from './dialects/index.js';
import type { Dialect } from './dialects/dialect.js';
import { createSessionTable } from './session-table.js';
import { execute, type SqlDatabase, type SqlResult } from './sql.client.js';
import { otherTable, type Place, tableMissing, unavailable } from './sql.errors.js';

/** How long a statement is retried while others block it, in ms. Such a rejection changes nothing, so a retry is safe. */
const patienceMs = 1_500;

/** Runs the store's statements and converts their errors to ones that callers can act on. */
export class SqlRunner {
  readonly dialect: Dialect;
  private readonly plain: SqlDatabase;
  private creating: Promise<unknown> | null = null;

  constructor(
    private readonly database: SqlDatabase,
    private readonly place: Place,
    /** Whether a missing table is created. */
    private readonly createsTable: boolean,
  ) {
    this.dialect = dialectOf(database);
    // The application's plugins might rename columns or parse records as JSON.
    this.plain = database.withoutPlugins();
  }

  async rows(sql: string, parameters: readonly unknown[]): Promise<readonly unknown[]> {
    return (await this.run(sql, parameters)).rows;
  }

  /** How many rows the statement changed: 0 if it would have inserted an existing key. */
  async change(sql: string, parameters: readonly unknown[]): Promise<number> {
    const { numAffectedRows } = await this.run(sql, parameters);
    // Whether a write took place must not be guessed.
    if (numAffectedRows === undefined) throw unavailable(new Error('its driver counts no rows'), this.place);
    return Number(numAffectedRows);
  }

  private async run(sql: string, parameters: readonly unknown[]): Promise<SqlResult> {
    try {
      if (this.dialect.isSynchronous) await turn();
      return await this.patiently(() => execute(this.plain, sql, parameters));
    } catch (error) {
      switch (this.dialect.troubleOf(error)) {
        case 'taken':
          return { rows: [], numAffectedRows: 0n };
        case 'no-table':
          return this.withNewTable(sql, parameters, error);
        case 'other-table':
          throw otherTable(this.place, error);
        case 'again':
        case null:
          throw unavailable(error, this.place);
      }
    }
  }

  private async withNewTable(sql: string, parameters: readonly unknown[], error: unknown): Promise<SqlResult> {
    if (!this.createsTable) throw tableMissing(this.place, error, null);
    const failure = await this.createTable();
    try {
      // Even if it could not be created: another process may have been faster.
      return await this.patiently(() => execute(this.plain, sql, parameters));
    } catch (again) {
      if (this.dialect.troubleOf(again) === 'no-table') throw tableMissing(this.place, again, failure);
      throw unavailable(again, this.place);
    }
  }

  /** The error that kept the table from being created, or null. Concurrent callers share one attempt. */
  private createTable(): Promise<unknown> {
    this.creating ??= this.patiently(() => createSessionTable(this.database, { table: this.place.table }))
      .then(
        () => null,
        (error: unknown) => error,
      )
      .finally(() => {
        this.creating = null;
      });
    return this.creating;
  }

  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    const end = performance.now() + patienceMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (this.dialect.troubleOf(error) !== 'again' || performance.now() > end) throw error;
        // Exponential backoff with jitter.
        await pause(randomInt(1 + Math.min(2 ** attempt, 32)));
      }
    }
  }
}
