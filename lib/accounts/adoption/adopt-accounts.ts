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

/** What {@link adoptAccounts} is called with. @publicApi */
export interface AdoptionOptions {
  /** The URL of the database that has the users: `postgres://`, `mysql://` or `sqlite:`. It is only read. */
  readonly from: string;
  /** The framework that made the tables. */
  readonly format: ForeignFormat;
  /**
   * Where the tables of accounts are, and are made if they are missing: the database that `KyselyAccountRepository` gets, or its URL. A dry
   * run needs none; with one, it also looks for what is taken there.
   */
  readonly to?: GivenDatabase | string | null;
  /**
   * What stores users that stay in their own table, in place of `to`: it gets them batch by batch, and a run that is repeated brings all of
   * them again.
   */
  readonly into?: ((users: readonly ReadUser[]) => Promise<void>) | null;
  readonly tables?: AccountTablesOptions;
  /** `SECRET_KEY` of the application, which seals what is secret. Not needed for a dry run. */
  readonly secretKey?: string | Uint8Array | null;
  /** Whether to look only. Default: no. */
  readonly dryRun?: boolean;
  /** Whether users that have changed since they were adopted are brought along, if they have not logged in here. Default: no. */
  readonly update?: boolean;
  /** Whether every address counts as confirmed, since the other application does not say which are. Default: no. */
  readonly confirmed?: boolean;
  /** Whether accounts get ids of their own, instead of those of the users. Default: no. */
  readonly newIds?: boolean;
  /** What tells these users apart from those of another source. Default: the format, the database's name and the table's. */
  readonly source?: string;
  /** The table of users. Default: that of the framework. */
  readonly table?: string | null;
  /** Columns with other names than those of the framework. */
  readonly columns?: ForeignColumns;
  /** Columns that say yes or no, and the role that a yes becomes, such as `{ is_staff: 'staff' }`. */
  readonly flagRoles?: Readonly<Record<string, string>>;
  readonly secrets?: AdoptionSecrets;
  /** How many users are adopted in one transaction, 1 to 1000. Default: 500. */
  readonly batch?: number;
  /** Stops after the batch that is being written. */
  readonly signal?: AbortSignal;
  /** Is told after each batch how many users there are, and how many have been looked at. */
  readonly onProgress?: (progress: AdoptionProgress) => void;
}

/**
 * Makes accounts of the users of another application, or says what would come of that. Users are read in the order of their ids and written
 * in batches, each in one transaction. A run that was interrupted is gone on with by calling it again; no user is adopted twice. The
 * users' tables are never changed.
 *
 * @throws AdoptionError if a table, a column or a secret is missing, or a database does not answer
 * @publicApi
 */
export async function adoptAccounts(options: AdoptionOptions): Promise<AdoptionReport> {
  const { to = null, into = null, secretKey = null, dryRun = false, batch = 500 } = options;
  if (!Number.isInteger(batch) || batch < 1 || batch > 1_000) {
    throw new AdoptionError('The size of a batch must be a number from 1 to 1000.');
  }
  if (!dryRun && to === null && into === null) {
    throw new AdoptionError('Say where the accounts go, or ask for a dry run.');
  }
  if (!dryRun && secretKey === null) {
    throw new AdoptionError('Set SECRET_KEY to that of the application that adopts: it seals what is secret.');
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
    'Where the accounts go must be a URL that begins with postgres:// or mysql://, or sqlite: and the path of a file.',
  );
}
