import { bool, integer, list, oneOf, text } from '../../config/kinds.js';
import { group, option, OptionMismatch, type OptionKind } from '../../config/option.js';
import { webOriginOf } from '../../http/origin.js';

/** In ms. */
const shortest = 10_000;
/** For as long as a ceremony is valid, in ms. */
export const ceremonyTime = 5 * 60_000;

export const passkeysOptions = group(
  'Passkeys: to log in, as a second factor, and to re-authenticate.',
  {
    enabled: option({
      env: 'SECURITY_WEBAUTHN',
      kind: bool(),
      default: false,
      meaning: 'Whether accounts can have passkeys. Needs `@simplewebauthn/server`.',
    }),
    firstFactor: option({
      env: 'SECURITY_WAN_ALLOW_AS_FIRST_FACTOR',
      kind: bool(),
      default: true,
      meaning: 'Whether users can log in with a passkey alone. Otherwise, passkeys are only second factors.',
    }),
    multiFactor: option({
      env: 'SECURITY_WAN_ALLOW_AS_MULTI_FACTOR',
      kind: bool(),
      default: true,
      meaning: 'Whether a passkey that has verified its user, for example by fingerprint, counts as two factors.',
    }),
    userVerification: option<'required' | 'preferred'>({
      env: 'SECURITY_WAN_USER_VERIFICATION',
      kind: oneOf(['required', 'preferred']),
      default: 'required',
      meaning:
        'Whether user verification is required to register a passkey and to log in with it. With `preferred`, a login without it counts as one factor. A second factor never requires it, and re-authentication only if the account has no password.',
    }),
    residentKey: option<'required' | 'preferred' | 'discouraged'>({
      env: 'SECURITY_WAN_RESIDENT_KEY',
      kind: oneOf(['required', 'preferred', 'discouraged']),
      default: 'required',
      meaning:
        'Whether a new passkey must be discoverable, as a login needs it to be. `preferred` also accepts security keys that cannot store passkeys, as second factors.',
    }),
    attachment: option<'platform' | 'cross-platform' | null>({
      env: 'SECURITY_WAN_ATTACHMENT',
      kind: oneOf(['platform', 'cross-platform'], { nullable: true }),
      default: null,
      defaultText: 'any',
      meaning:
        'Which passkeys can be added: those of the device itself (`platform`), or those of other devices, such as security keys (`cross-platform`).',
    }),
    rpName: option<string | null>({
      env: 'SECURITY_WAN_RP_NAME',
      kind: text({
        nullable: true,
        pattern: /[^\p{Cc}]{1,100}/u,
        expected: 'a name of up to 100 characters, on one line',
      }),
      default: null,
      defaultText: 'the name of the site',
      meaning: 'The name of the site that browsers show with a passkey.',
    }),
    rpId: option<string | null>({
      env: 'SECURITY_WAN_RP_ID',
      kind: text({
        nullable: true,
        pattern: /(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?/,
        expected: 'a domain such as shop.example, in lower case and ASCII',
      }),
      default: null,
      defaultText: 'the host of `publicUrl`',
      meaning:
        'The domain that passkeys belong to: the host of `publicUrl`, or a parent domain. If you change it, existing passkeys stop working.',
    }),
    origins: option<readonly string[]>({
      env: 'SECURITY_WAN_ORIGINS',
      kind: list(ceremonyOrigin()),
      default: [],
      defaultText: 'none',
      meaning:
        'Origins under `rpId`, besides that of `publicUrl`, whose pages can use passkeys; and Android applications, as `android:apk-key-hash:…`.',
    }),
    loginTimeout: option({
      env: 'SECURITY_WAN_SIGNIN_TIMEOUT',
      kind: integer({ min: shortest, max: ceremonyTime }),
      default: ceremonyTime,
      meaning: 'How long the browser waits for a passkey at a login, in milliseconds. A hint for the browser.',
    }),
    registrationTimeout: option({
      env: 'SECURITY_WAN_REGISTER_TIMEOUT',
      kind: integer({ min: shortest, max: ceremonyTime }),
      default: ceremonyTime,
      meaning: 'How long the browser waits for a new passkey, in milliseconds. A hint for the browser.',
    }),
    nameLength: option({
      env: 'SECURITY_WAN_NAME_MAX_LENGTH',
      kind: integer({ min: 1, max: 100 }),
      default: 64,
      meaning: 'The maximum number of characters in the name of a passkey.',
    }),
  },
  'enabled',
);

/** An https origin, one of the loopback interface, or the signing key of an Android application. */
function ceremonyOrigin(): OptionKind<string> {
  return {
    expected: 'an origin such as https://app.shop.example, or android:apk-key-hash: and the hash',
    parse(raw) {
      if (typeof raw !== 'string') return new OptionMismatch();
      if (/^android:apk-key-hash:[A-Za-z0-9_-]{43}$/.test(raw)) return raw;
      return webOriginOf(raw) ?? new OptionMismatch();
    },
  };
}
