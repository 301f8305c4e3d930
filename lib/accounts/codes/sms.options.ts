import { bool, instance, integer, list, nullable } from '../../config/kinds.js';
import { group, option, OptionMismatch, type OptionKind } from '../../config/option.js';
import type { SmsSender } from './sms.js';

/** Codes to telephones. */
export const smsOptions = group(
  'Codes by SMS as a second factor. Needs `libphonenumber-js`.',
  {
    enabled: option({
      env: 'SECURITY_SMS',
      kind: bool(),
      default: false,
      meaning: 'Whether accounts can have phones as second factors, to which codes are sent.',
    }),
    sender: option<SmsSender | null>({
      env: null,
      kind: nullable(instance('a sender: an object with a method send(sms)', isSender)),
      default: null,
      defaultText: 'messages are written to the log; required in production',
      meaning: 'Sends text messages: an object with `send({ to, text, code, kind })`.',
    }),
    countries: option<readonly string[]>({
      env: 'SECURITY_SMS_COUNTRIES',
      kind: list(country()),
      default: [],
      defaultText: 'none; required if `sms` is on',
      meaning:
        "The countries to whose mobile numbers codes are sent: `['DE', 'AT']`. In each of them, attackers can make you pay for messages.",
    }),
    region: option<string | null>({
      env: 'SECURITY_PHONE_REGION_DEFAULT',
      kind: nullable(country()),
      default: null,
      defaultText: 'the country of `sms.countries`, if there is only one',
      meaning:
        'The country of numbers that are entered without a country code. Without it, numbers must begin with `+`.',
    }),
    perHour: option({
      env: 'SECURITY_SMS_PER_HOUR',
      kind: integer({ min: 1, max: 1_000_000 }),
      default: 100,
      meaning:
        'The maximum number of text messages an hour, to all numbers together. Beyond it, requests get the same response, nothing is sent, and listeners get `sendingLimited`.',
    }),
  },
  'enabled',
);

function country(): OptionKind<string> {
  return {
    expected: 'a country of ISO 3166-1 by its two letters, such as DE',
    parse(raw) {
      const code = typeof raw === 'string' ? raw.trim().toUpperCase() : '';
      return /^[A-Z]{2}$/.test(code) ? code : new OptionMismatch();
    },
  };
}

function isSender(value: unknown): value is SmsSender {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'send') === 'function';
}
