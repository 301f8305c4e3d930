import { describe, expect, it } from '@jest/globals';
import { environmentKeys, ownKey } from '../../lib/config/environment-keys.js';
import { processValues } from '../../lib/config/environment.js';
import type { Environment } from '../../lib/config/option.js';
import { optionEntries } from '../../lib/config/tree.js';
import { resolveCookie } from '../../lib/cookie/resolved-cookie.js';
import { SessionConfigError } from '../../lib/errors.js';
import { formerKeys, formerNames, formerWords } from '../../lib/former-options.js';
import { keysNotRead, readConfig, sessionModuleOptions, type SessionConfig } from '../../lib/session-module.options.js';

type Variables = Readonly<Record<string, string>>;

const secretKey = 'o8c5Y2wTq0m3v9ZrK1xJ7hB4nL6sD_Ea';

function read(code: object, variables: Variables = {}, environment: Environment = 'test') {
  return readConfig({ secretKey, type: 'memory', ...code }, processValues(variables), environment);
}

function problems(code: object, variables: Variables = {}): string[] {
  try {
    read(code, variables);
  } catch (error) {
    if (error instanceof SessionConfigError) {
      return error.problems.map(({ setting, problem }) => `${setting} ${problem}`);
    }
    throw error;
  }
  return [];
}

/** The settings, but for functions, which each reading makes anew. */
function settings(code: object, variables: Variables = {}): unknown {
  const { clock: _clock, ...options } = read(code, variables).options;
  return JSON.parse(JSON.stringify(options)) as unknown;
}

const formerWarnings = (code: object, variables: Variables = {}): string[] =>
  read(code, variables).warnings.filter((line) => line.startsWith('Former names'));

/** Former name, its value, and what is written now. */
const renamed: readonly [former: object, now: object][] = [
  [{ loginUrl: '/login' }, { redirects: { loginUrl: '/login' } }],
  [{ confirmUrl: '/confirm' }, { redirects: { confirmUrl: '/confirm' } }],
  [{ refusal: 'json' }, { redirects: { refusal: 'json' } }],
  [{ nextField: 'n' }, { redirects: { nextField: 'n' } }],
  [{ nextInSession: true }, { redirects: { nextInSession: true } }],
  [{ redirectHost: 'shop.example' }, { redirects: { host: 'shop.example' } }],
  [{ loginMessage: 'Log in.' }, { messages: { login: 'Log in.' } }],
  [{ loginMessage: null }, { messages: { login: null } }],
  [{ loginMessageCategory: 'info' }, { messages: { login: { category: 'info' } } }],
  [{ confirmMessage: 'Again.' }, { messages: { confirm: { text: 'Again.' } } }],
  [{ confirmMessageCategory: 'info' }, { messages: { confirm: { category: 'info' } } }],
  [{ protection: 'strong' }, { protection: { mode: 'strong' } }],
  [{ protection: null }, { protection: { mode: null } }],
  [{ protectionIpv4: 24 }, { protection: { ipv4: 24 } }],
  [{ protectionIpv6: 64 }, { protection: { ipv6: 64 } }],
  [{ onTooManySessions: 'refuse' }, { maxSessionsPerUser: { onTooMany: 'refuse' } }],
  [{ everyoneInterval: '5s' }, { logoutAllUsersInterval: '5s' }],
  [{ refreshInterval: '1m' }, { refresh: '1m' }],
  [{ refreshInterval: null }, { refresh: 'auto' }],
  [{ refreshEachRequest: false }, { refresh: false }],
  [{ refreshEachRequest: true }, { refresh: 'auto' }],
  [{ cookie: { prefix: 'auto' } }, { cookie: { name: 'auto' } }],
  [{ cookie: { prefix: 'none' } }, { cookie: { name: 'session' } }],
  [{ cookie: { prefix: 'secure', secure: true } }, { cookie: { name: '__Secure-session', secure: true } }],
  [{ timeouts: 'aal1' }, { timeouts: 'monthly' }],
  [{ timeouts: 'AAL2' }, { timeouts: 'daily' }],
  [{ timeouts: 'aal3' }, { timeouts: 'twice-daily' }],
  // Several at once.
  [
    { loginUrl: '/login', loginMessage: 'Log in.', loginMessageCategory: 'info', nextField: undefined },
    { redirects: { loginUrl: '/login' }, messages: { login: { text: 'Log in.', category: 'info' } } },
  ],
  [
    { protection: 'basic', protectionIpv4: 8, protectionIpv6: 48 },
    { protection: { mode: 'basic', ipv4: 8, ipv6: 48 } },
  ],
  [{ maxSessionsPerUser: 3, onTooManySessions: 'refuse' }, { maxSessionsPerUser: { max: 3, onTooMany: 'refuse' } }],
  [{ refreshEachRequest: false, refreshInterval: '1m' }, { refresh: false }],
  [{ refreshEachRequest: true, refreshInterval: '1m' }, { refresh: '1m' }],
  [{ cookie: { prefix: 'auto', name: 'shop' } }, { cookie: { name: 'auto:shop' } }],
  [{ cookie: { prefix: 'none', name: 'shop' } }, { cookie: { name: 'shop' } }],
  [{ cookie: { prefix: 'host', name: 'shop', secure: true } }, { cookie: { name: '__Host-shop', secure: true } }],
  [{ cookie: { prefix: 'host', name: '__Host-a', secure: true } }, { cookie: { name: '__Host-a', secure: true } }],
  // Under a group that is written as it is now.
  [{ loginUrl: '/login', redirects: { nextField: 'n' } }, { redirects: { loginUrl: '/login', nextField: 'n' } }],
  [
    { loginMessageCategory: 'info', messages: { login: 'Log in.' } },
    { messages: { login: { text: 'Log in.', category: 'info' } } },
  ],
];

const dropped: readonly [object, (config: SessionConfig) => unknown, unknown][] = [
  [{ idLength: 20 }, ({ idLength }) => idLength, 20],
  [{ sealed: { compress: true } }, ({ sealed }) => sealed.compress, true],
  [{ sealed: { compressAbove: '2kb' } }, ({ sealed }) => sealed.compressAbove, 2048],
  [{ limiter: { deviceCookieName: 'kd' } }, ({ limiter }) => limiter.deviceCookieName, 'kd'],
];

/** Every name of an object, in the form of the table. */
function pathsIn(given: object, prefix = ''): string[] {
  return Object.entries(given).flatMap(([name, value]: [string, unknown]) => {
    const path = prefix + name;
    return typeof value === 'object' && value !== null ? [path, ...pathsIn(value, `${path}.`)] : [path];
  });
}

describe('the former names of options', () => {
  it('are all tried here', () => {
    const tried = new Set(
      [...renamed.map(([former]) => former), ...dropped.map(([former]) => former)].flatMap((one) => pathsIn(one)),
    );
    expect(formerNames.filter(({ former }) => !tried.has(former))).toEqual([]);
    expect(formerWords.map(({ option }) => option)).toEqual(['timeouts']);
  });

  it.each(renamed)('give in code the same settings as the new ones: %j, %j', (former, now) => {
    expect(settings(former)).toEqual(settings(now));
    expect(settings(former)).not.toBe(undefined);
    expect(formerWarnings(former)).toHaveLength(1);
    expect(formerWarnings(now)).toEqual([]);
  });

  it.each(renamed)('give in `defaults` the same settings as the new ones: %j, %j', (former, now) => {
    expect(settings({ defaults: former })).toEqual(settings(now));
    expect(formerWarnings({ defaults: former })).toEqual([expect.stringContaining('defaults.')]);
  });

  it.each(dropped)('still set what nobody should change: %j', (former, valueIn, value) => {
    expect(valueIn(read(former).options)).toBe(value);
    expect(formerWarnings(former)).toEqual([expect.stringContaining('(leave it out)')]);
  });

  it('are no names where they say nothing', () => {
    expect(read({ loginUrl: undefined, cookie: { prefix: undefined }, idLength: undefined }).warnings).toEqual([]);
    const inherited = Object.create({ loginUrl: '/login' }) as object;
    expect(readConfig(inherited, processValues({}), 'test').options.redirects.loginUrl).toBeNull();
  });

  it('are listed in one line, each with its new name, without what they are set to', () => {
    const code = { loginUrl: '/in', protection: 'strong', timeouts: 'aal2', idLength: 20, cookie: { prefix: 'auto' } };
    const variables = { SESSION_COOKIE_PREFIX: 'auto', SESSION_ON_TOO_MANY_SESSIONS: 'refuse' };
    expect(formerWarnings(code, variables)).toEqual([
      'Former names of settings are accepted until version 1.0: loginUrl (now redirects.loginUrl), ' +
        'protection (now protection.mode), cookie.prefix (now cookie.name), idLength (leave it out), ' +
        'timeouts: "aal2" (now "daily"), SESSION_ON_TOO_MANY_SESSIONS (now SESSION_ON_TOO_MANY), ' +
        'SESSION_COOKIE_PREFIX (now SESSION_COOKIE_NAME).',
    ]);
  });

  it.each<[object, string, string]>([
    [{ loginUrl: '/a', redirects: { loginUrl: '/a' } }, 'loginUrl', 'redirects.loginUrl'],
    [{ loginMessage: 'a', messages: { login: 'b' } }, 'loginMessage', 'messages.login.text'],
    [{ confirmMessage: 'a', messages: { confirm: { text: 'b' } } }, 'confirmMessage', 'messages.confirm.text'],
    [{ protectionIpv4: 8, protection: { ipv4: 8 } }, 'protectionIpv4', 'protection.ipv4'],
    [
      { onTooManySessions: 'refuse', maxSessionsPerUser: { max: 1, onTooMany: 'refuse' } },
      'onTooManySessions',
      'maxSessionsPerUser.onTooMany',
    ],
    [{ everyoneInterval: 5, logoutAllUsersInterval: 5 }, 'everyoneInterval', 'logoutAllUsersInterval'],
    [{ refreshInterval: '1m', refresh: '1m' }, 'refreshInterval', 'refresh'],
    [{ refreshEachRequest: true, refresh: 'auto' }, 'refreshEachRequest', 'refresh'],
    [{ cookie: { prefix: 'auto', name: 'auto:shop' } }, 'cookie.prefix', 'cookie.name'],
  ])('are refused beside the new one: %j', (code, former, now) => {
    const problem = (layer: string): string =>
      `${layer}${former} is the former name of ${layer}${now}, which is given, too: leave ${layer}${former} out`;
    expect(problems(code)).toEqual([problem('')]);
    expect(problems({ defaults: code })).toEqual([problem('defaults.')]);
  });

  it('may stand in code where the environment has the new one, and code wins', () => {
    const variables = { SESSION_LOGIN_URL: '/env', SESSION_REDIRECTS_REFUSAL: 'json', SESSION_REFRESH: '2m' };
    const { options } = read({ loginUrl: '/code', refusal: 'redirect', refreshInterval: '1m' }, variables);
    expect(options.redirects).toMatchObject({ loginUrl: '/code', refusal: 'redirect' });
    expect(options.refresh).toBe(60_000);
  });

  it('are checked as the new ones are, and named by them', () => {
    expect(problems({ loginUrl: 'login', protection: 'weak', timeouts: 'aal4' })).toEqual([
      expect.stringContaining('SESSION_TIMEOUTS (timeouts) expected one of monthly, daily, twice-daily'),
      expect.stringContaining('SESSION_LOGIN_URL (redirects.loginUrl) expected a path'),
      expect.stringContaining('SESSION_PROTECTION (protection.mode) expected one of basic, strong'),
    ]);
    expect(problems({ refreshEachRequest: 'often', cookie: { prefix: 'hosts' } })).toEqual([
      expect.stringContaining('SESSION_REFRESH_EACH_REQUEST (refreshEachRequest) expected true or false'),
      expect.stringContaining('SESSION_COOKIE_PREFIX (cookie.prefix) expected one of auto, host, secure, none'),
    ]);
    expect(problems({ loginUrl: '/login', redirects: 'to /login' })).toEqual([
      'redirects expected an object with options, got a string',
    ]);
  });
});

describe('the environment keys of former names', () => {
  it('are all read still: what a former name made is a key of the option, or goes with the name', () => {
    const keys = new Set([
      ...formerKeys,
      ...optionEntries(sessionModuleOptions).flatMap(({ path, option }) => environmentKeys(path, option)),
    ]);
    expect(formerNames.map(({ former }) => ownKey(former)).filter((key) => !keys.has(key))).toEqual([]);
    expect(keysNotRead(Object.fromEntries([...keys].map((key) => [key, 'a value'])))).toEqual([]);
  });

  it.each<[string, string, object]>([
    ['SESSION_LOGIN_URL', '/login', { redirects: { loginUrl: '/login' } }],
    ['SESSION_REDIRECTS_LOGIN_URL', '/login', { redirects: { loginUrl: '/login' } }],
    ['USE_SESSION_FOR_NEXT', 'True', { redirects: { nextInSession: true } }],
    ['FORCE_HOST_FOR_REDIRECTS', 'shop.example', { redirects: { host: 'shop.example' } }],
    ['SESSION_LOGIN_MESSAGE', 'Log in.', { messages: { login: 'Log in.' } }],
    ['SESSION_MESSAGES_LOGIN', 'Log in.', { messages: { login: 'Log in.' } }],
    ['SESSION_LOGIN_MESSAGE_CATEGORY', 'info', { messages: { login: { category: 'info' } } }],
    ['SESSION_PROTECTION', 'strong', { protection: { mode: 'strong' } }],
    ['SESSION_PROTECTION', 'None', { protection: { mode: null } }],
    ['SESSION_PROTECTION_IPV4', '24', { protection: { ipv4: 24 } }],
    ['SESSION_MAX_PER_USER', '3', { maxSessionsPerUser: 3 }],
    ['SESSION_MAX_SESSIONS_PER_USER', '3', { maxSessionsPerUser: 3 }],
    ['SESSION_ON_TOO_MANY', 'refuse', { maxSessionsPerUser: { onTooMany: 'refuse' } }],
    ['SESSION_EVERYONE_INTERVAL', '5s', { logoutAllUsersInterval: '5s' }],
    ['SESSION_REFRESH_INTERVAL', '1m', { refresh: '1m' }],
    ['SESSION_REFRESH_EACH_REQUEST', 'False', { refresh: false }],
    ['SESSION_REFRESH_EACH_REQUEST', 'True', { refresh: 'auto' }],
  ])('are those of the options, without a word: %s=%s', (key, value, code) => {
    expect(settings({}, { [key]: value })).toEqual(settings(code));
    expect(read({}, { [key]: value }).warnings).toEqual([]);
  });

  it('of Flask work, and are checked, where the option is gone, without a word', () => {
    expect(read({}, { SESSION_ID_LENGTH: '40' }).options.idLength).toBe(40);
    expect(read({}, { SESSION_ID_LENGTH: '40' }).warnings).toEqual([]);
    expect(problems({}, { SESSION_ID_LENGTH: '8', SESSION_REFRESH_EACH_REQUEST: 'maybe' })).toEqual([
      expect.stringContaining('SESSION_ID_LENGTH (idLength) expected a whole number, from 16 to 256'),
      expect.stringContaining('SESSION_REFRESH_EACH_REQUEST (refreshEachRequest) expected true or false'),
    ]);
  });

  it.each<[string, string, object, string]>([
    ['SESSION_NEXT_IN_SESSION', 'true', { redirects: { nextInSession: true } }, 'USE_SESSION_FOR_NEXT'],
    ['SESSION_REDIRECT_HOST', 'a.example', { redirects: { host: 'a.example' } }, 'FORCE_HOST_FOR_REDIRECTS'],
    ['SESSION_ON_TOO_MANY_SESSIONS', 'refuse', { maxSessionsPerUser: { onTooMany: 'refuse' } }, 'SESSION_ON_TOO_MANY'],
    ['SESSION_COOKIE_PREFIX', 'auto', { cookie: { name: 'auto' } }, 'SESSION_COOKIE_NAME'],
    ['SESSION_SEALED_COMPRESS', 'true', { sealed: { compress: true } }, 'leave it out'],
    ['SESSION_SEALED_COMPRESS_ABOVE', '2kb', { sealed: { compressAbove: '2kb' } }, 'leave it out'],
    ['SESSION_LIMITER_DEVICE_COOKIE_NAME', 'kd', { limiter: { deviceCookieName: 'kd' } }, 'leave it out'],
    ['SESSION_TIMEOUTS', 'aal2', { timeouts: 'daily' }, 'now daily'],
  ])('that go with a name are told of: %s=%s', (key, value, code, instead) => {
    expect(settings({}, { [key]: value })).toEqual(settings(code));
    expect(formerWarnings({}, { [key]: value })).toEqual([expect.stringMatching(new RegExp(`${key}.*${instead}`))]);
  });

  it('are refused where they differ from a key of the option', () => {
    expect(problems({}, { SESSION_REDIRECT_HOST: 'a.example', FORCE_HOST_FOR_REDIRECTS: 'b.example' })).toEqual([
      expect.stringContaining('is given twice, as FORCE_HOST_FOR_REDIRECTS and as SESSION_REDIRECT_HOST'),
    ]);
  });
});

describe('refresh', () => {
  it.each<[object, Variables, unknown]>([
    [{}, {}, 'auto'],
    [{ refresh: 'auto' }, { SESSION_REFRESH_EACH_REQUEST: 'false' }, 'auto'],
    [{ refresh: false }, { SESSION_REFRESH_EACH_REQUEST: 'true' }, false],
    [{ refresh: 90 }, {}, 90_000],
    [{ refresh: 0 }, {}, 0],
    [{}, { SESSION_REFRESH_INTERVAL: '0' }, 0],
    [{}, { SESSION_REFRESH: 'Off' }, false],
    [{}, { SESSION_REFRESH: 'AUTO' }, 'auto'],
    [{}, { SESSION_REFRESH_INTERVAL: '1m', SESSION_REFRESH_EACH_REQUEST: 'false' }, false],
    [{}, { SESSION_REFRESH_INTERVAL: '1m', SESSION_REFRESH_EACH_REQUEST: 'true' }, 60_000],
    [{ defaults: { refresh: false } }, { SESSION_REFRESH_EACH_REQUEST: 'true' }, 'auto'],
    [{ defaults: { refresh: '1m' } }, { SESSION_REFRESH_EACH_REQUEST: 'true' }, 60_000],
    [{ defaults: { refresh: '1m' } }, { SESSION_REFRESH_EACH_REQUEST: 'false' }, false],
    [{ refreshEachRequest: true }, { SESSION_REFRESH_INTERVAL: '1m' }, 60_000],
    [{ refreshEachRequest: false }, { SESSION_REFRESH_INTERVAL: '1m' }, false],
  ])('of %j and %j is %j', (code, variables, refresh) => {
    expect(read(code, variables).options.refresh).toBe(refresh);
  });

  it.each([true, null, 'often', -1])('is not %j', (refresh) => {
    expect(problems({ refresh })).toEqual([
      expect.stringContaining('SESSION_REFRESH_INTERVAL (refresh) expected auto, false, or a duration'),
    ]);
  });
});

describe('the name of the cookie', () => {
  it.each<[object, Variables, string]>([
    [{ cookie: { prefix: 'auto' } }, { SESSION_COOKIE_NAME: 'shop' }, '__Host-shop'],
    [{ cookie: { name: 'shop' } }, { SESSION_COOKIE_PREFIX: 'auto' }, '__Host-shop'],
    [{ cookie: { name: 'auto:shop' } }, { SESSION_COOKIE_PREFIX: 'none' }, '__Host-shop'],
    [{ cookie: { prefix: 'none' } }, { SESSION_COOKIE_NAME: 'auto:shop' }, 'shop'],
    [{}, { SESSION_COOKIE_PREFIX: 'secure', SESSION_COOKIE_NAME: 'shop' }, '__Secure-shop'],
    [{ defaults: { cookie: { name: 'auto:shop' } } }, { SESSION_COOKIE_PREFIX: 'none' }, 'shop'],
    [{}, { SESSION_COOKIE_NAME: 'auto:shop' }, '__Host-shop'],
  ])('of %j and %j is %s', (code, variables, name) => {
    const { options } = read(code, variables, 'production');
    expect(resolveCookie(options.cookie, 'production').name).toBe(name);
  });

  it('has one prefix', () => {
    expect(problems({ cookie: { name: '__Secure-x', prefix: 'host', secure: true } })).toEqual([
      'SESSION_COOKIE_PREFIX (cookie.prefix) is host, but the name already begins with __Secure-: set one of them',
    ]);
  });
});

describe('the defaults of an application', () => {
  const given = (code: object, variables: Variables = {}): SessionConfig => read(code, variables).options;

  it('stand in for what neither code nor the environment sets', () => {
    const defaults = { idleTimeout: '1h', cookie: { name: 'shop', path: '/shop' }, maxSessionsPerUser: 3 };
    expect(given({ defaults })).toMatchObject({
      idleTimeout: 3_600_000,
      cookie: { name: 'shop', path: '/shop', httpOnly: true },
      maxSessionsPerUser: { max: 3, onTooMany: 'end-oldest' },
    });
    const variables = { SESSION_IDLE_TIMEOUT: '2h', SESSION_COOKIE_NAME: 'env', SESSION_ON_TOO_MANY: 'refuse' };
    expect(given({ defaults }, variables)).toMatchObject({
      idleTimeout: 7_200_000,
      cookie: { name: 'env', path: '/shop' },
      maxSessionsPerUser: { max: 3, onTooMany: 'refuse' },
    });
    const code = { idleTimeout: '3h', cookie: { name: 'code' }, maxSessionsPerUser: { max: 5 } };
    expect(given({ ...code, defaults }, variables)).toMatchObject({
      idleTimeout: 10_800_000,
      cookie: { name: 'code', path: '/shop' },
      maxSessionsPerUser: { max: 5, onTooMany: 'refuse' },
    });
  });

  it('take null as a value, and undefined as none', () => {
    expect(given({ defaults: { absoluteTimeout: null, idleTimeout: undefined } })).toMatchObject({
      absoluteTimeout: null,
      idleTimeout: 31 * 86_400_000,
    });
  });

  it('hold a secret as code does: it is used, and not shown', () => {
    const { options } = readConfig({ defaults: { secretKey, type: 'memory' } }, processValues({}), 'production');
    expect(options.secretKey).toBe(secretKey);
    expect(JSON.stringify(options)).not.toContain(secretKey);
    const other = { SECRET_KEY: 'Qm3v9ZrK1xJ7hB4nL6sD_Eao8c5Y2wT0' };
    expect(readConfig({ defaults: { secretKey } }, processValues(other), 'test').options.secretKey).toBe(
      other.SECRET_KEY,
    );
  });

  it('are checked, and named as what they are', () => {
    expect(
      problems({ defaults: { idleTimeout: 'soon', cookie: { samesite: 'lax' }, redirects: 7, idleTimeuot: 1 } }),
    ).toEqual([
      'defaults.idleTimeuot there is no such option; did you mean defaults.idleTimeout?',
      expect.stringContaining('defaults.idleTimeout expected a duration'),
      'defaults.redirects expected an object with options, got a number',
      expect.stringMatching(/^defaults\.cookie\.samesite there is no such option; did you mean defaults\..*sameSite/),
    ]);
    expect(problems({ defaults: null })).toEqual(['defaults expected an object with options, got null']);
    expect(problems({ defaults: { defaults: {} } })).toEqual([
      expect.stringContaining('defaults.defaults there is no such option'),
    ]);
    expect(problems({ defaults: { secretKey: { value: secretKey } }, secretKey: undefined }).join()).not.toContain(
      secretKey,
    );
  });
});
