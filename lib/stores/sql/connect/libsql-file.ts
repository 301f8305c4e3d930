import type Libsql from 'libsql';
import type { SqliteStatement } from 'kysely';
import type { SqliteFile } from './sqlite-file.js';

/**
 * A file that libsql has opened.
 *
 * A statement that libsql was refused because the file is busy stays under way until it is garbage: meanwhile what the
 * connection writes is not committed, and what it reads may be old. `exec` leaves nothing behind, so that is what takes the
 * locks here, before the statement proper begins, which then nothing is in the way of.
 */
export class LibsqlFile implements SqliteFile {
  constructor(private readonly file: Libsql.Database) {}

  exec(source: string): void {
    this.file.exec(source);
  }

  prepare(source: string): SqliteStatement {
    if (/^begin$/i.test(source)) return new Beginning(this.file);
    const statement = this.file.prepare(source);
    // A statement of a transaction has its locks already.
    return this.file.inTransaction ? statement : new LockedStatement(this.file, statement);
  }

  close(): void {
    this.file.close();
  }
}

const lockForWriting = 'BEGIN IMMEDIATE';
/** It is the first look at the file that takes the lock. */
const lockForReading = 'BEGIN; SELECT 1 FROM sqlite_master LIMIT 1';

/** A statement by itself, in a transaction of its own. */
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

  /** All at once: what is left half read would keep its lock. */
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

/** Begins a transaction, which takes the lock at once and not with its first write. */
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
