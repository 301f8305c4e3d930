import { describe, expect, it } from '@jest/globals';
import { checkLimiter } from '../../../../lib/auth/limiter/check-limiter.js';
import { limiterOptions } from '../../../../lib/auth/limiter/limiter.options.js';
import { rememberOptions } from '../../../../lib/auth/remember/remember.options.js';
import { StoreLimiterStorage } from '../../../../lib/auth/limiter/store-limiter-storage.js';
import { ThrottlerLimiterStorage } from '../../../../lib/auth/limiter/throttler-limiter-storage.js';
import { resolveOptions } from '../../../../lib/config/read.js';
import { cookieOptions } from '../../../../lib/cookie/cookie.options.js';
import { MemoryStore } from '../../../../lib/stores/memory/index.js';
import { day, hour, minute, optionsFrom } from './setup.js';

const throttler = { increment: () => Promise.resolve({ isBlocked: false, timeToBlockExpire: 0 }) };

function problems(
  limiter: Record<string, unknown>,
  cookie: Record<string, unknown> = {},
  rememberMe: Record<string, unknown> = {},
) {
  const source = { get: () => undefined };
  const session = resolveOptions(cookieOptions, { code: cookie, source, environment: 'test' }).options;
  const remember = resolveOptions(rememberOptions, { code: rememberMe, source, environment: 'test' }).options;
  return checkLimiter(optionsFrom(limiter), session, remember, 'test').problems.map(({ setting }) => setting);
}

describe('the options of the limiter', () => {
  it('have defaults', () => {
    expect(optionsFrom()).toEqual({
      attempts: 5,
      addressAttempts: 100,
      longest: 15 * minute,
      forgetAfter: day,
      ceiling: null,
      deviceCookieName: 'known_device',
      isFailure: null,
      onStoreError: 'refuse',
      storage: null,
    });
  });

  it('are read from the environment', () => {
    const values: Record<string, string> = {
      SESSION_LIMITER_ATTEMPTS: '3',
      SESSION_LIMITER_ADDRESS_ATTEMPTS: 'none',
      SESSION_LIMITER_LONGEST: '1h',
      SESSION_LIMITER_FORGET_AFTER: '7200',
      SESSION_LIMITER_CEILING: '100',
      SESSION_LIMITER_DEVICE_COOKIE_NAME: 'kd',
      SESSION_LIMITER_ON_STORE_ERROR: 'allow',
    };
    const source = { get: (key: string) => values[key] };
    const { problems, options } = resolveOptions(limiterOptions, { code: {}, source, environment: 'test' });
    expect({ problems, options }).toEqual({
      problems: [],
      options: {
        attempts: 3,
        addressAttempts: null,
        longest: hour,
        forgetAfter: 2 * hour,
        ceiling: 100,
        deviceCookieName: 'kd',
        isFailure: null,
        onStoreError: 'allow',
        storage: null,
      },
    });
  });

  it.each<[Record<string, unknown>]>([
    [{ attempts: 0 }],
    [{ attempts: 21 }],
    [{ addressAttempts: 0 }],
    [{ longest: '59s' }],
    [{ longest: '2d' }],
    [{ forgetAfter: '59m' }],
    [{ ceiling: 101 }],
    [{ ceiling: 0 }],
    [{ deviceCookieName: '__Host-known' }],
    [{ deviceCookieName: 'a b' }],
    [{ deviceCookieName: '' }],
    [{ onStoreError: 'ignore' }],
    [{ storage: {} }],
    [{ storage: new MemoryStore() }],
  ])('refuse %j, with which an account could be guessed at more often, or nothing would work', (code) => {
    expect(() => optionsFrom(code)).toThrow(Object.keys(code)[0]);
  });

  it('refuse a wait that is forgotten before it ends', () => {
    expect(problems({ longest: '3h', forgetAfter: '2h' })).toEqual([
      'SESSION_LIMITER_FORGET_AFTER (limiter.forgetAfter)',
    ]);
    expect(problems({ longest: '2h', forgetAfter: '2h' })).toEqual([]);
  });

  it('refuse the name of their own cookie as that of the session cookie', () => {
    expect(problems({}, { name: 'known_device' })).toEqual(['SESSION_COOKIE_NAME (cookie.name)']);
    expect(problems({}, { name: 'sid' })).toEqual([]);
  });

  it('refuse it as that of the remember-me cookie', () => {
    expect(problems({}, {}, { cookieName: 'known_device' })).toEqual(['REMEMBER_COOKIE_NAME (remember.cookieName)']);
  });

  it('refuse a ceiling where failures in a row cannot be counted', () => {
    const settings = ['SESSION_LIMITER_CEILING (limiter.ceiling)'];
    expect(problems({ ceiling: 100, storage: new ThrottlerLimiterStorage(throttler) })).toEqual(settings);
    expect(problems({ ceiling: 100, storage: new StoreLimiterStorage(new MemoryStore()) })).toEqual([]);
    expect(problems({ storage: new ThrottlerLimiterStorage(throttler) })).toEqual([]);
  });
});
