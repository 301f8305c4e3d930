/** What repositories share that keep accounts in a table of the application. */
import { type AccountChanges, storedAccount, type StoredAccount } from './account.js';
import type { AccountRepository } from './account-repository.js';
import { canBeKey, longest } from './check-values.js';
import type { Credential } from './credential.js';

/** The values that {@link AccountRepository.update} stores, except the version. @publicApi */
export type AccountValues = Required<AccountChanges> & Pick<StoredAccount, 'updatedAt'>;

/** The values that {@link AccountRepository.updateCredential} stores, except the version. @publicApi */
export type CredentialValues = Pick<Credential, 'externalId' | 'name' | 'data' | 'lastUsedAt' | 'expiresAt'>;

/**
 * The values of an update of an account, for the columns of a row. The password hash is enumerable here, as query builders need it: never
 * log the object. For repositories of your own.
 *
 * @publicApi
 */
export function accountValues(account: StoredAccount): AccountValues {
  return {
    email: account.email,
    emailKey: account.emailKey,
    emailConfirmedAt: account.emailConfirmedAt,
    username: account.username,
    usernameKey: account.usernameKey,
    password: account.password,
    active: account.active,
    roles: account.roles,
    locale: account.locale,
    epoch: account.epoch,
    state: account.state,
    data: account.data,
    updatedAt: account.updatedAt,
    passwordChangedAt: account.passwordChangedAt,
  };
}

/** The values of an update of a credential, for the columns of a row. For repositories of your own. @publicApi */
export function credentialValues(credential: Credential): CredentialValues {
  const { externalId, name, data, lastUsedAt, expiresAt } = credential;
  return { externalId, name, data, lastUsedAt, expiresAt };
}

/** An account as an update leaves it: with its next version. For repositories of your own. @publicApi */
export function updatedAccount(account: StoredAccount, expectedVersion: number, now: Date): StoredAccount {
  return storedAccount({ ...account, password: account.password, updatedAt: now, version: expectedVersion + 1 });
}

/** A credential from its fields, without other columns of a row or an entity. For repositories of your own. @publicApi */
export function storedCredential(fields: Credential): Credential {
  const { id, accountId, kind, createdAt, version } = fields;
  return { id, accountId, kind, ...credentialValues(fields), createdAt, version };
}

/**
 * The value of an account that another one has; null: none any more. Call it after a unique violation, since each database reports the
 * constraint in its own way. For repositories of your own.
 *
 * @param id of the account that is updated; null for one that is created
 * @publicApi
 */
export async function takenKey(
  repository: AccountRepository,
  { emailKey, usernameKey }: Pick<StoredAccount, 'emailKey' | 'usernameKey'>,
  id: string | null,
): Promise<'email' | 'username' | null> {
  const byEmail = await repository.findBy('email', emailKey);
  if (byEmail !== null && byEmail.id !== id) return 'email';
  const byUsername = usernameKey === null ? null : await repository.findBy('username', usernameKey);
  return byUsername !== null && byUsername.id !== id ? 'username' : null;
}

/**
 * Whether this string can be stored: as an id, a key, a kind or an external id. If not, nothing can be found by it, and some databases
 * reject the query. For repositories of your own.
 *
 * @publicApi
 */
export function canBeStored(text: unknown): text is string {
  return canBeKey(text, longest.externalId);
}
