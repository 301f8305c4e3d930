import { bool } from '../../config/kinds.js';
import { group, option, OptionMismatch, type OptionKind } from '../../config/option.js';
import { accountOf, type Account, type StoredAccount } from '../repository/account.js';

/** The accounts that need a second factor: all, those with one of some roles, or those for which a function returns true. @publicApi */
export type SecondFactorRequired = boolean | readonly string[] | ((account: Account) => boolean | Promise<boolean>);

/** Whether a setting names an account. */
export async function names(setting: SecondFactorRequired, account: StoredAccount): Promise<boolean> {
  if (typeof setting === 'function') return setting(accountOf(account));
  if (typeof setting === 'boolean') return setting;
  return account.roles.some((role) => setting.includes(role));
}

const trueOrFalse = bool();

/** The mailbox in place of a second factor. */
export const mailAsSecondFactorOption = option<SecondFactorRequired>({
  env: 'SECURITY_MAIL_AS_SECOND_FACTOR',
  kind: requirement(),
  default: false,
  meaning:
    'Accounts whose second factor is a code by email while they have no other one: all with a confirmed address (`true`), those with one of some ' +
    'roles, or those for which a function returns true. For users who had that elsewhere: it is not a real second factor (ASVS 6.3.6), ' +
    'and cannot be combined with `recovery` and `mailLogin`.',
});

/** What holds for second factors of every kind. */
export const secondFactorOptions = group('Second factors of every kind.', {
  required: option<SecondFactorRequired>({
    env: 'SECURITY_TWO_FACTOR_REQUIRED',
    kind: requirement(),
    default: false,
    meaning:
      "Accounts that need a second factor: all (`true`), those with one of some roles (`['admin']`), or those for which a function returns true. " +
      'Users without one have to set it up when they log in.',
  }),
});

function requirement(): OptionKind<SecondFactorRequired> {
  return {
    expected: 'true, false, an array of roles, or a function (account) => true or false',
    parse(raw, source) {
      if (typeof raw === 'function') return raw as Exclude<SecondFactorRequired, boolean | readonly string[]>;
      if (Array.isArray(raw)) {
        const roles: readonly unknown[] = raw;
        return roles.every((role) => typeof role === 'string') ? roles : new OptionMismatch();
      }
      return trueOrFalse.parse(raw, source);
    },
  };
}
