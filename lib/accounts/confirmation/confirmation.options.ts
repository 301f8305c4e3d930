import { bool } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { flaskDuration } from '../flask-duration.js';

/** Whether an address has to be confirmed. */
export const confirmationOptions = group(
  'Confirmation of email addresses.',
  {
    enabled: option({
      env: 'SECURITY_CONFIRMABLE',
      kind: bool(),
      default: false,
      meaning: 'Whether a registration must be confirmed by a link in an email before the account is created.',
    }),
    validFor: option({
      env: 'SECURITY_CONFIRM_EMAIL_WITHIN',
      kind: flaskDuration({ min: 60_000, max: 14 * 86_400_000 }),
      default: 2 * 86_400_000,
      defaultText: '2d',
      meaning: 'How long the link to confirm a registration is valid.',
    }),
  },
  'enabled',
);
