import { bool, integer } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';

/** Codes for who has lost the second factor. */
export const recoveryCodesOptions = group(
  'Recovery codes, for users who lose their second factor.',
  {
    enabled: option({
      env: 'SECURITY_MULTI_FACTOR_RECOVERY_CODES',
      kind: bool(),
      default: false,
      meaning: 'Whether accounts can have recovery codes.',
    }),
    count: option({
      env: 'SECURITY_MULTI_FACTOR_RECOVERY_CODES_N',
      kind: integer({ min: 1, max: 50 }),
      default: 10,
      meaning: 'How many codes are generated at a time. Each can be used once.',
    }),
  },
  'enabled',
);
