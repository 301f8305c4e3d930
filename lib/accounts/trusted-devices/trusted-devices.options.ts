import { bool, integer, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import type { OptionValues } from '../../config/read.js';
import { DAY } from '../../config/time.js';
import { flaskDuration } from '../flask-duration.js';

/** Flask-Security's key for whether a second factor is asked for at each login: the opposite of `trustedDevices`. */
export const alwaysValidate = 'SECURITY_TWO_FACTOR_ALWAYS_VALIDATE';

/** Further environment keys of options, by their names in code. */
export const furtherTrustKeys: ReadonlyMap<string, readonly string[]> = new Map([['trustedDevices', [alwaysValidate]]]);

/** Browsers on which the second factor of a login is not asked for. */
export const trustedDevicesOptions = group(
  'Trusted devices: browsers that users exempt from the second factor for a while.',
  {
    enabled: option({
      env: 'SECURITY_TRUSTED_DEVICES',
      kind: bool(),
      default: false,
      meaning: `Whether accounts can have trusted devices. Flask-Security’s \`${alwaysValidate}=false\` says the same. Not available if \`timeouts\` of \`SessionModule\` is \`twice-daily\`.`,
    }),
    maxAge: option<number, number | string>({
      env: 'SECURITY_TWO_FACTOR_LOGIN_VALIDITY',
      kind: flaskDuration({ min: 1_000, max: 400 * DAY }),
      default: 30 * DAY,
      defaultText: '30d',
      meaning: 'How long a device stays trusted. Using it does not extend that time.',
    }),
    most: option({
      env: 'SECURITY_TRUSTED_DEVICES_MOST',
      kind: integer({ min: 1, max: 1_000 }),
      default: 20,
      meaning: 'The maximum number of trusted devices of an account. A further one replaces the least recently used.',
    }),
    cookieName: option({
      env: 'SECURITY_TWO_FACTOR_VALIDITY_COOKIE_NAME',
      kind: text({
        // A prefix comes from the settings of the session cookie, whose attributes it shares.
        pattern: /(?!__)[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}/,
        expected: 'a cookie name that does not begin with two underscores',
      }),
      default: 'trusted_device',
      meaning: 'The name of the cookie that identifies a trusted device.',
    }),
  },
  'enabled',
);

/** The same environment, in which {@link alwaysValidate} has the sense of `trustedDevices`. */
export function withTrustKeys(source: OptionValues): OptionValues {
  return {
    get(key) {
      const value = source.get(key);
      if (key !== alwaysValidate || value === undefined || value === null) return value;
      const isAlways = bool().parse(value, 'environment');
      // What is neither is left for the message about it.
      return typeof isAlways === 'boolean' ? !isAlways : value;
    },
  };
}
