import { changedAccount, type AccountChanges, type StoredAccount } from './account.js';
import type { AccountRepository } from './account-repository.js';

/** An account before and after a change; the same twice: there was nothing to change. */
export interface ChangedAccount {
  readonly before: StoredAccount;
  readonly after: StoredAccount;
}

/**
 * Changes an account, whatever else changes it at the same time.
 *
 * @param changesOf what to change of it as it is; null: nothing. Called again after another change
 * @returns null: there is no such account
 */
export async function changeAccount(
  repository: Pick<AccountRepository, 'find' | 'update'>,
  id: string,
  changesOf: (known: StoredAccount) => AccountChanges | null | Promise<AccountChanges | null>,
): Promise<ChangedAccount | null> {
  for (let known = await repository.find(id); known !== null;) {
    const changes = await changesOf(known);
    if (changes === null) return { before: known, after: known };
    const result = await repository.update(changedAccount(known, changes), known.version);
    if ('updated' in result) return { before: known, after: result.updated };
    known = 'conflict' in result ? result.conflict : null;
  }
  return null;
}
