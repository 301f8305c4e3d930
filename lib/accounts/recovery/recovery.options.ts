import { bool } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { flaskDuration } from '../flask-duration.js';

/** What helps those who have forgotten their password. */
export const recoveryOptions = group(
  'Recovery of forgotten passwords.',
  {
    enabled: option({
      env: 'SECURITY_RECOVERABLE',
      kind: bool(),
      default: false,
      meaning: 'Whether a mail with a link for a new password is sent to those who ask for it.',
    }),
    validFor: option({
      env: 'SECURITY_RESET_PASSWORD_WITHIN',
      kind: flaskDuration({ min: 60_000, max: 86_400_000 }),
      default: 3_600_000,
      defaultText: '1h',
      meaning: 'For how long the link for a new password is valid.',
    }),
  },
  'enabled',
);
