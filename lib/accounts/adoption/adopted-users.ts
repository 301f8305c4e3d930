import { createHash } from 'node:crypto';
import { type GivenDatabase, kyselyOver, parseTableName, type TableName } from '../../stores/sql/connection.js';
import { changedAccount, storedAccount, type StoredAccount } from '../repository/account.js';
import type { Credential } from '../repository/credential.js';
import { type AccountDialect, type AccountTableNames } from '../repository/kysely/account-dialect.js';
import { AccountRows, changedAccountColumns, credentialColumns } from '../repository/kysely/account-rows.js';
import { AccountRunner, type Statement, Taken } from '../repository/kysely/account-runner.js';
import {
  accountTableNames,
  type AccountTablesOptions,
  createAccountTables,
} from '../repository/kysely/account-tables.js';
import { adoptedTable } from './adopted-table.js';
import type { ForeignRecord } from './formats/foreign-format.js';
import { type ForeignRow, hasTable } from './source/foreign-database.js';

/** What is known of a user that was adopted before. */
export interface AdoptedUser {
  readonly accountId: string;
  /** A digest of what the user was when it was adopted. */
  readonly mark: string;
  /** The version and the logins of the account as it was written; others: it has been used or changed since. */
  readonly version: number;
  readonly logins: number;
}

/** An account to write, and of which user it is. */
export interface AdoptedAccount {
  readonly foreignId: string;
  readonly mark: string;
  readonly account: StoredAccount;
  readonly credentials: readonly Credential[];
}

/** What others have of the values that must be unique. */
export interface TakenValues {
  readonly ids: ReadonlySet<string>;
  readonly emails: ReadonlySet<string>;
  readonly usernames: ReadonlySet<string>;
  /** Kinds and external ids of credentials, as {@link externalName} writes them. */
  readonly credentials: ReadonlySet<string>;
}

const nothingTaken: TakenValues = { ids: new Set(), emails: new Set(), usernames: new Set(), credentials: new Set() };

/** The kinds of credentials that users bring along. */
const adoptedKinds = ['totp', 'phone', 'recovery-code', 'passkey'];

/** How many values one statement asks for, and how many rows it writes: SQLite has a limit of parameters. */
const mostValues = 500;
const accountColumns = [
  ...['id', 'created_at', ...changedAccountColumns, 'version', 'login_count'],
  ...['last_login_at', 'last_login_ip', 'current_login_at', 'current_login_ip'],
];
const adoptedColumns = ['source', 'foreign_id', 'account_id', 'mark', 'version', 'logins', 'adopted_at'];

/** The tables of accounts, and beside them the one that says which user became which account. */
export class AdoptedUsers {
  readonly #runner: AccountRunner;
  readonly #names: AccountTableNames;
  readonly #adopted: TableName;
  readonly #there = new Map<string, Promise<boolean>>();
  #tools: Promise<{ readonly dialect: AccountDialect; readonly rows: AccountRows }> | null = null;

  /** @param source what tells the users of this source apart from those of others */
  constructor(
    private readonly database: GivenDatabase,
    private readonly source: string,
    private readonly tables: AccountTablesOptions = {},
  ) {
    this.#names = accountTableNames(tables);
    const { schema } = this.#names.accounts;
    this.#adopted = parseTableName(`${schema === null ? '' : `${schema}.`}adopted_accounts`);
    this.#runner = new AccountRunner(database, null);
  }

  /** Creates what is missing of the tables. */
  async prepare(): Promise<void> {
    await createAccountTables(this.database, this.tables);
    const { dialect } = await this.#ready();
    await this.#runner.run((statement) => statement.rows(adoptedTable(dialect, this.#adopted), []), false);
  }

  /** Whether there are accounts, and adopted ones: before the first run, there may be no tables. */
  async #isThere(table: TableName): Promise<boolean> {
    const { name } = table;
    const known = this.#there.get(name) ?? hasTable(await kyselyOver(this.database), table);
    this.#there.set(name, known);
    return known;
  }

  /** Of some users, those that were adopted before, by their ids. */
  async known(foreignIds: readonly string[]): Promise<ReadonlyMap<string, AdoptedUser>> {
    if (!(await this.#isThere(this.#adopted))) return new Map();
    const { dialect } = await this.#ready();
    const rows = await this.#among(
      `SELECT foreign_id, account_id, mark, version, logins FROM ${dialect.quote(this.#adopted)} WHERE source = ? AND foreign_id`,
      foreignIds,
      [dialect.toText(this.source)],
    );
    return new Map(
      rows.map((row) => [
        dialect.fromText(Reflect.get(row, 'foreign_id')),
        {
          accountId: dialect.fromText(Reflect.get(row, 'account_id')),
          mark: dialect.fromText(Reflect.get(row, 'mark')),
          version: Number(Reflect.get(row, 'version')),
          logins: Number(Reflect.get(row, 'logins')),
        },
      ]),
    );
  }

  /** What of these accounts and credentials is there already. */
  async taken(accounts: readonly StoredAccount[], credentials: readonly Credential[]): Promise<TakenValues> {
    if (!(await this.#isThere(this.#names.accounts))) return nothingTaken;
    const { dialect } = await this.#ready();
    const [table, owned] = [dialect.quote(this.#names.accounts), dialect.quote(this.#names.credentials)];
    const found = async (column: string, values: readonly (string | null)[]): Promise<ReadonlySet<string>> => {
      const wanted = values.filter((value) => value !== null);
      const rows = await this.#among(`SELECT ${column} AS value FROM ${table} WHERE ${column}`, wanted, []);
      return new Set(rows.map((row) => dialect.fromText(Reflect.get(row, 'value'))));
    };
    const external = new Map<string, string[]>();
    for (const { kind, externalId } of credentials) {
      if (externalId !== null) external.set(kind, [...(external.get(kind) ?? []), externalId]);
    }
    const names = new Set<string>();
    for (const [kind, ids] of external) {
      const sql = `SELECT external_id AS value FROM ${owned} WHERE kind = ? AND external_id`;
      for (const row of await this.#among(sql, ids, [dialect.toText(kind)])) {
        names.add(externalName(kind, dialect.fromText(Reflect.get(row, 'value'))));
      }
    }
    return {
      ids: await found(
        'id',
        accounts.map(({ id }) => id),
      ),
      emails: await found(
        'email_key',
        accounts.map(({ emailKey }) => emailKey),
      ),
      usernames: await found(
        'username_key',
        accounts.map(({ usernameKey }) => usernameKey),
      ),
      credentials: names,
    };
  }

  /** Writes accounts, in one transaction. False: something of them is taken now; nothing was written. */
  async add(users: readonly AdoptedAccount[], now: Date): Promise<boolean> {
    const { dialect, rows } = await this.#ready();
    const result = await this.#runner.run(async (statement) => {
      await this.#insert(
        statement,
        this.#names.accounts,
        accountColumns,
        users.map(({ account }) => this.#values(dialect, rows, account)),
      );
      const credentials = users.flatMap((user) => user.credentials);
      await this.#insert(
        statement,
        this.#names.credentials,
        credentialColumns,
        credentials.map((one) => rows.credentialValues(one)),
      );
      await this.#insert(
        statement,
        this.#adopted,
        adoptedColumns,
        users.map((user) => this.#adoptedValues(dialect, user, now)),
      );
    }, true);
    return result !== 'taken';
  }

  /** Which of these accounts there are. */
  async there(accountIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { dialect } = await this.#ready();
    const rows = await this.#among(`SELECT id FROM ${dialect.quote(this.#names.accounts)} WHERE id`, accountIds, []);
    return new Set(rows.map((row) => dialect.fromText(Reflect.get(row, 'id'))));
  }

  /** An account that was adopted; null: it has been deleted since. */
  async account({ accountId }: AdoptedUser): Promise<StoredAccount | null> {
    const { dialect, rows } = await this.#ready();
    const [row] = await this.#among(`SELECT * FROM ${dialect.quote(this.#names.accounts)} WHERE id`, [accountId], []);
    return row === undefined ? null : rows.account(row);
  }

  /**
   * Brings an account to what its user is now, with the second factors and passkeys of the user in place of those it has, unless it has been used or changed since it
   * was adopted.
   *
   * @returns 'taken': another account has its new address, username or passkey; 'kept': it has been used or changed
   */
  async replace(
    known: AdoptedUser,
    current: StoredAccount,
    { foreignId, mark, account, credentials }: AdoptedAccount,
    now: Date,
  ): Promise<'replaced' | 'kept' | 'taken'> {
    const { dialect, rows } = await this.#ready();
    const { version, epoch } = current;
    const { loginCount, lastLogin, currentLogin } = account;
    const next = storedAccount({
      // What was proved before is void: links in mails, for one.
      ...changedAccount(account, { epoch: epoch + 1 }),
      password: account.password,
      ...{ id: current.id, createdAt: current.createdAt, version: version + 1, updatedAt: now },
      ...{ loginCount, lastLogin, currentLogin },
    });
    const [table, owned] = [dialect.quote(this.#names.accounts), dialect.quote(this.#names.credentials)];
    const columns = accountColumns.slice(1);
    const id = dialect.toText(current.id);
    const result = await this.#runner.run(async (statement) => {
      const changed = await statement.change(
        `UPDATE ${table} SET ${columns.map((name) => `${name} = ?`).join(', ')} WHERE id = ? AND version = ? AND login_count = ?`,
        [...this.#values(dialect, rows, next).slice(1), id, known.version, known.logins],
      );
      if (changed === 0) return 'kept';
      const kinds = adoptedKinds.map((kind) => dialect.toText(kind));
      await statement.change(
        `DELETE FROM ${owned} WHERE account_id = ? AND kind IN (${kinds.map(() => '?').join(', ')})`,
        [id, ...kinds],
      );
      await this.#insert(
        statement,
        this.#names.credentials,
        credentialColumns,
        credentials.map((one) => rows.credentialValues(one)),
      );
      await statement.change(
        `UPDATE ${dialect.quote(this.#adopted)} SET mark = ?, version = ?, logins = ? WHERE source = ? AND foreign_id = ?`,
        [dialect.toText(mark), next.version, loginCount, dialect.toText(this.source), dialect.toText(foreignId)],
      );
      return 'replaced';
    }, true);
    return result === 'replaced' || result === 'kept' ? result : 'taken';
  }

  #values(dialect: AccountDialect, rows: AccountRows, account: StoredAccount): unknown[] {
    const [id, ip, lastIp] = [account.id, account.currentLogin?.ip ?? null, account.lastLogin?.ip ?? null];
    return [
      ...[this.#text(dialect, id), account.createdAt.getTime(), ...rows.changedAccountValues(account), account.version],
      ...[account.loginCount, account.lastLogin?.at.getTime() ?? null, this.#text(dialect, lastIp)],
      ...[account.currentLogin?.at.getTime() ?? null, this.#text(dialect, ip)],
    ];
  }

  #text(dialect: AccountDialect, text: string | null): unknown {
    return text === null ? null : dialect.toText(text);
  }

  #adoptedValues(dialect: AccountDialect, { foreignId, mark, account }: AdoptedAccount, now: Date): unknown[] {
    const texts = [this.source, foreignId, account.id, mark].map((text) => dialect.toText(text));
    return [...texts, account.version, account.loginCount, now.getTime()];
  }

  /** @throws Taken if a row would violate uniqueness, unless the database does it itself */
  async #insert(
    statement: Statement,
    table: TableName,
    columns: readonly string[],
    all: readonly (readonly unknown[])[],
  ): Promise<void> {
    const { dialect } = await this.#ready();
    const one = `(${columns.map(() => '?').join(', ')})`;
    for (let at = 0; at < all.length; at += mostValues) {
      const some = all.slice(at, at + mostValues);
      const values = some.map(() => one).join(', ');
      const sql = `INSERT INTO ${dialect.quote(table)} (${columns.join(', ')}) VALUES ${values}${dialect.orNothing}`;
      if ((await statement.change(sql, some.flat())) < some.length) throw new Taken();
    }
  }

  /** The rows of `sql`, to which ` IN (…)` is added, for any number of values. */
  async #among(sql: string, values: readonly string[], before: readonly unknown[]): Promise<object[]> {
    const { dialect } = await this.#ready();
    const found: object[] = [];
    for (let at = 0; at < values.length; at += mostValues) {
      const some = values.slice(at, at + mostValues);
      const parameters = [...before, ...some.map((value) => dialect.toText(value))];
      const rows = await this.#runner.run(
        (statement) => statement.rows(`${sql} IN (${some.map(() => '?').join(', ')})`, parameters),
        false,
      );
      if (rows !== 'taken') found.push(...rows);
    }
    return found;
  }

  #ready(): Promise<{ readonly dialect: AccountDialect; readonly rows: AccountRows }> {
    this.#tools ??= this.#runner.dialect().then((dialect) => ({ dialect, rows: new AccountRows(dialect) }));
    return this.#tools;
  }
}

/** A credential by its kind and external id. */
export function externalName(kind: string, externalId: string): string {
  return `${kind}\0${externalId}`;
}

/** A digest of what a user is in its own tables, apart from its logins. */
export function markOf(record: ForeignRecord, tracking: ReadonlySet<string>): string {
  const lines = (row: ForeignRow): string =>
    JSON.stringify(Object.entries(row).filter(([name]) => !tracking.has(name)));
  const more = Object.entries(record.more).map(([name, rows]) => [name, rows.map(lines).sort()]);
  return createHash('sha256')
    .update(JSON.stringify([lines(record.row), [...record.roles].sort(), more]))
    .digest('base64url');
}
