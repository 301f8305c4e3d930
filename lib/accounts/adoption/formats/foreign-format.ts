import type { ForeignDatabase, ForeignRow, ForeignTable } from '../source/foreign-database.js';
import type { ForeignUser } from '../foreign-user.js';

/** What a user consists of in the tables of another application, as it is there. */
export interface ForeignRecord {
  /** The row of the table of users. */
  readonly row: ForeignRow;
  readonly roles: readonly string[];
  /** The rows of other tables that belong to it, by what they are. */
  readonly more: Readonly<Record<string, readonly ForeignRow[]>>;
}

/** How the tables of one framework are read. */
export interface ForeignUsers {
  readonly table: ForeignTable;
  /** The column that tells users apart, and its order. */
  readonly key: string;
  /** The columns of users that are read. */
  readonly columns: readonly string[];
  /** What is read from which of them, for the report. */
  readonly read: Readonly<Record<string, string>>;
  /** Those among them that change with a login: a difference there alone is no change of the user. */
  readonly tracking: ReadonlySet<string>;
  /** What belongs to some users. */
  gather(rows: readonly ForeignRow[]): Promise<readonly ForeignRecord[]>;
  /** @throws Refused if the user cannot be adopted */
  decode(record: ForeignRecord): Promise<ForeignUser>;
  /** What an operator should know of all users. */
  readonly hints: readonly string[];
}

/** What a format is opened with. */
export interface FormatSettings {
  /** The table of users; null: the usual one. */
  readonly table: string | null;
  /** Columns with another name than usual, by what they hold. */
  readonly columns: ForeignColumns;
  /** Columns that say yes or no, and the role of those with a yes. */
  readonly flagRoles: Readonly<Record<string, string>>;
  readonly secrets: AdoptionSecrets;
}

/** The meaning of a column whose name depends on the application. @publicApi */
export type ForeignColumnName =
  | 'id'
  | 'email'
  | 'username'
  | 'password'
  | 'active'
  | 'confirmedAt'
  | 'createdAt'
  | 'updatedAt'
  | 'roles';

/** @publicApi */
export type ForeignColumns = Readonly<Partial<Record<ForeignColumnName, string>>>;

/** The keys with which the other application encrypts, in the form of its own settings. @publicApi */
export interface AdoptionSecrets {
  /** Flask-Security's `SECURITY_TOTP_SECRETS`: secrets by tag. */
  readonly totpSecrets?: Readonly<Record<string, string>>;
  /** Flask-Security's `SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS`. */
  readonly recoveryCodeKeys?: readonly string[];
  /** better-auth's `BETTER_AUTH_SECRET`, and former ones. */
  readonly betterAuth?: readonly string[];
}

/** Opens the tables of one framework. @throws AdoptionError if there are none, or a secret is missing */
export type OpenForeignUsers = (database: ForeignDatabase, settings: FormatSettings) => Promise<ForeignUsers>;
