import { bool } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { flaskDuration } from '../flask-duration.js';

/** Logins by mail. */
export const mailLoginOptions = group(
  'Login by mail, without a password.',
  {
    enabled: option({
      env: 'SECURITY_PASSWORDLESS',
      kind: bool(),
      default: false,
      meaning: 'Whether one can log in with a link and a code that are mailed to the address of an account.',
    }),
    validFor: option({
      env: 'SECURITY_LOGIN_WITHIN',
      kind: flaskDuration({ min: 60_000, max: 86_400_000 }),
      default: 10 * 60_000,
      defaultText: '10m',
      meaning: 'For how long the link is valid. The code is valid for 10 minutes at most.',
    }),
  },
  'enabled',
);
