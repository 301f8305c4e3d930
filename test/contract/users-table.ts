import type { Pool, PoolClient } from 'pg';
import {
  type AccountPage,
  type AccountQuery,
  AccountRepository,
  type AddCredentialResult,
  canBeStored,
  checkAccount,
  checkCredential,
  checkLogin,
  type CreateAccountResult,
  createdAccount,
  createdCredential,
  type Credential,
  isUniqueViolation,
  type JsonObject,
  type NewAccount,
  type NewCredential,
  type ReplaceCredentialsResult,
  storedAccount,
  type StoredAccount,
  takenKey,
  type TrackedLogin,
  type UpdateAccountResult,
  updatedAccount,
  type UpdateCredentialResult,
} from 'nestjs-session-auth/accounts';

interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly email_key: string;
  readonly username: string | null;
  readonly username_key: string | null;
  readonly password: string | null;
  readonly active: boolean;
  readonly created_at: Date;
  readonly more: Pick<StoredAccount, 'roles' | 'locale' | 'epoch' | 'state' | 'data'> & {
    readonly confirmed: number | null;
    readonly updated: number;
    readonly changed: number | null;
  };
  readonly login_count: number;
  readonly last_login: { readonly at: number; readonly ip: string | null } | null;
  readonly current_login: { readonly at: number; readonly ip: string | null } | null;
  readonly version: number;
}

interface CredentialRow {
  readonly id: string;
  readonly user_id: string;
  readonly kind: string;
  readonly external_id: string | null;
  readonly name: string | null;
  readonly data: JsonObject;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  readonly expires_at: Date | null;
  readonly version: number;
}

/** Undoes a transaction. */
class Taken extends Error {}

/** Keeps accounts in a table `users` with numbers as ids. */
export class UsersTable extends AccountRepository {
  constructor(private readonly pool: Pool) {
    super();
  }

  override async find(id: string): Promise<StoredAccount | null> {
    return isNumber(id) ? this.#one('SELECT * FROM users WHERE id = $1', id) : null;
  }

  override async findBy(property: 'email' | 'username', key: string): Promise<StoredAccount | null> {
    return canBeStored(key) ? this.#one(`SELECT * FROM users WHERE ${property}_key = $1`, key) : null;
  }

  override async create(account: NewAccount, credentials: readonly NewCredential[] = []): Promise<CreateAccountResult> {
    const now = new Date();
    const wanted = createdAccount(account, now);
    checkAccount(wanted);
    for (const credential of credentials) checkCredential(createdCredential(wanted.id, credential, now));
    const id = await this.#transaction(async (client) => {
      const { rows } = await client.query<{ readonly id: string }>(
        `INSERT INTO users (email, email_key, username, username_key, password, active, more, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id`,
        [...columnsOf(wanted), wanted.createdAt],
      );
      const [made] = rows;
      if (made === undefined) throw new Taken();
      for (const credential of credentials) await insert(client, createdCredential(made.id, credential, now));
      return made.id;
    });
    if (id !== null) return { created: storedAccount({ ...wanted, password: wanted.password, id }) };
    return { taken: (await takenKey(this, wanted, null)) ?? 'credential' };
  }

  override async update(account: StoredAccount, expectedVersion: number): Promise<UpdateAccountResult> {
    const updated = updatedAccount(account, expectedVersion, new Date());
    checkAccount(updated);
    try {
      const { rowCount } = await this.pool.query(
        `UPDATE users SET email = $1, email_key = $2, username = $3, username_key = $4, password = $5, active = $6,
         more = $7, version = version + 1 WHERE id = $8 AND version = $9`,
        [...columnsOf(updated), account.id, expectedVersion],
      );
      if (rowCount === 1) return { updated };
    } catch (error) {
      const taken = isUniqueViolation(error) ? await takenKey(this, account, account.id) : null;
      if (taken === null) throw error;
      return { taken };
    }
    const current = await this.find(account.id);
    return current === null ? { gone: true } : { conflict: current };
  }

  override async delete(id: string): Promise<boolean> {
    // Their credentials go with them: ON DELETE CASCADE.
    return isNumber(id) && (await this.pool.query('DELETE FROM users WHERE id = $1', [id])).rowCount === 1;
  }

  override async list({
    active,
    search = '',
    role,
    after = '0',
    limit = 100,
  }: AccountQuery = {}): Promise<AccountPage> {
    const { rows } = await this.pool.query<UserRow>(
      `SELECT * FROM users WHERE id > $1 AND active = coalesce($2, active)
       AND (strpos(substr(email_key, 3), $3) > 0 OR strpos(substr(username_key, 3), $3) > 0)
       AND ($4::text IS NULL OR more->'roles' @> jsonb_build_array($4::text)) ORDER BY id LIMIT $5`,
      [after, active ?? null, search, role ?? null, limit + 1],
    );
    const accounts = rows.slice(0, limit).map(toAccount);
    return { accounts, next: rows.length > limit ? (accounts.at(-1)?.id ?? null) : null };
  }

  override async track(id: string, login: TrackedLogin): Promise<void> {
    checkLogin(login);
    if (!isNumber(id)) return;
    await this.pool.query(
      'UPDATE users SET last_login = current_login, current_login = $2, login_count = login_count + 1 WHERE id = $1',
      [id, JSON.stringify({ at: login.at.getTime(), ip: login.ip })],
    );
  }

  override async credentials(accountId: string, kind?: string): Promise<readonly Credential[]> {
    if (!isNumber(accountId)) return [];
    return this.#credentials('user_id = $1 AND kind = coalesce($2, kind) ORDER BY created_at, id', [accountId, kind]);
  }

  override async findCredential(kind: string, externalId: string): Promise<Credential | null> {
    if (!canBeStored(externalId)) return null;
    return (await this.#credentials('kind = $1 AND external_id = $2', [kind, externalId]))[0] ?? null;
  }

  override async addCredential(
    accountId: string,
    credential: NewCredential,
    expectedEpoch?: number,
  ): Promise<AddCredentialResult> {
    const added = createdCredential(accountId, credential, new Date());
    checkCredential(added);
    const isThere = await this.#transaction(async (client) => {
      const isLocked = await lock(client, accountId, expectedEpoch);
      if (isLocked) await insert(client, added);
      return isLocked;
    });
    if (isThere === null) return { taken: true };
    return isThere ? { added } : { gone: true };
  }

  override async updateCredential(credential: Credential, expectedVersion: number): Promise<UpdateCredentialResult> {
    checkCredential(credential);
    const { id, externalId, name, data, lastUsedAt, expiresAt } = credential;
    try {
      const { rowCount } = await this.pool.query(
        `UPDATE user_credentials SET external_id = $1, name = $2, data = $3, last_used_at = $4, expires_at = $5,
         version = version + 1 WHERE id = $6 AND version = $7`,
        [externalId, name, data, lastUsedAt, expiresAt, id, expectedVersion],
      );
      if (rowCount === 1) return { updated: { ...credential, version: expectedVersion + 1 } };
    } catch (error) {
      if (isUniqueViolation(error)) return { taken: true };
      throw error;
    }
    const [current] = await this.#credentials('id = $1', [id]);
    return current === undefined ? { gone: true } : { conflict: current };
  }

  override async deleteCredential(id: string, expectedVersion: number): Promise<boolean> {
    if (!canBeStored(id)) return false;
    const deletion = 'DELETE FROM user_credentials WHERE id = $1 AND version = $2';
    return (await this.pool.query(deletion, [id, expectedVersion])).rowCount === 1;
  }

  override async replaceCredentials(
    accountId: string,
    kind: string,
    credentials: readonly NewCredential[],
    expectedEpoch?: number,
  ): Promise<ReplaceCredentialsResult> {
    const replaced = credentials.map((each) => createdCredential(accountId, { ...each, kind }, new Date()));
    replaced.forEach(checkCredential);
    const isThere = await this.#transaction(async (client) => {
      if (!(await lock(client, accountId, expectedEpoch))) return false;
      await client.query('DELETE FROM user_credentials WHERE user_id = $1 AND kind = $2', [accountId, kind]);
      for (const credential of replaced) await insert(client, credential);
      return true;
    });
    if (isThere === null) return { taken: true };
    return isThere ? { replaced } : { gone: true };
  }

  override async expiredCredentials(kind: string, time: Date, limit: number): Promise<readonly Credential[]> {
    return this.#credentials('kind = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3', [kind, time, limit]);
  }

  async #one(sql: string, value: string): Promise<StoredAccount | null> {
    const { rows } = await this.pool.query<UserRow>(sql, [value]);
    return rows[0] === undefined ? null : toAccount(rows[0]);
  }

  async #credentials(condition: string, values: readonly unknown[]): Promise<Credential[]> {
    const sql = `SELECT * FROM user_credentials WHERE ${condition}`;
    const { rows } = await this.pool.query<CredentialRow>(sql, [...values]);
    return rows.map((row) => ({
      id: row.id,
      accountId: row.user_id,
      kind: row.kind,
      externalId: row.external_id,
      name: row.name,
      data: row.data,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
      expiresAt: row.expires_at,
      version: row.version,
    }));
  }

  /** Null: something is taken, and nothing was changed. */
  async #transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T | null> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error instanceof Taken) return null;
      throw error;
    } finally {
      client.release();
    }
  }
}

function columnsOf(account: StoredAccount): unknown[] {
  const { email, emailKey, username, usernameKey, password, active, roles, locale, epoch, state, data } = account;
  const [confirmed, changed] = [account.emailConfirmedAt, account.passwordChangedAt].map((at) => at?.getTime() ?? null);
  const more = { roles, locale, epoch, state, data, confirmed, changed, updated: account.updatedAt.getTime() };
  return [email, emailKey, username, usernameKey, password, active, more];
}

function toAccount(row: UserRow): StoredAccount {
  const { confirmed, changed, updated, ...more } = row.more;
  const dateOf = (at: number | null): Date | null => (at === null ? null : new Date(at));
  const loginOf = (login: UserRow['last_login']): TrackedLogin | null => login && { ...login, at: new Date(login.at) };
  return storedAccount({
    ...more,
    id: row.id,
    email: row.email,
    emailKey: row.email_key,
    emailConfirmedAt: dateOf(confirmed),
    username: row.username,
    usernameKey: row.username_key,
    password: row.password,
    active: row.active,
    createdAt: row.created_at,
    updatedAt: new Date(updated),
    passwordChangedAt: dateOf(changed),
    loginCount: row.login_count,
    lastLogin: loginOf(row.last_login),
    currentLogin: loginOf(row.current_login),
    version: row.version,
  });
}

async function insert(client: PoolClient, credential: Credential): Promise<void> {
  const { id, accountId, kind, externalId, name, data, createdAt, lastUsedAt, expiresAt } = credential;
  const { rowCount } = await client.query(
    `INSERT INTO user_credentials (id, user_id, kind, external_id, name, data, created_at, last_used_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
    [id, accountId, kind, externalId, name, data, createdAt, lastUsedAt, expiresAt],
  );
  if (rowCount === 0) throw new Taken();
}

/** Keeps others from deleting the user, and from changing the set of credentials, until the transaction ends. */
async function lock(client: PoolClient, id: string, epoch?: number): Promise<boolean> {
  if (!isNumber(id)) return false;
  const locked = await client.query(
    "SELECT 1 FROM users WHERE id = $1 AND (more->>'epoch')::bigint = coalesce($2, (more->>'epoch')::bigint) FOR UPDATE",
    [id, epoch ?? null],
  );
  return locked.rowCount === 1;
}

function isNumber(id: string): boolean {
  return /^[1-9]\d{0,17}$/.test(id);
}
