import { describe, expect, it } from '@jest/globals';
import type { LoginOptions } from '../../../../lib/auth/login.js';
import { wishIn } from '../../../../lib/auth/remember/remember-wish.js';
import { day, hour } from './setup.js';

const usual = 365 * day;

describe('the wish to be remembered', () => {
  it.each<[unknown]>([[{}], [{ remember: false }], [{ remember: undefined }], [{ remember: null }]])(
    'is not in %j',
    (options) => {
      expect(wishIn(options as LoginOptions, usual)).toBeNull();
    },
  );

  it('is not in a duration alone, whatever that is', () => {
    expect(wishIn({ duration: 'nonsense' }, usual)).toBeNull();
  });

  it.each<[unknown, number]>([
    [undefined, usual],
    [3600, hour],
    ['3600', hour],
    ['1h', hour],
    ['500ms', 500],
    [0.5, 500],
    ['400d', 400 * day],
  ])('is for as long as %j says', (duration, ms) => {
    expect(wishIn({ remember: true, duration } as LoginOptions, usual)).toBe(ms);
  });

  it.each(['true', 'on', '1', 1, 0, '', {}, []])('is a mistake where it is %j', (remember) => {
    expect(() => wishIn({ remember } as unknown as LoginOptions, usual)).toThrow(/^remember of a login/);
  });

  it.each([0, -1, '0', 'soon', '', null, NaN, Infinity, {}, true, '401d', 400 * 86_400 + 1])(
    'is a mistake for as long as %j',
    (duration) => {
      const options = { remember: true, duration } as unknown as LoginOptions;
      expect(() => wishIn(options, usual)).toThrow(/^duration of a login: .* at most 400d\.$/);
    },
  );
});
