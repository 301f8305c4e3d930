import { bool, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';

/** What is kept of logins. */
export const trackingOptions = group(
  'Logins, as they are kept with their accounts.',
  {
    enabled: option({
      env: 'SECURITY_TRACKABLE',
      kind: bool(),
      default: false,
      meaning:
        'Whether the number of logins, and the time and network address of the last two, are kept. They are personal data.',
    }),
    newDevice: option({
      env: 'SECURITY_NEW_DEVICE_MAIL',
      kind: bool(),
      default: true,
      meaning:
        'Whether the owner of an account gets a mail when somebody logs in with a browser from which the account was not used before. Needs `tracking.enabled`.',
    }),
    deviceCookieName: option({
      env: 'SECURITY_DEVICE_COOKIE_NAME',
      kind: text({
        // A prefix comes from the settings of the session cookie, whose attributes it shares.
        pattern: /(?!__)[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}/,
        expected: 'a cookie name that does not begin with two underscores',
      }),
      default: 'account_devices',
      meaning: 'The name of the cookie by which `tracking.newDevice` recognises a browser.',
    }),
  },
  'enabled',
);
