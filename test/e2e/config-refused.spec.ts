import { describe, expect, it } from '@jest/globals';
import { SessionConfigError, SessionModule, type SessionModuleOptions } from 'nestjs-session-auth';
import { fromExpress } from '../../lib/interop/express/index.js';
import { fromFlask } from '../../lib/interop/flask/index.js';
import { boot } from '../support/boot.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { withEnvironment } from '../support/environment.js';

const strong = 'o8c5Y2wTq0m3v9ZrK1xJ7hB4nL6sD_Ea';
const unset = {
  SECRET_KEY: undefined,
  SECRET_KEY_FALLBACKS: undefined,
  SESSION_TYPE: undefined,
  SESSION_REDIS: undefined,
  NODE_ENV: undefined,
};

/** What booting with these settings is refused with. */
async function refusal(
  environment: Readonly<Record<string, string | undefined>>,
  options: object = {},
): Promise<SessionConfigError> {
  const logger = new CapturedLogger();
  const error = await withEnvironment({ ...unset, ...environment }, async () => {
    try {
      const running = await boot([SessionModule.forRoot(options)], logger);
      await running.close();
    } catch (error) {
      return error;
    }
    return null;
  });
  if (!(error instanceof SessionConfigError)) throw new Error(`Not refused for its settings: ${String(error)}`);
  return error;
}

async function refusedSettings(...parameters: Parameters<typeof refusal>): Promise<string[]> {
  return (await refusal(...parameters)).problems.map(({ setting }) => setting);
}

async function warnings(
  environment: Readonly<Record<string, string>>,
  options: SessionModuleOptions = {},
): Promise<string[]> {
  const logger = new CapturedLogger();
  await withEnvironment({ ...unset, ...environment }, async () => {
    const running = await boot([SessionModule.forRoot(options)], logger);
    await running.close();
  });
  return logger.at('warn');
}

describe('an application does not start', () => {
  it('and hears of every bad setting at once, in code and in the environment, and of no secret', async () => {
    const environment = {
      NODE_ENV: 'production',
      SECRET_KEY: 'hunter2',
      SESSION_TYPE: 'redsi',
      SESSION_ID_LENGTH: 'many',
      PERMANENT_SESSION_LIFETIME: 'a fortnight',
    };
    const cookie = { name: '__Host-shop', domain: 'example.com', sameSite: 'none', secure: false };
    const error = await refusal(environment, {
      absoluteTimeout: 'for ever',
      permanent: 'perhaps',
      idelTimeout: '1h',
      cookie,
    });

    expect(error.problems.map(({ setting }) => setting).sort()).toEqual(
      [
        'PERMANENT_SESSION_LIFETIME (idleTimeout)',
        'SECRET_KEY (secretKey)',
        'SESSION_ABSOLUTE_TIMEOUT (absoluteTimeout)',
        'SESSION_COOKIE_DOMAIN (cookie.domain)',
        'SESSION_COOKIE_SAMESITE (cookie.sameSite)',
        'SESSION_COOKIE_SECURE (cookie.secure)',
        'SESSION_ID_LENGTH (idLength)',
        'SESSION_PERMANENT (permanent)',
        'SESSION_TYPE (type)',
        'idelTimeout',
      ].sort(),
    );
    for (const { setting, problem } of error.problems) expect(error.message).toContain(`${setting}: ${problem}`);
    expect(error.message).toContain('did you mean idleTimeout?');
    expect(error.message).toContain('memory, filesystem, lmdb, redis');
    expect(error.message).toContain('"a fortnight"');
    expect(error.message).not.toContain('hunter2');
  });

  it.each([
    ['no SECRET_KEY', { SESSION_TYPE: 'filesystem' }, 'SECRET_KEY (secretKey)', 'randomBytes(32)'],
    [
      'a short SECRET_KEY',
      { SESSION_TYPE: 'filesystem', SECRET_KEY: 'hunter2' },
      'SECRET_KEY (secretKey)',
      'fewer than 32 bytes',
    ],
    [
      'an example as SECRET_KEY',
      { SESSION_TYPE: 'filesystem', SECRET_KEY: 'keyboard cat' },
      'SECRET_KEY (secretKey)',
      'known example',
    ],
    ['no SESSION_TYPE', { SECRET_KEY: strong }, 'SESSION_TYPE (type)', 'choose one of memory, filesystem, lmdb, redis'],
    ['no SESSION_REDIS', { SECRET_KEY: strong, SESSION_TYPE: 'redis' }, 'SESSION_REDIS (redis.url)', 'redis://'],
  ])('in production with %s, and says what to do', async (_what, environment, setting, advice) => {
    for (const NODE_ENV of ['production', 'Production', ' PRODUCTION ']) {
      const { problems } = await refusal({ NODE_ENV, ...environment });
      expect(problems).toEqual([{ setting, problem: expect.stringContaining(advice) }]);
    }
  });

  it.each<[string, object, string]>([
    ['an unknown type', { type: 'etcd' }, 'SESSION_TYPE (type)'],
    ['a lifetime that is no duration', { idleTimeout: 'soon' }, 'PERMANENT_SESSION_LIFETIME (idleTimeout)'],
    ['a lifetime of nothing', { idleTimeout: 0 }, 'PERMANENT_SESSION_LIFETIME (idleTimeout)'],
    [
      'a refresh interval as long as the lifetime',
      { idleTimeout: 60, refresh: 60 },
      'SESSION_REFRESH_INTERVAL (refresh)',
    ],
    [
      'a grace as long as the rotation',
      { rotateEvery: '30s', rotateGrace: '30s' },
      'SESSION_ROTATE_GRACE (rotateGrace)',
    ],
    ['SameSite=None without Secure', { cookie: { sameSite: 'none' } }, 'SESSION_COOKIE_SAMESITE (cookie.sameSite)'],
    [
      '__Host- with a domain',
      { cookie: { name: '__Host-a', secure: true, domain: 'example.com' } },
      'SESSION_COOKIE_DOMAIN (cookie.domain)',
    ],
    [
      '__Host- with a path',
      { cookie: { name: '__Host-a', secure: true, path: '/shop' } },
      'SESSION_COOKIE_PATH (cookie.path)',
    ],
    ['a name that is no cookie name', { cookie: { name: 'a b' } }, 'SESSION_COOKIE_NAME (cookie.name)'],
    ['an unknown option', { secretkey: strong }, 'secretkey'],
    ['an unknown option of the cookie', { cookie: { samesite: 'lax' } }, 'cookie.samesite'],
    ['a store that is none', { store: { read: () => null } }, 'store'],
    ['a user loader that is no function', { userLoader: 'users' }, 'userLoader'],
    ['fallbacks in one text', { secretKeyFallbacks: strong }, 'SECRET_KEY_FALLBACKS (secretKeyFallbacks)'],
    [
      'a Redis URL that is none',
      { type: 'redis', redis: { url: 'http://user:hunter2@host' } },
      'SESSION_REDIS (redis.url)',
    ],
  ])('with %s', async (_what, options, setting) => {
    expect(await refusedSettings({}, { secretKey: strong, type: 'memory', ...options })).toEqual([setting]);
  });

  it('ASVS 7.2.3: with ids of fewer than 128 bits', async () => {
    const settings = { secretKey: strong, type: 'memory' };
    expect(await refusedSettings({ SESSION_ID_LENGTH: '15' }, settings)).toEqual(['SESSION_ID_LENGTH (idLength)']);
  });

  it('and shows no value of a secret, wherever it is wrong', async () => {
    const secret = 'correct-horse-battery';
    const error = await refusal(
      {
        NODE_ENV: 'production',
        SECRET_KEY: secret,
        SECRET_KEY_FALLBACKS: `["${secret}", 7`,
        SESSION_REDIS: `http://:${secret}@host`,
      },
      { type: 'redis', secretKey: { value: secret } },
    );
    expect(error.problems.length).toBeGreaterThanOrEqual(3);
    expect(`${error.message} ${String(error.stack)} ${JSON.stringify(error)}`).not.toContain(secret);
  });
});

describe('an application starts and warns', () => {
  it('of a weak secret outside of production', async () => {
    expect(await warnings({ SECRET_KEY: 'hunter2', SESSION_TYPE: 'memory' })).toEqual([
      expect.stringMatching(/SECRET_KEY \(secretKey\) has fewer than 32 bytes: production will reject it/),
    ]);
  });

  it('of the memory store in production', async () => {
    expect(await warnings({ NODE_ENV: 'production', SECRET_KEY: strong, SESSION_TYPE: 'memory' })).toEqual([
      expect.stringContaining('SESSION_TYPE (type) is memory'),
    ]);
  });

  it('of nothing where all is well', async () => {
    expect(await warnings({ SECRET_KEY: strong, SESSION_TYPE: 'memory', NODE_ENV: 'test' })).toEqual([]);
  });
});

describe('the sources of old sessions', () => {
  const records = { get: () => Promise.resolve(null) };
  const production = { NODE_ENV: 'production', SECRET_KEY: strong, SESSION_TYPE: 'memory' };

  it('are reported like settings, each by its place, with all other settings', async () => {
    const migrateFrom = [
      fromFlask({ secretKey: strong }),
      fromFlask({ secretKey: '' }),
      fromExpress({ secretKey: strong, fallbacks: [' '], records }),
    ];
    const { problems } = await refusal({ ...production, SESSION_ID_LENGTH: 'many' }, { migrateFrom });
    expect(problems).toEqual([
      { setting: 'SESSION_ID_LENGTH (idLength)', problem: expect.anything() },
      { setting: 'migrateFrom, item 2 (Flask), secretKey', problem: 'expected a non-empty string or bytes' },
      {
        setting: 'migrateFrom, item 3 (Express), fallbacks',
        problem: 'item 1: expected a non-empty string or bytes',
      },
    ]);
  });

  it('stop the start where an unsigned cookie could name a session of ours', async () => {
    const migrateFrom = [fromFlask({ records })];
    expect(await refusedSettings(production, { migrateFrom })).toEqual(['migrateFrom, item 1 (Flask), keyPrefix']);
    const sealed = { ...production, SESSION_TYPE: 'cookie' };
    expect(await refusedSettings({ ...sealed, SESSION_SEALED_REVOCATIONS: 'memory' }, { migrateFrom })).toHaveLength(1);

    for (const [environment, options] of [
      [production, { keyPrefix: 'nest:', migrateFrom }],
      [sealed, { migrateFrom }],
    ] as const) {
      expect((await warnings(environment, options)).join()).not.toContain('keyPrefix');
    }
  });

  it('are warned of by the secrets that they have', async () => {
    expect(await warnings(production, { migrateFrom: [fromFlask({ secretKey: 'dev' })] })).toContainEqual(
      expect.stringContaining('migrateFrom, item 1 (Flask): secretKey is a known example value'),
    );
  });
});
