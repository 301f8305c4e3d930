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
      meaning: 'Whether users can reset a forgotten password with a link in an email.',
    }),
    validFor: option({
      env: 'SECURITY_RESET_PASSWORD_WITHIN',
      kind: flaskDuration({ min: 60_000, max: 86_400_000 }),
      default: 3_600_000,
      defaultText: '1h',
      meaning: 'How long the link to reset a password is valid.',
    }),
  },
  'enabled',
);
