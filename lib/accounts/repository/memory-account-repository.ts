import { createdAccount, type NewAccount, storedAccount, type StoredAccount, type TrackedLogin } from './account.js';
import {
  type AccountPage,
  type AccountQuery,
  AccountRepository,
  type AddCredentialResult,
  type CreateAccountResult,
  type OwnedCredential,
  type ReplaceCredentialsResult,
  type UpdateAccountResult,
  type UpdateCredentialResult,
} from './account-repository.js';
import { checkAccount, checkCredential, checkLogin } from './check-values.js';
import { type Credential, createdCredential, type NewCredential } from './credential.js';
import type { JsonObject, JsonValue } from './json.js';
import { withoutVersion } from './normal-form.js';
import { pageLimit } from './page-limit.js';

/** @publicApi */
export interface MemoryAccountRepositoryOptions {
  /** The time in milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number;
}

/** Stores accounts in memory, for development and tests: they are lost when the process ends. @publicApi */
export class MemoryAccountRepository extends AccountRepository {
  readonly #accounts = new Map<string, StoredAccount>();
  readonly #credentials = new Map<string, Credential>();
  /** Ids by key: of accounts by address and username, of credentials by kind and external id. */
  readonly #byEmail = new Map<string, string>();
  readonly #byUsername = new Map<string, string>();
  readonly #byExternalId = new Map<string, string>();
  readonly #now: () => Date;

  constructor({ now = Date.now }: MemoryAccountRepositoryOptions = {}) {
    super();
    this.#now = () => new Date(now());
  }

  override async find(id: string): Promise<StoredAccount | null> {
    const found = this.#accounts.get(id);
    return found === undefined ? null : copyOf(found);
  }

  override async findBy(property: 'email' | 'username', key: string): Promise<StoredAccount | null> {
    const id = (property === 'email' ? this.#byEmail : this.#byUsername).get(key);
    return id === undefined ? null : this.find(id);
  }

  override async create(account: NewAccount, credentials: readonly NewCredential[] = []): Promise<CreateAccountResult> {
    const now = this.#now();
    const wanted = createdAccount(account, now);
    checkAccount(wanted);
    const created = copyOf(wanted);
    const added = credentials.map((credential) => createdCredential(created.id, credential, now));
    added.forEach(checkCredential);
    if (this.#accounts.has(created.id)) return { taken: 'id' };
    if (this.#byEmail.has(created.emailKey)) return { taken: 'email' };
    if (created.usernameKey !== null && this.#byUsername.has(created.usernameKey)) return { taken: 'username' };
    if (!this.#areFree(added)) return { taken: 'credential' };
    this.#put(created);
    for (const credential of added) this.#putCredential(credential);
    return { created: copyOf(created) };
  }

  override async update(account: StoredAccount, expectedVersion: number): Promise<UpdateAccountResult> {
    checkAccount(account);
    const current = this.#accounts.get(account.id);
    if (current === undefined) return { gone: true };
    if (current.version !== expectedVersion) return { conflict: copyOf(current) };
    if (isOther(this.#byEmail.get(account.emailKey), account.id)) return { taken: 'email' };
    if (account.usernameKey !== null && isOther(this.#byUsername.get(account.usernameKey), account.id)) {
      return { taken: 'username' };
    }
    const { createdAt, loginCount, lastLogin, currentLogin } = current;
    const updated = copyOf(
      storedAccount({
        ...account,
        password: account.password,
        ...{ createdAt, loginCount, lastLogin, currentLogin },
        updatedAt: this.#now(),
        version: expectedVersion + 1,
      }),
    );
    this.#drop(current);
    this.#put(updated);
    return { updated: copyOf(updated) };
  }

  override async delete(id: string): Promise<boolean> {
    const account = this.#accounts.get(id);
    if (account === undefined) return false;
    this.#drop(account);
    for (const credential of this.#of(id)) this.#dropCredential(credential);
    return true;
  }

  override async list({ active, search, role, after = '', limit }: AccountQuery = {}): Promise<AccountPage> {
    const most = pageLimit(limit);
    const matching = [...this.#accounts.values()]
      .filter((account) => account.id > after && (active === undefined || account.active === active))
      .filter(({ roles }) => role === undefined || roles.includes(role))
      .filter(
        ({ emailKey, usernameKey }) =>
          search === undefined || [emailKey, usernameKey ?? ''].some((key) => withoutVersion(key).includes(search)),
      )
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const page = matching.slice(0, most).map(copyOf);
    return { accounts: page, next: matching.length > most ? (page.at(-1)?.id ?? null) : null };
  }

  override async track(id: string, login: TrackedLogin): Promise<void> {
    checkLogin(login);
    const account = this.#accounts.get(id);
    if (account === undefined) return;
    this.#accounts.set(
      id,
      copyOf(
        storedAccount({
          ...account,
          password: account.password,
          loginCount: account.loginCount + 1,
          lastLogin: account.currentLogin,
          currentLogin: login,
        }),
      ),
    );
  }

  override async credentials(accountId: string, kind?: string): Promise<readonly Credential[]> {
    return this.#of(accountId, kind)
      .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1))
      .map((credential) => credentialCopyOf(credential));
  }

  override async findCredential(kind: string, externalId: string): Promise<Credential | null> {
    const found = this.#credentials.get(this.#byExternalId.get(nameOf(kind, externalId)) ?? '');
    return found === undefined ? null : credentialCopyOf(found);
  }

  override async findOwned(kind: string, externalId: string): Promise<OwnedCredential | null> {
    const credential = await this.findCredential(kind, externalId);
    const account = credential && (await this.find(credential.accountId));
    return credential && account && { account, credential };
  }

  override async addCredential(
    accountId: string,
    credential: NewCredential,
    expectedEpoch?: number,
  ): Promise<AddCredentialResult> {
    const added = createdCredential(accountId, credential, this.#now());
    checkCredential(added);
    if (!this.#has(accountId, expectedEpoch)) return { gone: true };
    if (!this.#areFree([added])) return { taken: true };
    this.#putCredential(added);
    return { added: credentialCopyOf(added) };
  }

  override async updateCredential(credential: Credential, expectedVersion: number): Promise<UpdateCredentialResult> {
    checkCredential(credential);
    const current = this.#credentials.get(credential.id);
    if (current === undefined) return { gone: true };
    if (current.version !== expectedVersion) return { conflict: credentialCopyOf(current) };
    const { accountId, kind, createdAt } = current;
    const updated = { ...credential, accountId, kind, createdAt, version: expectedVersion + 1 };
    const name = externalNameOf(updated);
    if (name !== null && isOther(this.#byExternalId.get(name), credential.id)) return { taken: true };
    this.#dropCredential(current);
    this.#putCredential(updated);
    return { updated: credentialCopyOf(updated) };
  }

  override async deleteCredential(id: string, expectedVersion: number): Promise<boolean> {
    const current = this.#credentials.get(id);
    if (current?.version !== expectedVersion) return false;
    this.#dropCredential(current);
    return true;
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
    if (!this.#has(accountId, expectedEpoch)) return { gone: true };
    const removed = this.#of(accountId, kind);
    for (const credential of removed) this.#dropCredential(credential);
    if (!this.#areFree(added)) {
      for (const credential of removed) this.#putCredential(credential);
      return { taken: true };
    }
    for (const credential of added) this.#putCredential(credential);
    return { replaced: added.map((credential) => credentialCopyOf(credential)) };
  }

  override async expiredCredentials(kind: string, time: Date, limit: number): Promise<readonly Credential[]> {
    const expiryOf = ({ expiresAt }: Credential): number => expiresAt?.getTime() ?? Infinity;
    return [...this.#credentials.values()]
      .filter((credential) => credential.kind === kind && expiryOf(credential) <= time.getTime())
      .sort((a, b) => expiryOf(a) - expiryOf(b))
      .slice(0, pageLimit(limit))
      .map((credential) => credentialCopyOf(credential));
  }

  #has(accountId: string, epoch: number | undefined): boolean {
    const account = this.#accounts.get(accountId);
    return account !== undefined && (epoch === undefined || account.epoch === epoch);
  }

  #of(accountId: string, kind?: string): Credential[] {
    return [...this.#credentials.values()].filter(
      (credential) => credential.accountId === accountId && (kind === undefined || credential.kind === kind),
    );
  }

  /** Whether all of them can be added together. */
  #areFree(credentials: readonly Credential[]): boolean {
    const ids = new Set(credentials.map(({ id }) => id));
    const names = credentials.map(externalNameOf).filter((name) => name !== null);
    return (
      ids.size === credentials.length &&
      new Set(names).size === names.length &&
      !names.some((name) => this.#byExternalId.has(name)) &&
      !credentials.some(({ id }) => this.#credentials.has(id))
    );
  }

  #put(account: StoredAccount): void {
    this.#accounts.set(account.id, account);
    this.#byEmail.set(account.emailKey, account.id);
    if (account.usernameKey !== null) this.#byUsername.set(account.usernameKey, account.id);
  }

  #drop(account: StoredAccount): void {
    this.#accounts.delete(account.id);
    this.#byEmail.delete(account.emailKey);
    if (account.usernameKey !== null) this.#byUsername.delete(account.usernameKey);
  }

  #putCredential(credential: Credential): void {
    this.#credentials.set(credential.id, credentialCopyOf(credential));
    const name = externalNameOf(credential);
    if (name !== null) this.#byExternalId.set(name, credential.id);
  }

  #dropCredential(credential: Credential): void {
    this.#credentials.delete(credential.id);
    const name = externalNameOf(credential);
    if (name !== null) this.#byExternalId.delete(name);
  }
}

/** Callers may change what they get. Not `structuredClone`: in Jest, its objects are no instances of the test's classes. */
function copyOf(account: StoredAccount): StoredAccount {
  return storedAccount({
    ...account,
    password: account.password,
    roles: [...account.roles],
    state: jsonCopyOf(account.state),
    data: jsonCopyOf(account.data),
    emailConfirmedAt: dateCopyOf(account.emailConfirmedAt),
    createdAt: new Date(account.createdAt),
    updatedAt: new Date(account.updatedAt),
    passwordChangedAt: dateCopyOf(account.passwordChangedAt),
    lastLogin: loginCopyOf(account.lastLogin),
    currentLogin: loginCopyOf(account.currentLogin),
  });
}

function credentialCopyOf(credential: Credential): Credential {
  return {
    ...credential,
    data: jsonCopyOf(credential.data),
    createdAt: new Date(credential.createdAt),
    lastUsedAt: dateCopyOf(credential.lastUsedAt),
    expiresAt: dateCopyOf(credential.expiresAt),
  };
}

function dateCopyOf(date: Date | null): Date | null {
  return date && new Date(date);
}

function loginCopyOf(login: TrackedLogin | null): TrackedLogin | null {
  return login && { at: new Date(login.at), ip: login.ip };
}

function jsonCopyOf(json: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(json).flatMap(([name, value]) => (value === undefined ? [] : [[name, valueCopyOf(value)]])),
  );
}

function valueCopyOf(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  return isList(value) ? value.map(valueCopyOf) : jsonCopyOf(value);
}

function isList(value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function externalNameOf({ kind, externalId }: Credential): string | null {
  return externalId === null ? null : nameOf(kind, externalId);
}

/** Neither of them can contain NUL. */
function nameOf(kind: string, externalId: string): string {
  return `${kind}\0${externalId}`;
}

function isOther(id: string | undefined, mine: string): boolean {
  return id !== undefined && id !== mine;
}
