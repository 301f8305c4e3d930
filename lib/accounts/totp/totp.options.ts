import { bool, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';

/** One-time codes of an authenticator app. */
export const totpOptions = group(
  'Authenticator apps as a second factor (TOTP, RFC 6238). Needs `otplib` and `qrcode`.',
  {
    enabled: option({
      env: 'SECURITY_TWO_FACTOR',
      kind: bool(),
      default: false,
      meaning: 'Whether accounts can have authenticator apps.',
    }),
    issuer: option<string | null>({
      env: 'SECURITY_TOTP_ISSUER',
      kind: text({
        nullable: true,
        pattern: /[^\p{Cc}:]{1,100}/u,
        expected: 'a name of up to 100 characters without a colon, on one line',
      }),
      default: null,
      defaultText: 'the name of the site',
      meaning: 'The name of the site that authenticator apps show.',
    }),
  },
  'enabled',
);
