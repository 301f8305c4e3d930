import { randomBytes } from 'node:crypto';
import type { JsonObject } from './json.js';

/** A login, as recorded in its account. @publicApi */
export interface TrackedLogin {
  readonly at: Date;
  /** The network address; null: unknown, or not recorded. */
  readonly ip: string | null;
}

/** The fields that an account and its stored form share. @publicApi */
export interface AccountFacts {
  readonly id: string;
  /** The address as its owner wrote it. Emails are sent here. */
  readonly email: string;
  /** When {@link email} was confirmed; null: not yet. */
  readonly emailConfirmedAt: Date | null;
  /** The username as its owner wrote it; null: none. */
  readonly username: string | null;
  /** False: disabled; every login is rejected. */
  readonly active: boolean;
  readonly roles: readonly string[];
  /** The language of emails and pages, such as `de`; null: that of each request. */
  readonly locale: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** When the password was last set; null: there is none. */
  readonly passwordChangedAt: Date | null;
  readonly loginCount: number;
  /** The login before the current one. */
  readonly lastLogin: TrackedLogin | null;
  readonly currentLogin: TrackedLogin | null;
}

/**
 * An account as `@CurrentUser()` returns it: without the password hash, and without the contents of its credentials. Declare the fields of
 * your registration form here:
 *
 * ```ts
 * declare module 'nestjs-session-auth/accounts' {
 *   interface Account { company?: string }
 * }
 * ```
 *
 * @publicApi
 */
export interface Account extends AccountFacts {}

/** The data that features store in an account, each under its own names. Times are in milliseconds since the epoch. @publicApi */
export interface AccountState extends JsonObject {
  /** Every login is rejected until then. */
  readonly lockedUntil?: number;
  /** Whether the password has to be reset before the next login. */
  readonly resetOwed?: boolean;
  /** Whether an administrator requires a second factor of this account, whatever the options say. */
  readonly secondFactorRequired?: boolean;
  /** Whether the account is closed until another factor is proved, or an administrator helps. */
  readonly frozen?: boolean;
  /** When the account will be deleted. */
  readonly deleteAt?: number;
  /** API keys that were created under an earlier epoch are not valid. */
  readonly apiKeysSince?: number;
  /** The user handle of its passkeys, in base64url. */
  readonly handle?: string;
}

/**
 * An account as it is stored. Only a repository and the password service see one. Create it with {@link storedAccount}, and change it with
 * {@link changedAccount}: a spread (`{ ...account }`) loses the password, which is not enumerable.
 *
 * @publicApi
 */
export interface StoredAccount extends AccountFacts {
  /** The normal form of {@link email}, by which accounts are found; unique. */
  readonly emailKey: string;
  /** The normal form of {@link username}; unique. Null: no username. */
  readonly usernameKey: string | null;
  /** The password hash; null: no password. Not enumerable, so that no log and no JSON contains it. */
  readonly password: string | null;
  /** Increased by everything that ends the sessions of the account: what was proved under an earlier epoch is no longer valid. */
  readonly epoch: number;
  readonly state: AccountState;
  /** The declared fields of the application. */
  readonly data: JsonObject;
  /** Increased by each update; see {@link AccountRepository.update}. */
  readonly version: number;
}

/** An account to create. Omitted fields are empty, and the account is active. @publicApi */
export interface NewAccount {
  /** Default: {@link newAccountId}. A repository over a table that generates its own ids can ignore it. */
  readonly id?: string;
  readonly email: string;
  readonly emailKey: string;
  readonly emailConfirmedAt?: Date | null;
  readonly username?: string | null;
  readonly usernameKey?: string | null;
  /** The password hash. */
  readonly password?: string | null;
  readonly active?: boolean;
  readonly roles?: readonly string[];
  readonly locale?: string | null;
  /** Default: 0. */
  readonly epoch?: number;
  readonly state?: AccountState;
  readonly data?: JsonObject;
  /** Default: now. */
  readonly createdAt?: Date;
  /** Default: `createdAt` if there is a password, otherwise null. */
  readonly passwordChangedAt?: Date | null;
}

/**
 * The changes that {@link changedAccount} can make: all fields except the id, the version, and those that {@link AccountRepository.track}
 * writes. @publicApi
 */
export type AccountChanges = Partial<
  Omit<StoredAccount, 'id' | 'version' | 'createdAt' | 'updatedAt' | 'loginCount' | 'lastLogin' | 'currentLogin'>
>;

/** A random account id: 128 bits in base64url, 22 characters. @publicApi */
export function newAccountId(): string {
  return randomBytes(16).toString('base64url');
}

/**
 * A stored account from its fields, with the password not enumerable. For repositories of your own: other columns of a row or an entity are
 * omitted.
 *
 * @publicApi
 */
export function storedAccount(fields: StoredAccount): StoredAccount {
  const account = {
    id: fields.id,
    email: fields.email,
    emailKey: fields.emailKey,
    emailConfirmedAt: fields.emailConfirmedAt,
    username: fields.username,
    usernameKey: fields.usernameKey,
    password: fields.password,
    active: fields.active,
    roles: fields.roles,
    locale: fields.locale,
    epoch: fields.epoch,
    state: fields.state,
    data: fields.data,
    createdAt: fields.createdAt,
    updatedAt: fields.updatedAt,
    passwordChangedAt: fields.passwordChangedAt,
    loginCount: fields.loginCount,
    lastLogin: fields.lastLogin,
    currentLogin: fields.currentLogin,
    version: fields.version,
  };
  return Object.defineProperty(account, 'password', { enumerable: false });
}

/** A copy with changes, to pass to {@link AccountRepository.update}. @publicApi */
export function changedAccount(account: StoredAccount, changes: AccountChanges): StoredAccount {
  return storedAccount({ ...account, password: account.password, ...changes });
}

/** The account that a {@link NewAccount} becomes. For repositories of your own. @publicApi */
export function createdAccount(account: NewAccount, now: Date): StoredAccount {
  const { createdAt = now, password = null } = account;
  return storedAccount({
    id: account.id ?? newAccountId(),
    email: account.email,
    emailKey: account.emailKey,
    emailConfirmedAt: account.emailConfirmedAt ?? null,
    username: account.username ?? null,
    usernameKey: account.usernameKey ?? null,
    password,
    active: account.active ?? true,
    roles: account.roles ?? [],
    locale: account.locale ?? null,
    epoch: account.epoch ?? 0,
    state: account.state ?? {},
    data: account.data ?? {},
    createdAt,
    updatedAt: createdAt,
    passwordChangedAt: account.passwordChangedAt ?? (password === null ? null : createdAt),
    loginCount: 0,
    lastLogin: null,
    currentLogin: null,
    version: 1,
  });
}

/** What `@CurrentUser()` returns of a stored account. @publicApi */
export function accountOf(stored: StoredAccount): Account {
  // The facts last: a field of the application can hide none of them.
  return {
    ...stored.data,
    id: stored.id,
    email: stored.email,
    emailConfirmedAt: stored.emailConfirmedAt,
    username: stored.username,
    active: stored.active,
    roles: stored.roles,
    locale: stored.locale,
    createdAt: stored.createdAt,
    updatedAt: stored.updatedAt,
    passwordChangedAt: stored.passwordChangedAt,
    loginCount: stored.loginCount,
    lastLogin: stored.lastLogin,
    currentLogin: stored.currentLogin,
  };
}
