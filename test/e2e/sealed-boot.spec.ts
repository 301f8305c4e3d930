import { describe, expect, it } from '@jest/globals';
import { SessionConfigError, SessionModule, type SessionModuleOptions } from 'nestjs-session-auth';
import { MemoryStore } from 'nestjs-session-auth/memory';
import { boot, firstCookie } from '../support/boot.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { withEnvironment } from '../support/environment.js';

const environment = {
  SECRET_KEY: 'o8c5Y2wTq0m3v9ZrK1xJ7hB4nL6sD_Ea',
  SESSION_TYPE: 'cookie',
  SESSION_SEALED_REVOCATIONS: undefined,
  SESSION_REDIS: undefined,
  NODE_ENV: undefined,
};

/** The warnings that an application starts with. */
async function warnings(
  variables: Readonly<Record<string, string>>,
  options: SessionModuleOptions = {},
): Promise<string[]> {
  const logger = new CapturedLogger();
  await withEnvironment({ ...environment, ...variables }, async () => {
    const running = await boot([SessionModule.forRoot(options)], logger);
    await running.close();
  });
  return logger.at('warn');
}

/** What it is refused with. */
async function refused(variables: Readonly<Record<string, string>>, options: object = {}): Promise<string[]> {
  const error: unknown = await withEnvironment({ ...environment, ...variables }, async () => {
    try {
      const running = await boot([SessionModule.forRoot(options)]);
      await running.close();
    } catch (error) {
      return error;
    }
    return null;
  });
  if (!(error instanceof SessionConfigError)) throw new Error(`Not refused for its settings: ${String(error)}`);
  return error.problems.map(({ setting, problem }) => `${setting} ${problem}`);
}

describe('an application whose sessions are in cookies', () => {
  it('is chosen in the environment, and has its cookie as others have', async () => {
    await withEnvironment({ ...environment, NODE_ENV: 'production' }, async () => {
      const running = await boot([SessionModule.forRoot()]);
      try {
        expect(await firstCookie(running)).toMatch(
          /^__Host-session=[\w-]{80,200}; Secure; HttpOnly; Path=\/; SameSite=Lax\n__Host-session\.1=; Expires=/,
        );
      } finally {
        await running.close();
      }
    });
  });

  it('ASVS 7.4.1: is warned in production that logout does not hold, unless it does', async () => {
    const copies =
      /without SESSION_SEALED_REVOCATIONS .*a copy of a cookie is good until it expires, whatever logout does/;
    const production = { NODE_ENV: 'production' };
    expect(await warnings(production)).toContainEqual(expect.stringMatching(copies));
    expect(await warnings({})).not.toContainEqual(expect.stringMatching(copies));
    const revocations = new MemoryStore();
    expect(await warnings(production, { sealed: { revocations } })).toEqual([]);
  });

  it('is told what cannot be had without a store', async () => {
    const refusal =
      /so there is no store, and what needs one is refused: remember-me, the limit of failed logins, logoutAllUsers/;
    expect(await warnings({})).toEqual([expect.stringMatching(refusal)]);
    expect(await warnings({ SESSION_SEALED_REVOCATIONS: 'memory' })).toEqual([]);
  });

  it.each(['null', 'none', ''])('takes "%s" for no revocations', async (value) => {
    expect(await warnings({ SESSION_SEALED_REVOCATIONS: value })).toEqual([
      expect.stringContaining('there is no store'),
    ]);
  });

  it('is warned of revocations that end with the process', async () => {
    expect(await warnings({ NODE_ENV: 'production', SESSION_SEALED_REVOCATIONS: 'memory' })).toEqual([
      expect.stringMatching(/^SESSION_SEALED_REVOCATIONS \(sealed\.revocations\) is memory: /),
    ]);
  });

  it('is warned of cookies that its own server would refuse', async () => {
    expect(await warnings({ SESSION_SEALED_MAX_SIZE: '20kb', SESSION_SEALED_REVOCATIONS: 'memory' })).toEqual([
      expect.stringMatching(
        /^SESSION_SEALED_MAX_SIZE \(sealed\.maxSize\) is 20480 bytes, .* 16384,.*--max-http-header-size/,
      ),
    ]);
  });

  it('does not start with what needs sessions in a store', async () => {
    const options = { rotateEvery: '1h', maxSessionsPerUser: 3, store: new MemoryStore() };
    expect(await refused({}, options)).toEqual([
      expect.stringMatching(/^store is given, and SESSION_TYPE \(type\) is cookie: .*sealed\.revocations/),
      expect.stringMatching(/^SESSION_ROTATE_EVERY \(rotateEvery\) needs sessions in a store/),
      expect.stringMatching(/^SESSION_MAX_PER_USER \(maxSessionsPerUser\) needs a session store with an owner index/),
    ]);
  });

  it('does not start with a store of revocations that is none, or that is missing its server', async () => {
    expect(await refused({ SESSION_SEALED_REVOCATIONS: 'redsi' })).toEqual([
      expect.stringMatching(/^SESSION_SEALED_REVOCATIONS \(sealed\.revocations\) .*did you mean redis/),
    ]);
    expect(await refused({ SESSION_SEALED_REVOCATIONS: 'cookie' })).toHaveLength(1);
    expect(await refused({}, { sealed: { revocations: {} } })).toHaveLength(1);
    expect(await refused({ SESSION_SEALED_REVOCATIONS: 'redis', NODE_ENV: 'production' })).toEqual([
      expect.stringMatching(/^SESSION_REDIS \(redis\.url\) is not set/),
    ]);
    expect(await refused({ SESSION_SEALED_MAX_SIZE: '1kb' })).toEqual([
      expect.stringMatching(/^SESSION_SEALED_MAX_SIZE .*from 2kb to 32kb/),
    ]);
  });
});
