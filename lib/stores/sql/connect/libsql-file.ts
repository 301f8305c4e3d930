import type Libsql from 'libsql';
import type { SqliteStatement } from 'kysely';
import type { SqliteFile } from './sqlite-file.js';

/**
 * A file that libsql has opened.
 *
 * A statement that libsql rejected because the file is busy stays active until it is garbage collected: until then, the
 * connection's writes are not committed, and its reads may be stale. `exec` leaves nothing behind, so it takes the locks before
 * the actual statement begins, which then cannot be blocked.
 */
export class LibsqlFile implements SqliteFile {
  constructor(private readonly file: Libsql.Database) {}

  exec(source: string): void {
    this.file.exec(source);
  }

  prepare(source: string): SqliteStatement {
    if (/^begin$/i.test(source)) return new Beginning(this.file);
    const statement = this.file.prepare(source);
    // A statement in a transaction already has its locks.
    return this.file.inTransaction ? statement : new LockedStatement(this.file, statement);
  }

  close(): void {
    this.file.close();
  }
}

const lockForWriting = 'BEGIN IMMEDIATE';
/** The first read of the file takes the lock. */
const lockForReading = 'BEGIN; SELECT 1 FROM sqlite_master LIMIT 1';

/** A single statement, in a transaction of its own. */
class LockedStatement implements SqliteStatement {
  constructor(
    private readonly file: Libsql.Database,
    private readonly statement: Libsql.Statement,
  ) {}

  get reader(): boolean {
    return this.statement.reader;
  }

  all(parameters: readonly unknown[]): unknown[] {
    return this.locked(() => this.statement.all(parameters));
  }

  run(parameters: readonly unknown[]): ReturnType<SqliteStatement['run']> {
    return this.locked(() => this.statement.run(parameters));
  }

  /** Read completely: a half-read result would keep its lock. */
  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return this.all(parameters).values();
  }

  private locked<T>(work: () => T): T {
    try {
      this.file.exec(this.reader ? lockForReading : lockForWriting);
      const result = work();
      this.file.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.file.inTransaction) this.file.exec('ROLLBACK');
      throw error;
    }
  }
}

/** Begins a transaction that takes the lock at once, not with its first write. */
class Beginning implements SqliteStatement {
  readonly reader = false;

  constructor(private readonly file: Libsql.Database) {}

  all(): unknown[] {
    this.run();
    return [];
  }

  run(): ReturnType<SqliteStatement['run']> {
    this.file.exec(lockForWriting);
    return { changes: 0, lastInsertRowid: 0 };
  }

  iterate(): IterableIterator<unknown> {
    return this.all().values();
  }
}
