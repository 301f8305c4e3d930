import type { AccountRepository } from '../../accounts/repository/account-repository.js';

/** A repository of accounts to test, and how to get another instance. @publicApi */
export interface AccountRepositoryHarness {
  /** On data that only these tests use; it need not be empty. */
  readonly repository: AccountRepository;
  /** Another repository on the same data, as another process of the application would have it. Omit it if there can be none. */
  readonly anotherInstance?: () => AccountRepository | Promise<AccountRepository>;
}

/** One requirement of the contract. @publicApi */
export interface AccountRepositoryCase {
  /** What the repository does, to be read after its name. */
  readonly name: string;
  /** Resolves if the repository does so; rejects with an `AssertionError` if not. */
  run(harness: AccountRepositoryHarness): Promise<void>;
}

export function accountCases(
  cases: Readonly<Record<string, (harness: AccountRepositoryHarness) => Promise<void>>>,
): AccountRepositoryCase[] {
  return Object.entries(cases).map(([name, run]) => ({ name, run }));
}
