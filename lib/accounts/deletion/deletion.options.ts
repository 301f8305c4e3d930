import { bool, fn, nullable } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { flaskDuration } from '../flask-duration.js';
import type { Account } from '../repository/account.js';

/** How owners delete their accounts. */
export const deletionOptions = group(
  'Deletion of accounts by their owners.',
  {
    enabled: option({
      env: 'SECURITY_DELETABLE',
      kind: bool(),
      default: true,
      meaning: 'Whether users can delete their accounts.',
    }),
    grace: option({
      env: 'SECURITY_DELETION_GRACE',
      kind: flaskDuration({ min: 0, max: 365 * 86_400_000 }),
      default: 14 * 86_400_000,
      defaultText: '14d',
      meaning:
        'How long a deletion can be undone. Meanwhile nobody can log in; then the account is deleted, but not before a change of its address can no longer be undone.',
    }),
    purgeInterval: option({
      env: 'SECURITY_DELETION_PURGE_INTERVAL',
      kind: nullable(flaskDuration({ min: 60_000, max: 86_400_000 })),
      default: 3_600_000,
      defaultText: '1h',
      meaning:
        'How often each process deletes accounts that are due, and expired rows of other accounts. `null`: never; call `AccountDeletionService.purge()` yourself.',
    }),
    beforeDelete: option<((account: Account) => unknown) | null>({
      env: null,
      kind: nullable(fn('a function (account)')),
      default: null,
      defaultText: 'none',
      meaning: 'Called and awaited before a deletion is accepted. If it throws, the account stays.',
    }),
    beforePurge: option<((account: Account) => unknown) | null>({
      env: null,
      kind: nullable(fn('a function (account)')),
      default: null,
      defaultText: 'none',
      meaning:
        'Called and awaited before the rows of an account are deleted, once its deletion can no longer be undone: delete what your application stores about it. It may be called again after a crash. An error is logged, and the deletion is retried.',
    }),
  },
  'enabled',
);
