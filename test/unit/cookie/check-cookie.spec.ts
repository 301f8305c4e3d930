import { describe, expect, it } from '@jest/globals';
import { processValues } from '../../../lib/config/environment.js';
import type { Environment } from '../../../lib/config/option.js';
import { resolveOptions } from '../../../lib/config/read.js';
import { checkCookie } from '../../../lib/cookie/check-cookie.js';
import { type CookieOptions, cookieOptions } from '../../../lib/cookie/cookie.options.js';
import { resolveCookie } from '../../../lib/cookie/resolved-cookie.js';

function optionsFor(code: Partial<CookieOptions>): CookieOptions {
  const { options, problems } = resolveOptions(
    { cookie: cookieOptions },
    {
      code: { cookie: code },
      source: processValues({}),
      environment: 'test',
    },
  );
  expect(problems).toEqual([]);
  return options.cookie;
}

function settingsRefused(code: Partial<CookieOptions>, environment: Environment = 'production'): string[] {
  return checkCookie(optionsFor(code), environment).problems.map(({ setting }) => setting);
}

function resolved(code: Partial<CookieOptions>, environment: Environment) {
  return resolveCookie(optionsFor(code), environment);
}

const environments: readonly Environment[] = ['production', 'development', 'test'];
const host = { name: '__Host-x' };

describe('the cookie settings', () => {
  it('are usable as they come, in every environment', () => {
    expect(environments.map((environment) => checkCookie(optionsFor({}), environment))).toEqual(
      environments.map(() => ({ problems: [], warnings: [] })),
    );
  });

  it('are read from the environment, as Flask writes them', () => {
    const { options, problems } = resolveOptions(
      { cookie: cookieOptions },
      {
        code: undefined,
        source: processValues({
          SESSION_COOKIE_NAME: 'sid',
          SESSION_COOKIE_DOMAIN: '.example.com',
          SESSION_COOKIE_SECURE: 'True',
          SESSION_COOKIE_HTTPONLY: 'False',
          SESSION_COOKIE_SAMESITE: 'None',
          SESSION_COOKIE_PARTITIONED: '1',
        }),
        environment: 'test',
      },
    );
    expect(problems).toEqual([]);
    expect(resolveCookie(options.cookie, 'test')).toEqual({
      name: 'sid',
      path: '/',
      domain: 'example.com',
      secure: true,
      httpOnly: false,
      sameSite: 'none',
      partitioned: true,
      former: [],
    });
  });

  it.each<[Partial<CookieOptions>, string[]]>([
    [{ name: 'a b' }, ['SESSION_COOKIE_NAME (cookie.name)']],
    [{ name: 'a;b' }, ['SESSION_COOKIE_NAME (cookie.name)']],
    [{ name: 'a=b' }, ['SESSION_COOKIE_NAME (cookie.name)']],
    [{ name: 'ä' }, ['SESSION_COOKIE_NAME (cookie.name)']],
    [{ name: '' }, ['SESSION_COOKIE_NAME (cookie.name)']],
    [{ name: 'a\r\nSet-Cookie: b' }, ['SESSION_COOKIE_NAME (cookie.name)']],
    [{ name: 'n'.repeat(1025) }, ['SESSION_COOKIE_NAME (cookie.name)']],
    [{ path: 'app' }, ['SESSION_COOKIE_PATH (cookie.path)']],
    [{ path: '/a;b' }, ['SESSION_COOKIE_PATH (cookie.path)']],
    [{ path: '/a\u0000' }, ['SESSION_COOKIE_PATH (cookie.path)']],
    [{ path: '/a\r\nb' }, ['SESSION_COOKIE_PATH (cookie.path)']],
    [{ path: '/ü' }, ['SESSION_COOKIE_PATH (cookie.path)']],
    [{ domain: 'a;b' }, ['SESSION_COOKIE_DOMAIN (cookie.domain)']],
    [{ domain: 'a b' }, ['SESSION_COOKIE_DOMAIN (cookie.domain)']],
    [{ domain: 'a\nb' }, ['SESSION_COOKIE_DOMAIN (cookie.domain)']],
    [{ domain: 'http://example.com' }, ['SESSION_COOKIE_DOMAIN (cookie.domain)']],
    [{ domain: '..example.com' }, ['SESSION_COOKIE_DOMAIN (cookie.domain)']],
    [{ domain: '[::1]' }, ['SESSION_COOKIE_DOMAIN (cookie.domain)']],
    [{ name: '__Secure-x', secure: false }, ['SESSION_COOKIE_SECURE (cookie.secure)']],
    [{ name: '__Http-x', httpOnly: false }, ['SESSION_COOKIE_HTTPONLY (cookie.httpOnly)']],
    [{ name: '__Host-Http-x', httpOnly: false }, ['SESSION_COOKIE_HTTPONLY (cookie.httpOnly)']],
    [{ name: '__Host-session', domain: 'example.com' }, ['SESSION_COOKIE_DOMAIN (cookie.domain)']],
    [{ name: '__Host-session', path: '/app' }, ['SESSION_COOKIE_PATH (cookie.path)']],
    [{ name: 'auto:__Host-x', path: '/app' }, ['SESSION_COOKIE_PATH (cookie.path)']],
    [{ name: 'auto:' }, ['SESSION_COOKIE_NAME (cookie.name)']],
    [{ name: 'auto:a b' }, ['SESSION_COOKIE_NAME (cookie.name)']],
    [{ name: 'auto:a:b' }, ['SESSION_COOKIE_NAME (cookie.name)']],
    [{ name: 'automatic:a' }, ['SESSION_COOKIE_NAME (cookie.name)']],
    [
      { name: 'a b', path: 'x', domain: '/', sameSite: 'none', secure: false },
      [
        'SESSION_COOKIE_NAME (cookie.name)',
        'SESSION_COOKIE_DOMAIN (cookie.domain)',
        'SESSION_COOKIE_PATH (cookie.path)',
        'SESSION_COOKIE_SAMESITE (cookie.sameSite)',
      ],
    ],
  ])('are refused in production: %j', (code, settings) => {
    expect(settingsRefused(code)).toEqual(settings);
  });

  it.each<[Partial<CookieOptions>, string]>([
    [{ path: `/${'a'.repeat(1024)}` }, 'SESSION_COOKIE_PATH (cookie.path)'],
    [{ domain: `${'a'.repeat(1025)}.com` }, 'SESSION_COOKIE_DOMAIN (cookie.domain)'],
  ])('RFC 6265bis: an attribute of more than 1024 octets is refused (%#)', (code, setting) => {
    for (const environment of environments) expect(settingsRefused(code, environment)).toEqual([setting]);
  });

  it.each<[Partial<CookieOptions>, string]>([
    [{ sameSite: 'none' }, 'SESSION_COOKIE_SAMESITE (cookie.sameSite)'],
    [{ partitioned: true }, 'SESSION_COOKIE_PARTITIONED (cookie.partitioned)'],
  ])('RFC 6265bis: %j is refused without Secure', (code, setting) => {
    for (const environment of environments) {
      expect(settingsRefused({ ...code, secure: false }, environment)).toEqual([setting]);
      expect(settingsRefused({ ...code, secure: true }, environment)).toEqual([]);
    }
  });

  it.each([
    { path: '/', domain: 'localhost' },
    { path: `/${'a'.repeat(1023)}` },
    { domain: '.Example.com:8080' },
    { sameSite: 'none' as const },
    { partitioned: true },
    { name: "!#$%&'*+-.^_`|~09azAZ" },
    { name: '__Hostess' },
  ])('are taken in production: %j', (code) => {
    expect(settingsRefused(code)).toEqual([]);
  });

  it('count Secure auto outside production as not secure, and say what to set', () => {
    const { problems } = checkCookie(optionsFor({ sameSite: 'none' }), 'development');
    expect(problems).toEqual([
      {
        setting: 'SESSION_COOKIE_SAMESITE (cookie.sameSite)',
        problem: expect.stringContaining('SESSION_COOKIE_SECURE=true'),
      },
    ]);
    expect(settingsRefused({ sameSite: 'none', secure: true }, 'development')).toEqual([]);
  });

  it('drop the leading dot and the port of a domain, and write it in ASCII', () => {
    const domains = ['.example.com', 'example.com:443', 'Example.COM', 'bücher.example', ''];
    expect(domains.map((domain) => resolved({ domain }, 'test').domain)).toEqual([
      'example.com',
      'example.com',
      'example.com',
      'xn--bcher-kva.example',
      null,
    ]);
  });

  it('say where the cookie stood before, not where it stands, and not too much of it', () => {
    for (const former of [
      [{ path: '/' }],
      [{ path: '/app' }, { domain: null, path: '/' }],
      Array(9).fill({ path: '/a' }),
    ]) {
      expect(settingsRefused({ name: 'sid', former })).toEqual(['SESSION_COOKIE_FORMER (cookie.former)']);
    }
    expect(settingsRefused({ name: 'sid', former: [{ path: '/app' }, { domain: 'example.com' }] })).toEqual([]);
  });

  it('warn of a former place where the name allows none', () => {
    const { problems, warnings } = checkCookie(optionsFor({ former: [{ path: '/app' }] }), 'production');
    expect(problems).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('SESSION_COOKIE_FORMER (cookie.former) is ignored')]);
  });

  it('warn in production of a bare name and of a cookie that plain HTTP carries', () => {
    expect(checkCookie(optionsFor({ name: 'sid' }), 'production').warnings).toEqual([
      expect.stringContaining('set SESSION_COOKIE_NAME (cookie.name) to auto:sid'),
    ]);
    expect(checkCookie(optionsFor({ secure: false }), 'production').warnings).toHaveLength(2);
    expect(checkCookie(optionsFor({ httpOnly: false }), 'test').warnings).toHaveLength(1);
    expect(checkCookie(optionsFor({ partitioned: true }), 'test').warnings).toHaveLength(1);
  });
});

it('OWASP SM: the name of the cookie says nothing of what made it', () => {
  expect(environments.map((environment) => resolved({}, environment).name)).toEqual([
    '__Host-session',
    'session',
    'session',
  ]);
});

describe('name prefixes', () => {
  const domains = [null, 'example.com'];
  const paths = ['/', '/app'];
  const names = [null, 'sid', '__Host-x', '__host-x', '__HOST-x', '__Secure-x', '__secure-x'];
  const matrix = environments.flatMap((environment) =>
    domains.flatMap((domain) => paths.flatMap((path) => names.map((name) => ({ environment, domain, path, name })))),
  );

  it.each(matrix)(
    'ASVS 3.3.1, 3.3.3: boot matrix: $environment, domain $domain, path $path, name $name',
    ({ environment, domain, path, name }) => {
      const options = { domain, path, name };
      const production = environment === 'production';
      const shared = domain !== null || path !== '/';
      const refused: string[] = [];
      if (name?.startsWith('__') === true && !production) refused.push('SESSION_COOKIE_SECURE (cookie.secure)');
      if (name?.toLowerCase() === '__host-x' && domain !== null) refused.push('SESSION_COOKIE_DOMAIN (cookie.domain)');
      if (name?.toLowerCase() === '__host-x' && path !== '/') refused.push('SESSION_COOKIE_PATH (cookie.path)');
      const unnamed = !production ? 'session' : shared ? '__Secure-session' : '__Host-session';
      expect(resolved(options, environment).name).toBe(name ?? unnamed);
      expect(settingsRefused(options, environment)).toEqual(refused);
    },
  );

  it.each<[Partial<CookieOptions>, Environment, string]>([
    [{ secure: true }, 'development', 'session'],
    [{ name: 'auto' }, 'development', 'session'],
    [{ name: 'auto', secure: true }, 'development', '__Host-session'],
    [{ name: 'AUTO', secure: true }, 'development', '__Host-session'],
    [{ name: 'auto', partitioned: true }, 'development', '__Host-session'],
    [{ name: 'auto' }, 'production', '__Host-session'],
    [{ name: 'auto', domain: 'example.com' }, 'production', '__Secure-session'],
    [{ name: 'auto:sid' }, 'production', '__Host-sid'],
    [{ name: 'auto:sid' }, 'development', 'sid'],
    [{ name: 'auto:sid', path: '/app' }, 'production', '__Secure-sid'],
    [{ name: 'auto:__Secure-sid' }, 'production', '__Secure-sid'],
    [{ name: 'auto', secure: false }, 'production', 'session'],
    [{ name: 'session' }, 'production', 'session'],
  ])('ASVS 3.3.1, 3.3.3: %j in %s gives the name %s', (code, environment, name) => {
    expect(resolved(code, environment).name).toBe(name);
    expect(settingsRefused(code, environment)).toEqual([]);
  });

  it('ASVS 3.3.1, 3.3.3: a prefix needs Secure for certain: auto outside production is not enough, false never', () => {
    expect(settingsRefused(host, 'development')).toEqual(['SESSION_COOKIE_SECURE (cookie.secure)']);
    expect(settingsRefused({ ...host, secure: false })).toEqual(['SESSION_COOKIE_SECURE (cookie.secure)']);
    expect(settingsRefused({ ...host, secure: true }, 'development')).toEqual([]);
  });
});
