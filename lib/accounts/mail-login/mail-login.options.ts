import { bool } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { flaskDuration } from '../flask-duration.js';

/** Logins by mail. */
export const mailLoginOptions = group(
  'Login by email, without a password.',
  {
    enabled: option({
      env: 'SECURITY_PASSWORDLESS',
      kind: bool(),
      default: false,
      meaning: 'Whether users can log in with a link or a code that is emailed to them.',
    }),
    validFor: option({
      env: 'SECURITY_LOGIN_WITHIN',
      kind: flaskDuration({ min: 60_000, max: 86_400_000 }),
      default: 10 * 60_000,
      defaultText: '10m',
      meaning: 'How long the link is valid. The code is valid for at most 10 minutes.',
    }),
  },
  'enabled',
);
