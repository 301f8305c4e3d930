import { bool } from '../../config/kinds.js';
import { group, option, OptionMismatch, type OptionKind } from '../../config/option.js';
import type { Account } from '../repository/account.js';

/** Whose accounts need a second factor: all, those with one of some roles, or those of which a function says so. @publicApi */
export type SecondFactorRequired = boolean | readonly string[] | ((account: Account) => boolean | Promise<boolean>);

const trueOrFalse = bool();

/** What holds for second factors of every kind. */
export const secondFactorOptions = group('Second factors of every kind.', {
  required: option<SecondFactorRequired>({
    env: 'SECURITY_TWO_FACTOR_REQUIRED',
    kind: requirement(),
    default: false,
    meaning:
      "Who needs a second factor: everybody (`true`), accounts with one of some roles (`['admin']`), or those for which a function of the " +
      'account returns true. A login without one has to set one up first.',
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
