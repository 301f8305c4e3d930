import { bool } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { flaskDuration } from '../flask-duration.js';

/** Accounts that administrators invite others to. */
export const invitationsOptions = group(
  'Invitations by email. The account is created when the invited person accepts.',
  {
    enabled: option({
      env: 'SECURITY_INVITATIONS',
      kind: bool(),
      default: false,
      meaning: 'Whether administrators can invite people.',
    }),
    validFor: option({
      env: 'SECURITY_INVITATION_WITHIN',
      kind: flaskDuration({ min: 60_000, max: 31 * 86_400_000 }),
      default: 7 * 86_400_000,
      defaultText: '7d',
      meaning: 'How long the link of an invitation is valid.',
    }),
  },
  'enabled',
);

/** The longest that one can be valid, in ms. */
export const longestInvitation = 31 * 86_400_000;
