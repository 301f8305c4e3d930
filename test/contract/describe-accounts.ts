import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AccountRepository } from '../../lib/accounts/repository/account-repository.js';
import { accountRepositoryContract } from '../../lib/testing/index.js';

export interface AccountsUnderTest {
  /** A repository; called again, another instance on the same data. */
  open(): AccountRepository;
  /** True: instances do not share their data. */
  readonly isAlone?: boolean;
  /** True: it ignores the ids that it is given. */
  readonly makesIds?: boolean;
  start?(): Promise<void>;
  stop?(): Promise<void>;
}

/** Runs the contract of repositories of accounts, a test per case. */
export function describeAccounts(name: string, subject: AccountsUnderTest): void {
  describe(name, () => {
    let repository: AccountRepository;
    let other: AccountRepository;

    beforeAll(async () => {
      await subject.start?.();
      repository = subject.open();
      other = subject.isAlone === true ? repository : subject.open();
    });

    afterAll(async () => {
      await subject.stop?.();
    });

    if (subject.makesIds !== true) {
      it('creates one account of an id', async () => {
        const account = { id: 'of-ada', email: 'ada@example.com' };
        expect(await repository.create({ ...account, emailKey: '1:first' })).toHaveProperty('created.id', 'of-ada');
        expect(await repository.create({ ...account, emailKey: '1:second' })).toEqual({ taken: 'id' });
      });
    }

    for (const { name: behaviour, run } of accountRepositoryContract()) {
      it(behaviour, () => run({ repository, anotherInstance: () => other }));
    }
  });
}
