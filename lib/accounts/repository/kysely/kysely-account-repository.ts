import { environmentOf } from '../../../config/environment.js';
import type { GivenDatabase } from '../../../stores/sql/connection.js';
import { AccountsUnavailableError } from '../../errors.js';
import { createdAccount, type NewAccount, type StoredAccount, type TrackedLogin } from '../account.js';
import {
  type AccountPage,
  type AccountQuery,
  AccountRepository,
  type AddCredentialResult,
  type CreateAccountResult,
  type OwnedCredential,
  type ReplaceCredentialsResult,
  type TakenAccountKey,
  type UpdateAccountResult,
  type UpdateCredentialResult,
} from '../account-repository.js';
import { normalFormVersion } from '../normal-form.js';
import { canBeKey, checkAccount, checkCredential, checkLogin, longest } from '../check-values.js';
import { type Credential, createdCredential, type NewCredential } from '../credential.js';
import { pageLimit } from '../page-limit.js';
import { takenKey, updatedAccount } from '../stored-values.js';
import { type AccountDialect, type AccountTableNames } from './account-dialect.js';
import { AccountRows, changedAccountColumns, changedCredentialColumns, credentialColumns } from './account-rows.js';
import { AccountRunner, type Statement, Taken } from './account-runner.js';
import { accountTableNames, type AccountTablesOptions, createAccountTables } from './account-tables.js';

/** @publicApi */
export interface KyselyAccountRepositoryOptions extends AccountTablesOptions {
  /** Whether to create the tables if they are missing. Default: true, except in production (`NODE_ENV`). */
  readonly createTables?: boolean;
  /** The time in milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number;
}

/** How often a change may find that what was in its way is gone: each time, another process must have come and gone. */
const mostAttempts = 20;

/**
 * Stores accounts in two tables in PostgreSQL, MySQL, MariaDB or SQLite. Pass your Kysely instance, a pool of pg or mysql2, or a `Database`
 * of better-sqlite3 or libsql; it is never closed. Kysely must be installed.
 *
 * @publicApi
 */
export class KyselyAccountRepository extends AccountRepository {
  readonly #runner: AccountRunner;
  readonly #names: AccountTableNames;
  readonly #now: () => Date;
  #tools: Promise<Tools> | null = null;

  /** @throws SessionConfigError for an invalid table name, or for something that is not a database */
  constructor(database: GivenDatabase, options: KyselyAccountRepositoryOptions = {}) {
    super();
    const {
      createTables = environmentOf(process.env['NODE_ENV']) !== 'production',
      now = Date.now,
      ...tables
    } = options;
    this.#names = accountTableNames(tables);
    this.#now = () => new Date(now());
    this.#runner = new AccountRunner(database, createTables ? () => createAccountTables(database, tables) : null);
  }

  override async find(id: string): Promise<StoredAccount | null> {
    return canBeKey(id, longest.id) ? this.#findAccount('id', id) : null;
  }

  override async findBy(property: 'email' | 'username', key: string): Promise<StoredAccount | null> {
    return canBeKey(key, longest.key) ? this.#findAccount(`${property}_key`, key) : null;
  }

  override async create(account: NewAccount, credentials: readonly NewCredential[] = []): Promise<CreateAccountResult> {
    const now = this.#now();
    const created = createdAccount(account, now);
    checkAccount(created);
    const added = credentials.map((credential) => createdCredential(created.id, credential, now));
    added.forEach(checkCredential);
    const tools = await this.#ready();
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const result = await this.#runner.run(async (statement) => {
        await tools.insertAccount(statement, created);
        for (const credential of added) await tools.insertCredential(statement, credential);
      }, added.length > 0);
      if (result !== 'taken') return { created };
      const taken = await this.#takenBy(created, added);
      if (taken !== null) return { taken };
    }
    throw contended();
  }

  override async update(account: StoredAccount, expectedVersion: number): Promise<UpdateAccountResult> {
    checkAccount(account);
    const updated = updatedAccount(account, expectedVersion, this.#now());
    const tools = await this.#ready();
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const changed = await this.#change(tools.sql.updateAccount, [
        ...tools.rows.changedAccountValues(updated),
        tools.text(account.id),
        expectedVersion,
      ]);
      if (changed === 1) return { updated };
      if (changed === 0) {
        const current = await this.find(account.id);
        return current === null ? { gone: true } : { conflict: current };
      }
      const taken = await this.#takenBy(updated, []);
      if (taken === 'email' || taken === 'username') return { taken };
    }
    throw contended();
  }

  override async delete(id: string): Promise<boolean> {
    if (!canBeKey(id, longest.id)) return false;
    const tools = await this.#ready();
    const deleted = await this.#runner.run(async (statement) => {
      if (!(await tools.lock(statement, id))) return false;
      // Not every database of SQLite enforces foreign keys.
      await statement.change(tools.sql.deleteOwned, [tools.text(id)]);
      return (await statement.change(tools.sql.deleteAccount, [tools.text(id)])) === 1;
    }, true);
    return deleted === true;
  }

  override async list({ active, search, role, after = '', limit }: AccountQuery = {}): Promise<AccountPage> {
    const most = pageLimit(limit);
    const none = { accounts: [], next: null };
    if (after !== '' && !canBeKey(after, longest.id)) return none;
    // What cannot be stored is in no account.
    if (search !== undefined && search !== '' && !canBeKey(search, longest.key)) return none;
    if (role !== undefined && !canBeKey(role, longest.key)) return none;
    const tools = await this.#ready();
    const wanted = {
      active: active === undefined ? null : [tools.dialect.toBoolean(active)],
      search: search === undefined || search === '' ? null : [tools.text(search), tools.text(search)],
      role: role === undefined ? null : [tools.text(role)],
    };
    const found = await this.#rows(tools.list(wanted), [
      tools.text(after),
      ...[wanted.active, wanted.search, wanted.role].flatMap((values) => values ?? []),
      most + 1,
    ]);
    const accounts = found.slice(0, most).map((row) => tools.rows.account(row));
    return { accounts, next: found.length > most ? (accounts.at(-1)?.id ?? null) : null };
  }

  override async track(id: string, login: TrackedLogin): Promise<void> {
    checkLogin(login);
    if (!canBeKey(id, longest.id)) return;
    const tools = await this.#ready();
    const ip = login.ip === null ? null : tools.text(login.ip);
    await this.#change(tools.sql.track, [login.at.getTime(), ip, tools.text(id)]);
  }

  override async credentials(accountId: string, kind?: string): Promise<readonly Credential[]> {
    if (!canBeKey(accountId, longest.id) || (kind !== undefined && !canBeKey(kind, longest.kind))) return [];
    const tools = await this.#ready();
    const found =
      kind === undefined
        ? await this.#rows(tools.sql.credentials, [tools.text(accountId)])
        : await this.#rows(tools.sql.credentialsOfKind, [tools.text(accountId), tools.text(kind)]);
    return found.map((row) => tools.rows.credential(row));
  }

  override async findCredential(kind: string, externalId: string): Promise<Credential | null> {
    if (!canBeKey(kind, longest.kind) || !canBeKey(externalId, longest.externalId)) return null;
    const tools = await this.#ready();
    return this.#oneCredential(tools.sql.findCredential, [tools.text(kind), tools.text(externalId)]);
  }

  override async findOwned(kind: string, externalId: string): Promise<OwnedCredential | null> {
    if (!canBeKey(kind, longest.kind) || !canBeKey(externalId, longest.externalId)) return null;
    const tools = await this.#ready();
    const [row] = await this.#rows(tools.sql.findOwned, [tools.text(kind), tools.text(externalId)]);
    if (row === undefined) return null;
    return { account: tools.rows.account(row), credential: tools.rows.credential(row, ofCredential) };
  }

  override async addCredential(
    accountId: string,
    credential: NewCredential,
    expectedEpoch?: number,
  ): Promise<AddCredentialResult> {
    const added = createdCredential(accountId, credential, this.#now());
    checkCredential(added);
    const tools = await this.#ready();
    const result = await this.#runner.run(async (statement) => {
      if (!(await tools.lock(statement, accountId, expectedEpoch))) return 'gone';
      await tools.insertCredential(statement, added);
      return 'added';
    }, true);
    if (result === 'taken') return { taken: true };
    return result === 'gone' ? { gone: true } : { added };
  }

  override async updateCredential(credential: Credential, expectedVersion: number): Promise<UpdateCredentialResult> {
    checkCredential(credential);
    const tools = await this.#ready();
    const id = tools.text(credential.id);
    const values = [...tools.rows.changedCredentialValues(credential), id, expectedVersion];
    const changed = await this.#change(tools.sql.updateCredential, values);
    if (changed === 'taken') return { taken: true };
    if (changed === 1) return { updated: { ...credential, version: expectedVersion + 1 } };
    const current = await this.#oneCredential(tools.sql.credential, [id]);
    return current === null ? { gone: true } : { conflict: current };
  }

  override async deleteCredential(id: string, expectedVersion: number): Promise<boolean> {
    if (!canBeKey(id, longest.id)) return false;
    const tools = await this.#ready();
    return (await this.#change(tools.sql.deleteCredential, [tools.text(id), expectedVersion])) === 1;
  }

  override async replaceCredentials(
    accountId: string,
    kind: string,
    credentials: readonly NewCredential[],
    expectedEpoch?: number,
  ): Promise<ReplaceCredentialsResult> {
    const now = this.#now();
    const added = credentials.map((credential) => createdCredential(accountId, { ...credential, kind }, now));
    added.forEach(checkCredential);
    if (!canBeKey(accountId, longest.id) || !canBeKey(kind, longest.kind)) return { gone: true };
    const tools = await this.#ready();
    const result = await this.#runner.run(async (statement) => {
      // Locked first: two parallel calls would otherwise both delete the old ones, and keep the new ones of both.
      if (!(await tools.lock(statement, accountId, expectedEpoch))) return 'gone';
      await statement.change(tools.sql.deleteKind, [tools.text(accountId), tools.text(kind)]);
      for (const credential of added) await tools.insertCredential(statement, credential);
      return 'replaced';
    }, true);
    if (result === 'taken') return { taken: true };
    return result === 'gone' ? { gone: true } : { replaced: added };
  }

  override async expiredCredentials(kind: string, time: Date, limit: number): Promise<readonly Credential[]> {
    const most = pageLimit(limit);
    if (!canBeKey(kind, longest.kind)) return [];
    const tools = await this.#ready();
    const found = await this.#rows(tools.sql.expired, [tools.text(kind), time.getTime(), most]);
    return found.map((row) => tools.rows.credential(row));
  }

  async #findAccount(column: 'id' | 'email_key' | 'username_key', key: string): Promise<StoredAccount | null> {
    const tools = await this.#ready();
    const [row] = await this.#rows(tools.sql.findAccount[column], [tools.text(key)]);
    return row === undefined ? null : tools.rows.account(row);
  }

  async #oneCredential(sql: string, parameters: readonly unknown[]): Promise<Credential | null> {
    const tools = await this.#ready();
    const [row] = await this.#rows(sql, parameters);
    return row === undefined ? null : tools.rows.credential(row);
  }

  /** What of it another account or credential has; null: nothing any more. */
  async #takenBy(account: StoredAccount, added: readonly Credential[]): Promise<TakenAccountKey | null> {
    const mine = account.version === 1 ? null : account.id;
    if (mine === null && (await this.find(account.id)) !== null) return 'id';
    return (await takenKey(this, account, mine)) ?? ((await this.#isTaken(added)) ? 'credential' : null);
  }

  async #isTaken(added: readonly Credential[]): Promise<boolean> {
    const names = added
      .filter(({ externalId }) => externalId !== null)
      .map((one) => `${one.kind}\0${one.externalId ?? ''}`);
    if (new Set(names).size < names.length || new Set(added.map(({ id }) => id)).size < added.length) return true;
    const tools = await this.#ready();
    for (const { id, kind, externalId } of added) {
      if ((await this.#oneCredential(tools.sql.credential, [tools.text(id)])) !== null) return true;
      if (externalId !== null && (await this.findCredential(kind, externalId)) !== null) return true;
    }
    return false;
  }

  async #rows(sql: string, parameters: readonly unknown[]): Promise<readonly object[]> {
    const rows = await this.#runner.run((statement) => statement.rows(sql, parameters), false);
    return rows === 'taken' ? [] : rows;
  }

  #change(sql: string, parameters: readonly unknown[]): Promise<number | 'taken'> {
    return this.#runner.run((statement) => statement.change(sql, parameters), false);
  }

  #ready(): Promise<Tools> {
    this.#tools ??= this.#runner.dialect().then((dialect) => new Tools(dialect, this.#names));
    return this.#tools;
  }
}

function contended(): Error {
  return new AccountsUnavailableError('Other processes kept creating and deleting accounts with the same address.');
}

/** What depends on the kind of database, which is known once it is open. */
class Tools {
  readonly rows: AccountRows;
  readonly sql: ReturnType<typeof statements>;

  constructor(
    readonly dialect: AccountDialect,
    names: AccountTableNames,
  ) {
    this.rows = new AccountRows(dialect);
    this.sql = statements(dialect, names);
  }

  text(text: string): unknown {
    return this.dialect.toText(text);
  }

  /** Lists accounts with those conditions that are not null. */
  list(wanted: Readonly<Record<'active' | 'search' | 'role', unknown>>): string {
    const { begin, end, ...conditions } = this.sql.listed;
    const { active, search, role } = wanted;
    return (
      begin +
      (active === null ? '' : conditions.active) +
      (search === null ? '' : conditions.search) +
      (role === null ? '' : conditions.role) +
      end
    );
  }

  async insertAccount(statement: Statement, account: StoredAccount): Promise<void> {
    const values = [
      ...[this.text(account.id), account.createdAt.getTime()],
      ...this.rows.changedAccountValues(account),
    ];
    if ((await statement.change(this.sql.insertAccount, values)) === 0) throw new Taken();
  }

  async insertCredential(statement: Statement, credential: Credential): Promise<void> {
    const values = this.rows.credentialValues(credential);
    if ((await statement.change(this.sql.insertCredential, values)) === 0) throw new Taken();
  }

  /** Locks an account until the end of the transaction. False: there is none, or none with the epoch. */
  async lock(statement: Statement, id: string, epoch?: number): Promise<boolean> {
    const [sql, more] = epoch === undefined ? [this.sql.lock, []] : [this.sql.lockAt, [epoch]];
    return (await statement.rows(sql, [this.text(id), ...more])).length === 1;
  }
}

/** What the columns of a credential are called beside those of its account. */
const ofCredential = 'credential_';

/** The first character of a key that is no longer of its version. */
const withVersion = normalFormVersion.length + 2;

/** The SQL of all statements. `?` stands for a parameter. */
function statements(dialect: AccountDialect, names: AccountTableNames) {
  const { orNothing, forUpdate } = dialect;
  const [accounts, credentials] = [dialect.quote(names.accounts), dialect.quote(names.credentials)];
  const find = (column: string): string => `SELECT * FROM ${accounts} WHERE ${column} = ?`;
  const set = (columns: readonly string[]): string => columns.map((column) => `${column} = ?`).join(', ');
  const inOrder = 'ORDER BY created_at, id';
  const insert = (table: string, columns: readonly string[], fixed: Readonly<Record<string, string>> = {}): string =>
    `INSERT INTO ${table} (${[...columns, ...Object.keys(fixed)].join(', ')}) ` +
    `VALUES (${[...columns.map(() => '?'), ...Object.values(fixed)].join(', ')})${orNothing}`;
  return {
    findAccount: { id: find('id'), email_key: find('email_key'), username_key: find('username_key') },
    insertAccount: insert(accounts, ['id', 'created_at', ...changedAccountColumns], { version: '1', login_count: '0' }),
    updateAccount: `UPDATE ${accounts} SET ${set(changedAccountColumns)}, version = version + 1 WHERE id = ? AND version = ?`,
    deleteAccount: `DELETE FROM ${accounts} WHERE id = ?`,
    lock: `SELECT id FROM ${accounts} WHERE id = ?${forUpdate}`,
    lockAt: `SELECT id FROM ${accounts} WHERE id = ? AND epoch = ?${forUpdate}`,
    listed: {
      begin: `SELECT * FROM ${accounts} WHERE id > ?`,
      active: ' AND active = ?',
      search: ` AND (${['email_key', 'username_key'].map((column) => dialect.contains(column, withVersion)).join(' OR ')})`,
      role: ` AND ${dialect.hasRole}`,
      end: ' ORDER BY id LIMIT ?',
    },
    // In this order: MySQL uses values that were assigned before.
    track:
      `UPDATE ${accounts} SET last_login_at = current_login_at, last_login_ip = current_login_ip, ` +
      'current_login_at = ?, current_login_ip = ?, login_count = login_count + 1 WHERE id = ?',
    credential: `SELECT * FROM ${credentials} WHERE id = ?`,
    credentials: `SELECT * FROM ${credentials} WHERE account_id = ? ${inOrder}`,
    credentialsOfKind: `SELECT * FROM ${credentials} WHERE account_id = ? AND kind = ? ${inOrder}`,
    findCredential: `SELECT * FROM ${credentials} WHERE kind = ? AND external_id = ?`,
    findOwned:
      `SELECT ${credentialColumns.map((column) => `c.${column} AS ${ofCredential}${column}`).join(', ')}, a.* ` +
      `FROM ${credentials} c JOIN ${accounts} a ON a.id = c.account_id WHERE c.kind = ? AND c.external_id = ?`,
    insertCredential: insert(credentials, credentialColumns),
    updateCredential: `UPDATE ${credentials} SET ${set(changedCredentialColumns)}, version = version + 1 WHERE id = ? AND version = ?`,
    deleteCredential: `DELETE FROM ${credentials} WHERE id = ? AND version = ?`,
    deleteOwned: `DELETE FROM ${credentials} WHERE account_id = ?`,
    deleteKind: `DELETE FROM ${credentials} WHERE account_id = ? AND kind = ?`,
    expired: `SELECT * FROM ${credentials} WHERE kind = ? AND expires_at <= ? ORDER BY expires_at, id LIMIT ?`,
  };
}
