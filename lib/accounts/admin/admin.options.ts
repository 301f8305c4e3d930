import { list, nullable, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';

const expected = 'a name such as admin, of up to 100 characters';
const name = text({ pattern: /[^\p{Cc}]{1,100}/u, expected });
const nameOrNull = text({ pattern: /[^\p{Cc}]{1,100}/u, expected, nullable: true });

/** Who administers accounts over HTTP, and which roles there are. */
export const adminOptions = group(
  'Administration of accounts by HTTP routes and pages. They exist only if `role` or `permission` is set.',
  {
    role: option<string | null>({
      env: 'SECURITY_ADMIN_ROLE',
      kind: nameOrNull,
      default: null,
      defaultText: 'none',
      meaning: 'The role that administrators of accounts need.',
    }),
    permission: option<string | null>({
      env: 'SECURITY_ADMIN_PERMISSION',
      kind: nameOrNull,
      default: null,
      defaultText: 'none',
      meaning:
        'A permission that also makes users administrators of accounts, in addition to `admin.role` or instead of it.',
    }),
    roles: option<readonly string[] | null>({
      env: 'SECURITY_ADMIN_ROLES',
      kind: nullable(list(name)),
      default: null,
      defaultText: 'the roles in the option `roles` of `SessionModule`; without that, any name',
      meaning: 'The roles that accounts can have. Other names are rejected.',
    }),
    grantable: option<readonly string[]>({
      env: 'SECURITY_ADMIN_GRANTABLE',
      kind: list(name),
      default: [],
      defaultText: 'none',
      meaning: 'Roles that administrators can grant and revoke in addition to those that they have themselves.',
    }),
  },
  'role',
);
