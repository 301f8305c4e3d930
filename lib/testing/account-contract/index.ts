import type { AccountRepositoryCase } from './account-case.js';
import { hostileAccountCases, storedAccountCases } from './account-cases.js';
import { credentialCases } from './credential-cases.js';

export type { AccountRepositoryCase, AccountRepositoryHarness } from './account-case.js';

/**
 * The contract of repositories of accounts as cases that need no test runner: each takes a repository and rejects if it violates the
 * contract. Run them against your real database.
 *
 * ```ts
 * for (const { name, run } of accountRepositoryContract()) {
 *   test(name, () => run({ repository }));
 * }
 * ```
 *
 * @publicApi
 */
export function accountRepositoryContract(): AccountRepositoryCase[] {
  return [...storedAccountCases, ...hostileAccountCases, ...credentialCases];
}
