import { bool } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { flaskDuration } from '../flask-duration.js';

/** Changes of addresses. */
export const emailChangeOptions = group(
  'Change of email address.',
  {
    enabled: option({
      env: 'SECURITY_CHANGE_EMAIL',
      kind: bool(),
      default: true,
      meaning: 'Whether users can change their email address.',
    }),
    validFor: option({
      env: 'SECURITY_CHANGE_EMAIL_WITHIN',
      kind: flaskDuration({ min: 60_000, max: 86_400_000 }),
      default: 2 * 3_600_000,
      defaultText: '2h',
      meaning: 'How long the link to confirm a new address is valid.',
    }),
  },
  'enabled',
);
