import type { Kysely } from 'kysely';
import { KyselyAccountRepository } from '../../lib/accounts/repository/kysely/kysely-account-repository.js';
import { describeAccounts } from './describe-accounts.js';
import { sqlSubjects } from './sql-subjects.js';

for (const subject of sqlSubjects) {
  const opened: Kysely<object>[] = [];
  describeAccounts(`KyselyAccountRepository on ${subject.name}`, {
    open() {
      const kysely = subject.kysely();
      opened.push(kysely);
      return new KyselyAccountRepository(kysely);
    },
    start: () => subject.start(),
    async stop() {
      for (const kysely of opened) await kysely.destroy();
      await subject.stop();
    },
  });
}
