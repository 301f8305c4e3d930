import { bool } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { flaskDuration } from '../flask-duration.js';

/** Changes of addresses. */
export const emailChangeOptions = group(
  'Change of the address of an account.',
  {
    enabled: option({
      env: 'SECURITY_CHANGE_EMAIL',
      kind: bool(),
      default: true,
      meaning: 'Whether users may change the address of their account.',
    }),
    validFor: option({
      env: 'SECURITY_CHANGE_EMAIL_WITHIN',
      kind: flaskDuration({ min: 60_000, max: 86_400_000 }),
      default: 2 * 3_600_000,
      defaultText: '2h',
      meaning: 'For how long the link that confirms the new address is valid.',
    }),
  },
  'enabled',
);
