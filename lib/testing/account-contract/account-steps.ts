import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { NewAccount, StoredAccount } from '../../accounts/repository/account.js';
import type { AccountRepository } from '../../accounts/repository/account-repository.js';
import type { Credential, NewCredential } from '../../accounts/repository/credential.js';

/** A text that no other case uses. */
export function fresh(head = ''): string {
  return head + randomBytes(9).toString('hex');
}

/** An account with an address that no other case uses. */
export function newAccount(changes: Partial<NewAccount> = {}): NewAccount {
  const local = fresh('Ada.');
  return { email: `${local}@Example.com`, emailKey: `1:${local.toLowerCase()}@example.com`, ...changes };
}

export async function created(
  repository: AccountRepository,
  changes: Partial<NewAccount> = {},
  credentials?: readonly NewCredential[],
): Promise<StoredAccount> {
  const result = await repository.create(newAccount(changes), credentials);
  assert.ok('created' in result, 'the account was not created');
  return result.created;
}

export async function added(
  repository: AccountRepository,
  accountId: string,
  credential: NewCredential,
): Promise<Credential> {
  const result = await repository.addCredential(accountId, credential);
  assert.ok('added' in result, 'the credential was not added');
  return result.added;
}

export async function present(repository: AccountRepository, id: string): Promise<StoredAccount> {
  const account = await repository.find(id);
  assert.ok(account !== null, 'the account is absent');
  return account;
}

/** What kind of result it is. */
export function kindOf(result: object): string {
  return Object.keys(result)[0] ?? '';
}

/** The ids of credentials, in order. */
export async function credentialIds(
  repository: AccountRepository,
  accountId: string,
  kind?: string,
): Promise<string[]> {
  return (await repository.credentials(accountId, kind)).map(({ id }) => id);
}

/** Calls that many times at once, on both instances where there are two, and counts the kinds of results. */
export async function atOnce(
  times: number,
  repositories: readonly AccountRepository[],
  call: (repository: AccountRepository, index: number) => Promise<object | boolean>,
): Promise<Record<string, number>> {
  const results = await Promise.all(
    Array.from({ length: times }, (_, index) => {
      const repository = repositories[index % repositories.length];
      assert.ok(repository !== undefined);
      return call(repository, index);
    }),
  );
  const counts: Record<string, number> = {};
  for (const result of results) {
    const kind = typeof result === 'boolean' ? String(result) : kindOf(result);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
