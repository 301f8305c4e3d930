import { list, nullable, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';

const expected = 'a name such as admin, of up to 100 characters';
const name = text({ pattern: /[^\p{Cc}]{1,100}/u, expected });
const nameOrNull = text({ pattern: /[^\p{Cc}]{1,100}/u, expected, nullable: true });

/** Who administers accounts over HTTP, and which roles there are. */
export const adminOptions = group(
  'Administration of accounts, over HTTP and on pages. Without `role` and `permission`, there are neither.',
  {
    role: option<string | null>({
      env: 'SECURITY_ADMIN_ROLE',
      kind: nameOrNull,
      default: null,
      defaultText: 'none',
      meaning: 'The role of those who administer accounts.',
    }),
    permission: option<string | null>({
      env: 'SECURITY_ADMIN_PERMISSION',
      kind: nameOrNull,
      default: null,
      defaultText: 'none',
      meaning: 'The permission of those who administer accounts, beside `admin.role` or in its place.',
    }),
    roles: option<readonly string[] | null>({
      env: 'SECURITY_ADMIN_ROLES',
      kind: nullable(list(name)),
      default: null,
      defaultText: 'those of the option `roles` of the session module; without it, any',
      meaning: 'The roles that accounts can be given. Others are unknown.',
    }),
    grantable: option<readonly string[]>({
      env: 'SECURITY_ADMIN_GRANTABLE',
      kind: list(name),
      default: [],
      defaultText: 'none',
      meaning: 'Roles that administrators may give and take away beside those that they have themselves.',
    }),
  },
  'role',
);
