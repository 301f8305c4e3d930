import { bool } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { flaskDuration } from '../flask-duration.js';

/** Whether an address has to be confirmed. */
export const confirmationOptions = group(
  'Confirmation of addresses.',
  {
    enabled: option({
      env: 'SECURITY_CONFIRMABLE',
      kind: bool(),
      default: false,
      meaning: 'Whether an account exists only once its address has been confirmed by a mail.',
    }),
    validFor: option({
      env: 'SECURITY_CONFIRM_EMAIL_WITHIN',
      kind: flaskDuration({ min: 60_000, max: 14 * 86_400_000 }),
      default: 2 * 86_400_000,
      defaultText: '2d',
      meaning: 'For how long the link of a registration is valid.',
    }),
  },
  'enabled',
);
