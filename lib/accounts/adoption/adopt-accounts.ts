import { randomBytes } from 'node:crypto';
import { KeyRing } from '../../cookie/key-ring.js';
import { type GivenDatabase, openDatabase, parseDatabaseUrl } from '../../stores/sql/connection.js';
import { standaloneContext } from '../../stores/store-context.js';
import type { AccountTablesOptions } from '../repository/kysely/account-tables.js';
import { AdoptedUsers } from './adopted-users.js';
import { AdoptionError } from './adoption-error.js';
import type { AdoptionProgress, AdoptionReport } from './adoption-report.js';
import { AdoptionRun, type ReadUser } from './adoption-run.js';
import type { AdoptionSecrets, ForeignColumns } from './formats/foreign-format.js';
import { type ForeignFormat, foreignFormats } from './formats/index.js';
import { ForeignDatabase } from './source/foreign-database.js';

/** Options of {@link adoptAccounts}. @publicApi */
export interface AdoptionOptions {
  /** The URL of the database with the users: `postgres://`, `mysql://` or `sqlite:`. It is only read. */
  readonly from: string;
  /** The framework that made the tables. */
  readonly format: ForeignFormat;
  /**
   * The database of the accounts, as for `KyselyAccountRepository`, or its URL. Missing tables are created. Optional for a dry run, which
   * then also finds conflicts with existing accounts.
   */
  readonly to?: GivenDatabase | string | null;
  /**
   * Instead of `to`: stores users that stay in their own table. It gets them batch by batch; a repeated run passes all of them again.
   */
  readonly into?: ((users: readonly ReadUser[]) => Promise<void>) | null;
  readonly tables?: AccountTablesOptions;
  /** `SECRET_KEY` of the application, which seals secrets. Not needed for a dry run. */
  readonly secretKey?: string | Uint8Array | null;
  /** Whether only to report what would be done. Default: no. */
  readonly dryRun?: boolean;
  /** Whether to update accounts of users that have changed since they were adopted, if they have not logged in here. Default: no. */
  readonly update?: boolean;
  /** Whether to treat every address as confirmed, if the other application does not say which are. Default: no. */
  readonly confirmed?: boolean;
  /** Whether accounts get new ids instead of those of the users. Default: no. */
  readonly newIds?: boolean;
  /** Distinguishes these users from those of another source. Default: the format, and the names of the database and the table. */
  readonly source?: string;
  /** The table of users. Default: that of the framework. */
  readonly table?: string | null;
  /** Columns with other names than those of the framework. */
  readonly columns?: ForeignColumns;
  /** Boolean columns, and the roles that true becomes, such as `{ is_staff: 'staff' }`. */
  readonly flagRoles?: Readonly<Record<string, string>>;
  readonly secrets?: AdoptionSecrets;
  /** How many users are adopted in one transaction, 1 to 1000. Default: 500. */
  readonly batch?: number;
  /** Stops after the batch that is being written. */
  readonly signal?: AbortSignal;
  /** Called after each batch with the number of users, and how many have been processed. */
  readonly onProgress?: (progress: AdoptionProgress) => void;
}

/**
 * Creates accounts from the users of another application, or reports what it would do. Users are read in the order of their ids and written
 * in batches, each in one transaction. After an interruption, call it again to continue; no user is adopted twice. The users' tables are
 * never changed.
 *
 * @throws AdoptionError if a table, a column or a secret is missing, or a database does not respond @publicApi
 */
export async function adoptAccounts(options: AdoptionOptions): Promise<AdoptionReport> {
  const { to = null, into = null, secretKey = null, dryRun = false, batch = 500 } = options;
  if (!Number.isInteger(batch) || batch < 1 || batch > 1_000) {
    throw new AdoptionError('The size of a batch must be a number from 1 to 1000.');
  }
  if (!dryRun && to === null && into === null) {
    throw new AdoptionError('Pass the database of the accounts (to, --to), or make a dry run.');
  }
  if (!dryRun && secretKey === null) {
    throw new AdoptionError('Set SECRET_KEY to that of the new application: it seals secrets.');
  }
  const target = await openTarget(to);
  const database = await ForeignDatabase.open(options.from).catch(async (error: unknown) => {
    await target?.close();
    throw error;
  });
  try {
    const users = await foreignFormats[options.format](database, {
      table: options.table ?? null,
      columns: options.columns ?? {},
      flagRoles: options.flagRoles ?? {},
      secrets: options.secrets ?? {},
    });
    const source = options.source ?? `${options.format}:${database.name}.${users.table.name.name}`;
    const accounts = target === null ? null : new AdoptedUsers(target.database, source, options.tables);
    return await new AdoptionRun(database, users, accounts, {
      ...{ source, batch, dryRun, into },
      update: options.update ?? false,
      signal: options.signal ?? null,
      onProgress: options.onProgress ?? null,
      // What a dry run makes is thrown away.
      keys: new KeyRing(secretKey ?? randomBytes(32)),
      keepsIds: options.newIds !== true,
      isConfirmed: options.confirmed ?? false,
    }).run();
  } finally {
    await Promise.all([database.close(), target?.close()]);
  }
}

interface Target {
  readonly database: GivenDatabase;
  close(): Promise<void>;
}

/** Null: there is none. @throws AdoptionError for what is no URL of a database */
async function openTarget(to: GivenDatabase | string | null): Promise<Target | null> {
  if (typeof to !== 'string') return to === null ? null : { database: to, close: () => Promise.resolve() };
  const address = parseDatabaseUrl(to);
  if (address !== null) return openDatabase(address, standaloneContext);
  throw new AdoptionError(
    'The database of the accounts must be a URL that begins with postgres:// or mysql://, or sqlite: and the path of a file.',
  );
}
