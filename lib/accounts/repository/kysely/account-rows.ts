import { type AccountState, storedAccount, type StoredAccount, type TrackedLogin } from '../account.js';
import type { Credential } from '../credential.js';
import type { JsonObject } from '../json.js';
import type { AccountDialect } from './account-dialect.js';

/** The columns that an update writes. */
export const changedAccountColumns = [
  'email',
  'email_key',
  'email_confirmed_at',
  'username',
  'username_key',
  'password',
  'active',
  'roles',
  'locale',
  'epoch',
  'state',
  'data',
  'updated_at',
  'password_changed_at',
] as const;

export const changedCredentialColumns = ['external_id', 'name', 'data', 'last_used_at', 'expires_at'] as const;

export const credentialColumns = [
  ...['id', 'account_id', 'kind', 'created_at', 'version'],
  ...changedCredentialColumns,
] as const;

/** Converts between rows and what the repository returns. */
export class AccountRows {
  constructor(private readonly dialect: AccountDialect) {}

  /** The values of {@link changedAccountColumns}. */
  changedAccountValues(account: StoredAccount): unknown[] {
    const { email, emailKey, emailConfirmedAt, username, usernameKey, password, active, roles, locale } = account;
    return [
      this.#text(email),
      this.#text(emailKey),
      toTime(emailConfirmedAt),
      this.#text(username),
      this.#text(usernameKey),
      this.#text(password),
      this.dialect.toBoolean(active),
      this.#text(JSON.stringify(roles)),
      this.#text(locale),
      account.epoch,
      this.#text(JSON.stringify(account.state)),
      this.#text(JSON.stringify(account.data)),
      toTime(account.updatedAt),
      toTime(account.passwordChangedAt),
    ];
  }

  /** The values of {@link changedCredentialColumns}. */
  changedCredentialValues({ externalId, name, data, lastUsedAt, expiresAt }: Credential): unknown[] {
    return [
      this.#text(externalId),
      this.#text(name),
      this.#text(JSON.stringify(data)),
      toTime(lastUsedAt),
      toTime(expiresAt),
    ];
  }

  /** The values of {@link credentialColumns}. */
  credentialValues(credential: Credential): unknown[] {
    const { id, accountId, kind, createdAt, version } = credential;
    return [
      this.#text(id),
      this.#text(accountId),
      this.#text(kind),
      toTime(createdAt),
      version,
      ...this.changedCredentialValues(credential),
    ];
  }

  account(row: object): StoredAccount {
    const column = columnsOf(row);
    return storedAccount({
      id: this.dialect.fromText(column('id')),
      email: this.dialect.fromText(column('email')),
      emailKey: this.dialect.fromText(column('email_key')),
      emailConfirmedAt: fromTime(column('email_confirmed_at')),
      username: this.#textOrNull(column('username')),
      usernameKey: this.#textOrNull(column('username_key')),
      password: this.#textOrNull(column('password')),
      active: toNumber(column('active')) !== 0,
      roles: this.#json(column('roles'), areRoles),
      locale: this.#textOrNull(column('locale')),
      epoch: toNumber(column('epoch')),
      state: this.#json(column('state'), isState),
      data: this.#json(column('data'), isJsonObject),
      createdAt: new Date(toNumber(column('created_at'))),
      updatedAt: new Date(toNumber(column('updated_at'))),
      passwordChangedAt: fromTime(column('password_changed_at')),
      loginCount: toNumber(column('login_count')),
      lastLogin: this.#login(column('last_login_at'), column('last_login_ip')),
      currentLogin: this.#login(column('current_login_at'), column('current_login_ip')),
      version: toNumber(column('version')),
    });
  }

  /** @param prefix of the columns. Default: none */
  credential(row: object, prefix = ''): Credential {
    const named = columnsOf(row);
    const column = (name: string): unknown => named(prefix + name);
    return {
      id: this.dialect.fromText(column('id')),
      accountId: this.dialect.fromText(column('account_id')),
      kind: this.dialect.fromText(column('kind')),
      externalId: this.#textOrNull(column('external_id')),
      name: this.#textOrNull(column('name')),
      data: this.#json(column('data'), isJsonObject),
      createdAt: new Date(toNumber(column('created_at'))),
      lastUsedAt: fromTime(column('last_used_at')),
      expiresAt: fromTime(column('expires_at')),
      version: toNumber(column('version')),
    };
  }

  #text(text: string | null): unknown {
    return text === null ? null : this.dialect.toText(text);
  }

  #textOrNull(column: unknown): string | null {
    return column === null ? null : this.dialect.fromText(column);
  }

  #login(at: unknown, ip: unknown): TrackedLogin | null {
    const time = fromTime(at);
    return time && { at: time, ip: this.#textOrNull(ip) };
  }

  /** Drivers parse the JSON types of their databases, unless the application tells them not to. */
  #json<Json>(column: unknown, isOne: (value: unknown) => value is Json): Json {
    const value: unknown =
      typeof column === 'string' || Buffer.isBuffer(column) ? JSON.parse(this.dialect.fromText(column)) : column;
    if (isOne(value)) return value;
    throw new TypeError('A column of the accounts tables is not the JSON that this repository writes.');
  }
}

function areRoles(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((role) => typeof role === 'string');
}

/** The properties are the features' own business. */
function isState(value: unknown): value is AccountState {
  return isJsonObject(value);
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function columnsOf(row: object): (name: string) => unknown {
  return (name) => {
    const value: unknown = Reflect.get(row, name);
    if (value === undefined) throw new TypeError(`The accounts tables have no column ${name}.`);
    return value;
  };
}

function toTime(date: Date | null): number | null {
  return date === null ? null : date.getTime();
}

function fromTime(column: unknown): Date | null {
  return column === null ? null : new Date(toNumber(column));
}

/** Drivers return 64-bit integers as numbers, bigints or strings. */
function toNumber(column: unknown): number {
  const number = Number(column);
  if (Number.isSafeInteger(number)) return number;
  throw new TypeError('A column of the accounts tables is not an integer.');
}
