/** What repositories share that keep accounts in a table of the application. */
import { type AccountChanges, storedAccount, type StoredAccount } from './account.js';
import type { AccountRepository } from './account-repository.js';
import { canBeKey, longest } from './check-values.js';
import type { Credential } from './credential.js';

/** What {@link AccountRepository.update} stores of an account, beside its version. @publicApi */
export type AccountValues = Required<AccountChanges> & Pick<StoredAccount, 'updatedAt'>;

/** What {@link AccountRepository.updateCredential} stores of a credential, beside its version. @publicApi */
export type CredentialValues = Pick<Credential, 'externalId' | 'name' | 'data' | 'lastUsedAt' | 'expiresAt'>;

/**
 * What an update stores of an account, for the columns of a row. The password's hash is enumerable here, as query builders need it: never
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

/** What an update stores of a credential, for the columns of a row. For repositories of your own. @publicApi */
export function credentialValues(credential: Credential): CredentialValues {
  const { externalId, name, data, lastUsedAt, expiresAt } = credential;
  return { externalId, name, data, lastUsedAt, expiresAt };
}

/** An account as an update leaves it: with its next version. For repositories of your own. @publicApi */
export function updatedAccount(account: StoredAccount, expectedVersion: number, now: Date): StoredAccount {
  return storedAccount({ ...account, password: account.password, updatedAt: now, version: expectedVersion + 1 });
}

/** A credential from its fields; what else a row or an entity has is left out. For repositories of your own. @publicApi */
export function storedCredential(fields: Credential): Credential {
  const { id, accountId, kind, createdAt, version } = fields;
  return { id, accountId, kind, ...credentialValues(fields), createdAt, version };
}

/**
 * What of an account another one has; null: nothing any more. Ask it after a unique violation: which constraint it was, each database
 * says in its own way. For repositories of your own.
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
 * Whether anything can be stored under this text: an id, a key, a kind or an external id. If not, nothing is found by it; some databases
 * answer with an error. For repositories of your own.
 *
 * @publicApi
 */
export function canBeStored(text: unknown): text is string {
  return canBeKey(text, longest.externalId);
}
