import { bool, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';

/** What is kept of logins. */
export const trackingOptions = group(
  'Records of logins in their accounts.',
  {
    enabled: option({
      env: 'SECURITY_TRACKABLE',
      kind: bool(),
      default: false,
      meaning:
        'Whether accounts record the number of logins, and the time and network address of the last two. They are personal data.',
    }),
    newDevice: option({
      env: 'SECURITY_NEW_DEVICE_MAIL',
      kind: bool(),
      default: true,
      meaning:
        'Whether the owner of an account gets an email about a login with a new browser. Needs `tracking.enabled`.',
    }),
    deviceCookieName: option({
      env: 'SECURITY_DEVICE_COOKIE_NAME',
      kind: text({
        // A prefix comes from the settings of the session cookie, whose attributes it shares.
        pattern: /(?!__)[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}/,
        expected: 'a cookie name that does not begin with two underscores',
      }),
      default: 'account_devices',
      meaning: 'The name of the cookie that identifies known browsers for `tracking.newDevice`.',
    }),
  },
  'enabled',
);
