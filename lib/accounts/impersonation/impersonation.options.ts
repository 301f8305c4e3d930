import { bool, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { flaskDuration } from '../flask-duration.js';

/** Administrators in the place of users. */
export const impersonationOptions = group(
  'Impersonation: administrators use the application as a user, to see what that user sees.',
  {
    enabled: option({
      env: 'SECURITY_IMPERSONATION',
      kind: bool(),
      default: false,
      meaning: 'Whether administrators can impersonate users.',
    }),
    role: option({
      env: 'SECURITY_IMPERSONATION_ROLE',
      kind: text({ pattern: /[^\p{Cc}]{1,100}/u, expected: 'the name of a role, such as admin' }),
      default: 'admin',
      meaning: 'The role that an account needs to impersonate others. Roles that include it count.',
    }),
    maxDuration: option<number, number | string>({
      env: 'SECURITY_IMPERSONATION_MAX_DURATION',
      kind: flaskDuration({ min: 60_000, max: 86_400_000 }),
      default: 3_600_000,
      defaultText: '1h',
      meaning: 'The maximum duration of an impersonation, after which it ends by itself.',
    }),
    reason: option({
      env: 'SECURITY_IMPERSONATION_REASON',
      kind: bool(),
      default: true,
      meaning: 'Whether the administrator must enter a reason, which listeners and the audit log receive.',
    }),
    administrators: option({
      env: 'SECURITY_IMPERSONATION_ADMINISTRATORS',
      kind: bool(),
      default: false,
      meaning:
        'Whether accounts that have this role themselves, or that administer accounts (`admin.role`), can also be impersonated.',
    }),
    notify: option({
      env: 'SECURITY_IMPERSONATION_NOTIFY',
      kind: bool(),
      default: false,
      meaning: 'Whether the user gets an email when an impersonation starts.',
    }),
  },
  'enabled',
);
