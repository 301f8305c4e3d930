import { randomInt } from 'node:crypto';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { SessionConfigError } from '../../../errors.js';
import {
  execute,
  type GivenDatabase,
  isGivenDatabase,
  kyselyOver,
  type SqlDatabase,
  type SqlResult,
  withoutSecrets,
} from '../../../stores/sql/connection.js';
import { AccountsUnavailableError } from '../../errors.js';
import { type AccountDialect, accountDialectOf } from './account-dialect.js';

/** How long work is retried while others block it, in ms. Such a rejection changes nothing, so a retry is safe. */
const patienceMs = 5_000;

/** Runs statements, alone or in a transaction. */
export interface Statement {
  rows(sql: string, parameters: readonly unknown[]): Promise<readonly object[]>;
  /** How many rows the statement changed. */
  change(sql: string, parameters: readonly unknown[]): Promise<number>;
}

/** What messages of a runner say. */
export interface RunnerWords {
  /** Whose setting the database is. */
  readonly setting: string;
  /** Says that the database lacks its tables, and what creates them. */
  readonly missing: (cause: string) => string;
}

const ofAccounts: RunnerWords = {
  setting: 'KyselyAccountRepository',
  missing: (cause) =>
    `The database has no tables for accounts: ${cause}. Create them with createAccountTables(), in a migration, or let the repository do it: createTables: true.`,
};

/** Runs the repository's work and converts errors to ones that callers can act on. */
export class AccountRunner {
  private opening: Promise<SqlDatabase> | null = null;
  private creating: Promise<void> | null = null;

  /**
   * @param createTables creates the tables, if they are to be created where they are missing
   * @throws SessionConfigError if it is no database that this package knows
   */
  constructor(
    private readonly given: GivenDatabase,
    private readonly createTables: (() => Promise<void>) | null,
    private readonly words: RunnerWords = ofAccounts,
  ) {
    if (!isGivenDatabase(given)) {
      throw new SessionConfigError([
        {
          setting: words.setting,
          problem: 'expected a Kysely instance, a pool of pg or mysql2, or a database of better-sqlite3 or libsql',
        },
      ]);
    }
  }

  async dialect(): Promise<AccountDialect> {
    return accountDialectOf(await this.#database());
  }

  /** Runs `work`; again, if others got in the way or the tables were missing. 'taken': it violated uniqueness, and was undone. */
  async run<T>(work: (statement: Statement) => Promise<T>, isTransaction: boolean): Promise<T | 'taken'> {
    const database = await this.#database();
    const dialect = accountDialectOf(database);
    const attempt = async (): Promise<T> => {
      if (dialect.isSynchronous) await turn();
      if (!isTransaction || database.isTransaction) return work(statementOn(database, dialect));
      return database.transaction().execute((transaction) => work(statementOn(transaction, dialect)));
    };
    const end = performance.now() + patienceMs;
    for (let tries = 1; ; tries++) {
      try {
        return await attempt();
      } catch (error) {
        const trouble = dialect.troubleOf(error);
        if (error instanceof Taken || trouble === 'taken') return 'taken';
        if (performance.now() > end) throw unavailable(error);
        if (trouble === 'again') await pause(randomInt(1 + Math.min(2 ** tries, 32)));
        else if (trouble === 'no-table' && tries === 1) await this.#createMissing(error);
        else throw unavailable(error);
      }
    }
  }

  /** Concurrent callers share one attempt. */
  async #createMissing(error: unknown): Promise<void> {
    if (this.createTables === null) {
      const cause = withoutSecrets(error, []);
      throw new AccountsUnavailableError(this.words.missing(cause.message), { cause });
    }
    this.creating ??= this.createTables().finally(() => {
      this.creating = null;
    });
    await this.creating.catch(() => {
      // Another process may have been faster. If not, the statement fails again and says why.
    });
  }

  #database(): Promise<SqlDatabase> {
    this.opening ??= kyselyOver(this.given);
    return this.opening;
  }
}

/** Undoes a transaction in which an INSERT changed nothing, since it would have violated uniqueness. */
export class Taken extends Error {}

function statementOn(database: SqlDatabase, dialect: AccountDialect): Statement {
  // The application's plugins might rename columns.
  const plain = database.withoutPlugins();
  const run = (sql: string, parameters: readonly unknown[]): Promise<SqlResult> =>
    execute(plain, dialect.finish(sql), parameters);
  return {
    async rows(sql, parameters) {
      return (await run(sql, parameters)).rows.filter((row) => typeof row === 'object' && row !== null);
    },
    async change(sql, parameters) {
      const { numAffectedRows } = await run(sql, parameters);
      // Whether something was changed must not be guessed.
      if (numAffectedRows === undefined) throw new TypeError('The driver does not count changed rows.');
      return Number(numAffectedRows);
    },
  };
}

/** Drivers attach the statement's parameters to their errors, and so a password's hash. */
function unavailable(error: unknown): Error {
  if (error instanceof AccountsUnavailableError || error instanceof TypeError) return error;
  const cause = withoutSecrets(error, []);
  return new AccountsUnavailableError(`The database of the accounts did not answer: ${cause.message}`, { cause });
}
