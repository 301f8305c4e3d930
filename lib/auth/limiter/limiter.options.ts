import { duration, fn, instance, integer, nullable, oneOf, text } from '../../config/kinds.js';
import { group, option, type ResolvedOptions } from '../../config/option.js';
import { DAY, HOUR, MINUTE } from '../../config/time.js';
import type { IsFailure } from './failure.js';
import { isLimiterStorage, type LimiterStorage } from './limiter-storage.js';

/**
 * How often logins may fail. Within these limits, an account without successful logins can be guessed at no more than 100 times
 * an hour, from any number of addresses.
 */
export const limiterOptions = group('How often a login may fail.', {
  attempts: option({
    env: 'SESSION_LIMITER_ATTEMPTS',
    kind: integer({ min: 1, max: 20 }),
    default: 5,
    meaning: 'How many logins to one account may fail before the next has to wait: 1s, 2s, 4s and so on.',
  }),
  addressAttempts: option({
    env: 'SESSION_LIMITER_ADDRESS_ATTEMPTS',
    kind: integer({ min: 1, max: 1_000_000, nullable: true }),
    default: 100,
    meaning:
      'How many logins from one network address may fail in an hour before the next has to wait; `null`: addresses are not limited.',
  }),
  longest: option({
    env: 'SESSION_LIMITER_LONGEST',
    kind: duration({ min: MINUTE, max: DAY }),
    default: 15 * MINUTE,
    defaultText: '15m',
    meaning: 'The longest wait.',
  }),
  forgetAfter: option({
    env: 'SESSION_LIMITER_FORGET_AFTER',
    kind: duration({ min: HOUR, max: 400 * DAY }),
    default: DAY,
    defaultText: '1d',
    meaning: 'How long after the last failed login to an account its failures are forgotten.',
  }),
  ceiling: option({
    env: 'SESSION_LIMITER_CEILING',
    kind: integer({ min: 1, max: 100, nullable: true }),
    default: null,
    defaultText: 'none',
    meaning:
      'After so many failed logins in a row, nobody can log in to the account, not even from a known device, until `LoginLimiter.forget()` is called.',
  }),
  deviceCookieName: option({
    env: 'SESSION_LIMITER_DEVICE_COOKIE_NAME',
    kind: text({
      // A prefix comes from the settings of the session cookie, whose attributes it shares.
      pattern: /(?!__)[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}/,
      expected: 'a cookie name that does not begin with two underscores',
    }),
    default: 'known_device',
    meaning: 'The name of the cookie that recognises a browser that has logged in before.',
  }),
  onStoreError: option({
    env: 'SESSION_LIMITER_ON_STORE_ERROR',
    kind: oneOf(['refuse', 'allow']),
    default: 'refuse' as const,
    meaning: 'What happens to a login while failures cannot be counted: a 503, or `allow`: it is not limited.',
  }),
  isFailure: option<IsFailure | null>({
    env: null,
    kind: nullable(fn<IsFailure>('a function that takes an error')),
    default: null,
    defaultText: 'decided by the kind of error',
    meaning:
      'Whether an error thrown by a check of credentials is a failed login: `true`, `false`, or `undefined` for the default.',
  }),
  storage: option<LimiterStorage | null>({
    env: null,
    kind: nullable(instance<LimiterStorage>('a LimiterStorage, with take', isLimiterStorage)),
    default: null,
    defaultText: 'the session store',
    meaning: 'Where failed logins are counted.',
  }),
});

export type LimiterOptions = ResolvedOptions<typeof limiterOptions>;
