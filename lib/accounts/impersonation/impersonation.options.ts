import { bool, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { flaskDuration } from '../flask-duration.js';

/** Administrators in the place of users. */
export const impersonationOptions = group(
  'Administrators who use the application in the place of a user, to see what that one sees.',
  {
    enabled: option({
      env: 'SECURITY_IMPERSONATION',
      kind: bool(),
      default: false,
      meaning: 'Whether administrators can take the place of a user for a while.',
    }),
    role: option({
      env: 'SECURITY_IMPERSONATION_ROLE',
      kind: text({ pattern: /[^\p{Cc}]{1,100}/u, expected: 'the name of a role, such as admin' }),
      default: 'admin',
      meaning: 'The role that an account needs for that, or one that includes it.',
    }),
    maxDuration: option<number, number | string>({
      env: 'SECURITY_IMPERSONATION_MAX_DURATION',
      kind: flaskDuration({ min: 60_000, max: 86_400_000 }),
      default: 3_600_000,
      defaultText: '1h',
      meaning: 'For how long at most. Then it ends by itself.',
    }),
    reason: option({
      env: 'SECURITY_IMPERSONATION_REASON',
      kind: bool(),
      default: true,
      meaning: 'Whether the administrator has to say why. Listeners and the audit log get it.',
    }),
    administrators: option({
      env: 'SECURITY_IMPERSONATION_ADMINISTRATORS',
      kind: bool(),
      default: false,
      meaning:
        'Whether accounts that have the role themselves, or administer accounts (`admin.role`), can be impersonated, too.',
    }),
    notify: option({
      env: 'SECURITY_IMPERSONATION_NOTIFY',
      kind: bool(),
      default: false,
      meaning: 'Whether the owner of the account gets a mail when it begins.',
    }),
  },
  'enabled',
);
