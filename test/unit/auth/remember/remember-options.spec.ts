import { describe, expect, it } from '@jest/globals';
import { rememberOptions, type RememberOptions } from '../../../../lib/auth/remember/remember.options.js';
import { rememberRefusal, resolveRememberCookie } from '../../../../lib/auth/remember/resolve-remember.js';
import { resolveOptions } from '../../../../lib/config/read.js';
import { day, second } from './setup.js';

function read(environment: Record<string, string>): { options: RememberOptions; problems: readonly string[] } {
  const { options, problems } = resolveOptions(rememberOptions, {
    code: {},
    source: { get: (key) => environment[key] },
    environment: 'test',
  });
  return { options, problems: problems.map(({ setting }) => setting) };
}

describe('the options of remember-me', () => {
  it('have safe values where nothing is set', () => {
    expect(read({}).options).toEqual({
      cookieName: null,
      duration: 365 * day,
      domain: null,
      former: [],
      path: '/',
      secure: 'auto',
      httpOnly: true,
      sameSite: 'lax',
      refreshEachRequest: false,
      grace: 30 * second,
      store: null,
    });
  });

  it("are read from Flask-Login's keys, and its own", () => {
    const { options, problems } = read({
      REMEMBER_COOKIE_NAME: 'keep',
      REMEMBER_COOKIE_DURATION: '1209600',
      REMEMBER_COOKIE_DOMAIN: 'shop.example',
      REMEMBER_COOKIE_PATH: '/shop',
      REMEMBER_COOKIE_SECURE: 'True',
      REMEMBER_COOKIE_HTTPONLY: 'False',
      REMEMBER_COOKIE_SAMESITE: 'Strict',
      REMEMBER_COOKIE_REFRESH_EACH_REQUEST: 'true',
      REMEMBER_GRACE: '10s',
    });
    expect(problems).toEqual([]);
    expect(options).toEqual({
      cookieName: 'keep',
      duration: 14 * day,
      domain: 'shop.example',
      former: [],
      path: '/shop',
      secure: true,
      httpOnly: false,
      sameSite: 'strict',
      refreshEachRequest: true,
      grace: 10 * second,
      store: null,
    });
  });

  it.each([
    ['REMEMBER_COOKIE_DURATION', 'soon'],
    ['REMEMBER_COOKIE_DURATION', '0'],
    ['REMEMBER_COOKIE_DURATION', '401d'],
    ['REMEMBER_COOKIE_SECURE', 'maybe'],
    ['REMEMBER_COOKIE_SAMESITE', 'loose'],
    ['REMEMBER_GRACE', '6m'],
    ['REMEMBER_GRACE', '-1'],
  ])('name %s where it is %s', (key, value) => {
    expect(read({ [key]: value }).problems).toEqual([expect.stringContaining(key)]);
  });

  it('refuse a store that lacks a method', () => {
    const { problems } = resolveOptions(rememberOptions, {
      code: { store: { read() {} } },
      source: { get: () => undefined },
      environment: 'test',
    });
    expect(problems).toEqual([expect.objectContaining({ setting: expect.stringContaining('store') })]);
  });
});

describe('the name of the cookie', () => {
  it.each([
    [{}, 'test', 'remember_token'],
    [{}, 'production', '__Host-remember_token'],
    [{ REMEMBER_COOKIE_DOMAIN: 'shop.example' }, 'production', '__Secure-remember_token'],
    [{ REMEMBER_COOKIE_PATH: '/shop' }, 'production', '__Secure-remember_token'],
    [{ REMEMBER_COOKIE_SECURE: 'false' }, 'production', 'remember_token'],
    [{ REMEMBER_COOKIE_NAME: 'keep' }, 'production', 'keep'],
  ] as const)('with %j in %s is %s', (environment, where, name) => {
    expect(resolveRememberCookie(read(environment).options, where).name).toBe(name);
  });
});

describe('remember-me', () => {
  it('NIST 800-63B-4 5.1: stands at the lowest level of assurance, and at none above it', () => {
    expect([null, 'monthly' as const].map(rememberRefusal)).toEqual([null, null]);
    expect((['daily', 'twice-daily'] as const).map(rememberRefusal)).toEqual([
      expect.stringContaining('daily'),
      expect.stringContaining('twice-daily'),
    ]);
  });
});
