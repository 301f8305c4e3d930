import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import {
  AuthService,
  SESSION_STORE,
  SessionModule,
  SessionStore,
  type SessionModuleOptions,
  type SessionOptionsFactory,
} from 'nestjs-session-auth';
import type { RunningApp } from '../support/app.js';
import { boot, cookieName, firstCookie, post } from '../support/boot.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { withEnvironment } from '../support/environment.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const secretKey = 'a-secret-for-tests-of-32-bytes-and-more';
const opened: RunningApp[] = [];

afterEach(async () => {
  for (const running of opened.splice(0)) await running.close();
});

async function started(...parameters: Parameters<typeof boot>): Promise<RunningApp> {
  const running = await boot(...parameters);
  opened.push(running);
  return running;
}

/** Options that can be told by the cookie's name. */
function named(name: string): SessionModuleOptions {
  return { secretKey, type: 'memory', cookie: { name } };
}

@Injectable()
class Names {
  readonly name = 'from-a-service';
}

@Module({ providers: [Names], exports: [Names] })
class NamesModule {}

@Injectable()
class OptionsByClass implements SessionOptionsFactory {
  createSessionOptions() {
    return named('from-a-class');
  }
}

@Injectable()
class OptionsLater implements SessionOptionsFactory {
  constructor(private readonly names: Names) {}

  async createSessionOptions() {
    return Promise.resolve(named(this.names.name));
  }
}

@Module({ imports: [NamesModule], providers: [OptionsLater], exports: [OptionsLater] })
class OptionsModule {}

describe('the module takes its options', () => {
  it('from forRoot(options)', async () => {
    expect(await cookieName(await started([SessionModule.forRoot(named('from-code'))]))).toBe('from-code');
  });

  it('from forRootAsync with a factory', async () => {
    const module = SessionModule.forRootAsync({ useFactory: () => named('from-a-factory') });
    expect(await cookieName(await started([module]))).toBe('from-a-factory');
  });

  it('from forRootAsync with an asynchronous factory that other modules give what it needs', async () => {
    const module = SessionModule.forRootAsync({
      imports: [NamesModule],
      inject: [Names],
      useFactory: async (names: Names) => Promise.resolve(named(names.name)),
    });
    expect(await cookieName(await started([module]))).toBe('from-a-service');
  });

  it('from forRootAsync with a class', async () => {
    const module = SessionModule.forRootAsync({ useClass: OptionsByClass });
    expect(await cookieName(await started([module]))).toBe('from-a-class');
  });

  it('from forRootAsync with what another module has', async () => {
    const module = SessionModule.forRootAsync({ imports: [OptionsModule], useExisting: OptionsLater });
    expect(await cookieName(await started([module]))).toBe('from-a-service');
  });

  it('and a factory that fails keeps the application from starting', async () => {
    const module = SessionModule.forRootAsync({ useFactory: () => Promise.reject(new Error('no options today')) });
    await expect(boot([module])).rejects.toThrow('no options today');
  });

  it('and checks those of a factory, too', async () => {
    const module = SessionModule.forRootAsync({ useFactory: () => ({ ...named('a'), idleTimeout: 'soon' }) });
    await expect(boot([module])).rejects.toMatchObject({ code: 'SESSION_CONFIG_INVALID' });
  });
});

describe('the module takes its settings', () => {
  const environment = { SECRET_KEY: secretKey, SESSION_TYPE: 'memory' };

  it('from the process environment, without the ConfigModule', async () => {
    await withEnvironment({ ...environment, SESSION_COOKIE_NAME: 'from-the-environment' }, async () => {
      expect(await cookieName(await started([SessionModule.forRoot()]))).toBe('from-the-environment');
    });
  });

  it('from code before the environment, and from the environment before the defaults', async () => {
    const variables = { ...environment, SESSION_COOKIE_NAME: 'from-the-environment', SESSION_COOKIE_PATH: '/read' };
    await withEnvironment(variables, async () => {
      const line = await firstCookie(await started([SessionModule.forRoot({ cookie: { name: 'from-code' } })]));
      expect(line).toMatch(/^from-code=.*; HttpOnly; Path=\/read; SameSite=Lax$/);
    });
  });

  it("from ConfigService, where the application's configuration is global", async () => {
    const config = ConfigModule.forRoot({
      isGlobal: true,
      ignoreEnvFile: true,
      load: [
        () => ({
          ...environment,
          SESSION_COOKIE_NAME: 'from-load',
          SESSION_PERMANENT: true,
          PERMANENT_SESSION_LIFETIME: 60,
        }),
      ],
    });
    const line = await firstCookie(await started([config, SessionModule.forRoot()]));
    expect(line).toMatch(/^from-load=.*; Max-Age=60;/);
  });

  it('from ConfigService, whose factory takes its time', async () => {
    const load = async () => {
      await new Promise(setImmediate);
      return { ...environment, SESSION_COOKIE_NAME: 'from-a-slow-load' };
    };
    const config = ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, load: [load] });
    expect(await cookieName(await started([SessionModule.forRoot(), config]))).toBe('from-a-slow-load');
  });

  it('from an .env file that the ConfigModule reads', async () => {
    const folder = temporaryFolder('config');
    const envFilePath = join(folder.path, '.env');
    writeFileSync(envFilePath, `SECRET_KEY=${secretKey}\nSESSION_TYPE=memory\nSESSION_COOKIE_NAME=from-a-file\n`);
    await withEnvironment(
      { SECRET_KEY: undefined, SESSION_TYPE: undefined, SESSION_COOKIE_NAME: undefined },
      async () => {
        const config = ConfigModule.forRoot({ isGlobal: true, envFilePath });
        expect(await cookieName(await started([config, SessionModule.forRoot()]))).toBe('from-a-file');
      },
    );
    folder.remove();
  });

  it('from code before ConfigService', async () => {
    const config = ConfigModule.forRoot({
      isGlobal: true,
      ignoreEnvFile: true,
      load: [() => ({ ...environment, SESSION_COOKIE_NAME: 'from-load' })],
    });
    const module = SessionModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (service: ConfigService) => ({ cookie: { name: `in-code-${String(service.get('SESSION_TYPE'))}` } }),
    });
    expect(await cookieName(await started([config, module]))).toBe('in-code-memory');
  });

  it('and takes an empty variable for one that is not set', async () => {
    await withEnvironment({ ...environment, SESSION_COOKIE_NAME: '', PERMANENT_SESSION_LIFETIME: ' ' }, async () => {
      expect(await cookieName(await started([SessionModule.forRoot()]))).toBe('session');
    });
  });
});

describe('forRoot() without anything', () => {
  const nothing = { SECRET_KEY: undefined, SESSION_TYPE: undefined, NODE_ENV: 'development' };

  it('works in development, in memory and with a secret of its own, and warns of both', async () => {
    await withEnvironment(nothing, async () => {
      const logger = new CapturedLogger();
      const running = await started([SessionModule.forRoot()], logger);
      const jar = running.jar();
      await jar.fetch('/set/a', post);

      expect(await jar.json('/read')).toEqual({ data: { a: true }, user: null, isNew: false });
      expect(logger.at('warn')).toEqual([
        expect.stringMatching(/SECRET_KEY \(secretKey\) is not set.*randomBytes/),
        expect.stringMatching(/SESSION_TYPE \(type\) is not set.*memory, filesystem, lmdb, redis/),
      ]);
    });
  });

  it('signs with another secret in each application', async () => {
    await withEnvironment(nothing, async () => {
      const [one, two] = [await started([SessionModule.forRoot()]), await started([SessionModule.forRoot()])];
      const jar = one.jar();
      await jar.fetch('/set/a', post);
      const response = await fetch(`${two.url}/read`, { headers: { cookie: jar.header } });
      expect(await response.json()).toEqual({ data: {}, user: null, isNew: true });
    });
  });
});

describe('two applications in one process', () => {
  it('know nothing of each other', async () => {
    const one = await started([SessionModule.forRoot(named('one'))]);
    const two = await started([SessionModule.forRoot(named('two'))]);
    const [jarOne, jarTwo] = [one.jar(), two.jar()];
    await Promise.all([jarOne.fetch('/login/1', post), jarTwo.fetch('/login/2', post)]);

    expect(await jarOne.json('/read')).toMatchObject({ user: '1' });
    expect(await jarTwo.json('/read')).toMatchObject({ user: '2' });
    expect(jarOne.header).toMatch(/^one=/);
    expect(jarTwo.header).toMatch(/^two=/);
    // The same secret signed it, but it is the other's store that has the session.
    const crossed = await fetch(`${two.url}/read`, { headers: { cookie: jarOne.header.replace('one=', 'two=') } });
    expect(await crossed.json()).toEqual({ data: {}, user: null, isNew: true });
    await one.close();
    expect(await jarTwo.json('/read')).toMatchObject({ user: '2' });
  });
});

describe('an application without an HTTP server', () => {
  it('starts, has the store, and says of a session that there is none', async () => {
    @Module({ imports: [SessionModule.forRoot(named('a'))] })
    class WorkerModule {}

    const worker = await NestFactory.createApplicationContext(WorkerModule, { logger: false, abortOnError: false });
    expect(worker.get(SessionStore)).toBeInstanceOf(SessionStore);
    await worker.close();
  });
});

describe('the module gives to other modules', () => {
  it('the store by its class and by its token, and AuthService', async () => {
    const { app } = await started([SessionModule.forRoot(named('a'))]);
    expect(app.get(SessionStore)).toBe(app.get(SESSION_STORE));
    expect(app.get(SessionStore)).toBeInstanceOf(SessionStore);
    expect(app.get(AuthService)).toBeInstanceOf(AuthService);
  });
});

describe('the module, imported wrongly', () => {
  it.each([
    [
      'more than once with different options',
      [SessionModule.forRoot(named('first')), SessionModule.forRoot(named('second'))],
      'once, in the root module',
    ],
    ['without options', [SessionModule], 'is imported without options'],
  ])('stops the boot and says how to import it: %s', async (_how, imports, hint) => {
    @Module({ imports })
    class WrongModule {}
    const created = NestFactory.create(WrongModule, { logger: false, abortOnError: false });
    await expect(created).rejects.toMatchObject({
      code: 'SESSION_CONFIG_INVALID',
      message: expect.stringContaining(hint),
    });
  });

  it('may have the same options in several modules', async () => {
    const session = SessionModule.forRoot(named('same'));
    @Module({ imports: [session] })
    class FeatureModule {}
    @Module({ imports: [session, FeatureModule] })
    class AppModule {}
    const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
    await app.init();
    await app.close();
  });
});
