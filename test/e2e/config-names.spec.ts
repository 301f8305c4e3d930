import { afterEach, describe, expect, it } from '@jest/globals';
import { ModulesContainer } from '@nestjs/core';
import { SessionConfigError, SessionModule, type SessionModuleOptions } from 'nestjs-session-auth';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import type { RunningApp } from '../support/app.js';
import { boot, firstCookie } from '../support/boot.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { withEnvironment } from '../support/environment.js';

const strong = 'o8c5Y2wTq0m3v9ZrK1xJ7hB4nL6sD_Ea';
const former = 'k1xJ7hB4nL6sD_Eao8c5Y2wTq0m3v9Zr';
const opened: RunningApp[] = [];
afterEach(async () => {
  for (const running of opened.splice(0)) await running.close();
});

async function started(
  environment: Readonly<Record<string, string>>,
  options: SessionModuleOptions = {},
  logger = new CapturedLogger(),
): Promise<{ running: RunningApp; warnings: string[] }> {
  const running = await withEnvironment({ SECRET_KEY: strong, SESSION_TYPE: 'memory', ...environment }, () =>
    boot([SessionModule.forRoot(options)], logger),
  );
  opened.push(running);
  return { running, warnings: logger.at('warn') };
}

async function refusal(environment: Readonly<Record<string, string>>, options: object = {}): Promise<string[]> {
  try {
    await started(environment, options);
  } catch (error) {
    if (error instanceof SessionConfigError) return error.problems.map((each) => `${each.setting}: ${each.problem}`);
    throw error;
  }
  return [];
}

const lifeOf = async (running: RunningApp): Promise<number> =>
  Number(/Max-Age=(\d+)/.exec(await firstCookie(running))?.[1]);

describe('a setting of the environment', () => {
  it('is read by the name that it has in code, and by that of Flask', async () => {
    const permanent = { SESSION_PERMANENT: 'true' };
    for (const key of ['SESSION_IDLE_TIMEOUT', 'PERMANENT_SESSION_LIFETIME']) {
      const { running, warnings } = await started({ ...permanent, [key]: '15m' });
      expect(await lifeOf(running)).toBe(900);
      expect(warnings.filter((line) => line.includes(key))).toEqual([]);
    }
  });

  it('may stand under both with the same meaning, and is refused where they differ', async () => {
    const both = { SESSION_IDLE_TIMEOUT: '15m', PERMANENT_SESSION_LIFETIME: '900', SESSION_PERMANENT: '1' };
    const { running } = await started(both);
    expect(await lifeOf(running)).toBe(900);
    expect(await refusal({ ...both, PERMANENT_SESSION_LIFETIME: '901' })).toEqual([
      'PERMANENT_SESSION_LIFETIME (idleTimeout): is given twice, as PERMANENT_SESSION_LIFETIME and as SESSION_IDLE_TIMEOUT, with different values: leave one of them out',
    ]);
    const secrets = await refusal({ SESSION_SECRET_KEY: former });
    expect(secrets).toEqual([expect.stringContaining('SECRET_KEY (secretKey): is given twice')]);
    expect(secrets.join()).not.toMatch(new RegExp(`${strong}|${former}`));
  });

  it('is refused by the name that it was given', async () => {
    expect(await refusal({ SESSION_IDLE_TIMEOUT: 'a fortnight' })).toEqual([
      expect.stringContaining('SESSION_IDLE_TIMEOUT (idleTimeout): expected a duration'),
    ]);
  });

  it('under a name that is not read is told of before anything else is refused', async () => {
    const logger = new CapturedLogger();
    const broken = { SESSION_SECRET: strong, SESSION_ID_LENGTH: 'many' };
    await expect(started(broken, {}, logger)).rejects.toThrow(SessionConfigError);
    expect(logger.at('warn')).toContainEqual(
      expect.stringContaining('SESSION_SECRET is not read: the secret is secretKey'),
    );
  });
});

describe('an option of express-session', () => {
  it.each([
    [{ secret: strong }, 'secret', 'secretKey (SECRET_KEY)'],
    [{ resave: false }, 'resave', 'leave it out: a session is saved if it has changed'],
    [{ saveUninitialized: false }, 'saveUninitialized', 'leave it out'],
    [{ rolling: true }, 'rolling', 'refresh (SESSION_REFRESH_INTERVAL)'],
    [{ cookie: { maxAge: 60_000 } }, 'cookie.maxAge', 'idleTimeout (SESSION_IDLE_TIMEOUT)'],
    [{ ttl: 60 }, 'ttl', 'idleTimeout (SESSION_IDLE_TIMEOUT)'],
    [{ name: 'sid' }, 'name', 'cookie.name (SESSION_COOKIE_NAME)'],
    [{ unset: 'destroy' }, 'unset', 'session.destroy()'],
    [{ genid: () => 'a' }, 'genid', 'leave it out: an id is random'],
    [{ proxy: true }, 'proxy', "app.set('trust proxy'"],
  ])('is refused with what takes its place: %j', async (options, name, instead) => {
    expect(await refusal({}, options)).toEqual([expect.stringContaining(`${name}: there is no such option: `)]);
    expect((await refusal({}, options)).join()).toContain(instead);
  });

  it('is refused as a slip where it is one', async () => {
    expect(await refusal({}, { idleTimeuot: 1 })).toEqual([expect.stringContaining('did you mean idleTimeout?')]);
  });
});

describe('a secret that is given in code', () => {
  // Made here: the text of this file may well be found.
  const secrets = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')] as const;
  const [secretKey, former] = secrets;
  const options = {
    secretKey,
    secretKeyFallbacks: [former],
    redis: { url: `redis://:${former}@127.0.0.1:1/0` },
    type: 'memory',
  } as const;

  it.each([
    ['forRoot', () => SessionModule.forRoot(options)],
    ['forRootAsync', () => SessionModule.forRootAsync({ useFactory: () => Promise.resolve(options) })],
  ])('is nowhere in the container of modules (%s), and signs all the same', async (_way, module) => {
    const running = await boot([module()]);
    opened.push(running);
    expect(await firstCookie(running)).toContain('session=');
    const modules = [...running.app.get(ModulesContainer).values()];
    const providers = modules.flatMap((each) => [...each.providers.values()]);
    const found = providers
      .map(({ instance }): unknown => instance)
      .filter((instance) => holdsSecret(instance) || isShown(inspect(instance, { showHidden: true, depth: 1 })));
    expect(found).toEqual([]);
    expect(providers.length).toBeGreaterThan(30);
  });

  function isShown(text: string): boolean {
    return secrets.some((secret) => text.includes(secret));
  }

  /** Whether a secret is reached from a value by a few steps of its own properties, hidden ones too. */
  function holdsSecret(value: unknown, steps = 3): boolean {
    if (typeof value === 'string') return isShown(value);
    if (typeof value !== 'object' || value === null || steps === 0) return false;
    return Reflect.ownKeys(value).some((key) => {
      const held: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
      return holdsSecret(held, steps - 1);
    });
  }
});
