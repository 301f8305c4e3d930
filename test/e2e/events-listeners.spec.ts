import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Inject, Injectable, Module, Scope, type Provider, type Type } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { SessionListener, SessionService, type SessionEventOf, type SessionObserver } from 'nestjs-session-auth';
import { SessionEventsModule } from 'nestjs-session-auth/events';
import { startApp, type AppSetup, type RunningApp } from '../support/app.js';
import { BootController, post } from '../support/boot.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { Checkpoint } from '../support/checkpoint.js';
import { HeardEvents } from '../support/heard-events.js';

type Login = SessionEventOf<'login'>;

let running: RunningApp | null = null;
let logger = new CapturedLogger();

async function start(setup: AppSetup): Promise<RunningApp> {
  logger = new CapturedLogger();
  running = await startApp({ logger, ...setup, controllers: [BootController, ...(setup.controllers ?? [])] });
  return running;
}

/** What a start with these providers is refused with. */
async function refusalOf(providers: readonly Provider[], controllers: readonly Type[] = []): Promise<string> {
  const error: unknown = await start({ providers, controllers }).then(
    () => new Error('It has started.'),
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.message : String(error);
}

/** What was logged as an error, without what Nest adds to each line. */
function errors(): string[] {
  return logger.at('error').map((line) => line.replace(/ undefined SessionModule$/, ''));
}

afterEach(async () => {
  await running?.close();
  running = null;
});

describe('the option `observer`', () => {
  it('hears with its own `this`, also by methods that it inherits', async () => {
    class Log implements SessionObserver {
      readonly users: unknown[] = [];
      login({ userId }: Login): void {
        this.users.push(userId);
      }
    }
    class Audit extends Log {}
    const observer = new Audit();
    await (await start({ session: { observer } })).jar().fetch('/login/ada', post);
    expect(observer.users).toEqual(['ada']);
    expect(logger.at('error')).toEqual([]);
  });
});

describe('@SessionListener()', () => {
  it('makes providers of any module hear, and controllers', async () => {
    const heard: string[] = [];

    @Injectable()
    @SessionListener()
    class InRoot {
      login({ userId }: Login): void {
        heard.push(`root ${String(userId)}`);
      }
    }

    @Injectable()
    @SessionListener()
    class Deep {
      login({ userId }: Login): void {
        heard.push(`deep ${String(userId)}`);
      }
    }

    @Module({ providers: [Deep] })
    class DeepModule {}

    @Module({ imports: [DeepModule] })
    class MiddleModule {}

    @Controller('listening')
    @SessionListener()
    class ListeningController {
      login({ userId }: Login): void {
        heard.push(`controller ${String(userId)}`);
      }
    }

    const app = await start({ imports: [MiddleModule], providers: [InRoot], controllers: [ListeningController] });
    await app.jar().fetch('/login/ada', post);
    expect(heard.sort()).toEqual(['controller ada', 'deep ada', 'root ada']);
  });

  it('hears beside the option, once under all of its names, and made by whatever means', async () => {
    class Made {
      readonly users: unknown[] = [];
      login({ userId }: Login): void {
        this.users.push(userId);
      }
    }
    SessionListener()(Made);
    const made = new Made();
    const option = new HeardEvents();
    const providers = [
      { provide: 'made', useFactory: () => made },
      { provide: 'the same', useExisting: 'made' },
      { provide: 'the same value', useValue: made },
    ];
    const app = await start({ providers, session: { observer: option.observer } });
    await app.jar().fetch('/login/ada', post);
    expect(made.users).toEqual(['ada']);
    expect(option.of('login')).toHaveLength(1);
  });

  it('is inherited by a class', async () => {
    @SessionListener()
    abstract class Base {
      readonly users: unknown[] = [];
      login({ userId }: Login): void {
        this.users.push(userId);
      }
    }
    @Injectable()
    class Derived extends Base {}
    const app = await start({ providers: [Derived] });
    await app.jar().fetch('/login/ada', post);
    expect(app.app.get(Derived).users).toEqual(['ada']);
  });

  it('hears twice where two modules provide it: they are two', async () => {
    const heard: unknown[] = [];
    @Injectable()
    @SessionListener()
    class Twice {
      login({ userId }: Login): void {
        heard.push(userId);
      }
    }
    @Module({ providers: [Twice] })
    class OtherModule {}
    const app = await start({ imports: [OtherModule], providers: [Twice] });
    await app.jar().fetch('/login/ada', post);
    expect(heard).toEqual(['ada', 'ada']);
  });

  it('takes a field of an event’s name for what it is', async () => {
    @Injectable()
    @SessionListener()
    class Store {
      readonly login = { page: '/login' };
      readonly created = new Date();
    }
    const app = await start({ providers: [Store] });
    expect((await app.jar().fetch('/login/ada', post)).status).toBe(201);
    expect(logger.at('error')).toEqual([]);
  });

  it('does not ask providers for anything but their class', async () => {
    class Settings {
      url(): string {
        return 'https://shop.example';
      }
    }
    const strict = new Proxy(new Settings(), {
      get: (_target, key) => {
        if (key === 'constructor') return Settings;
        // Nest itself looks for its hooks, and for a promise.
        if (typeof key === 'symbol' || /^(then|on\w+|beforeApplicationShutdown)$/.test(key)) return undefined;
        throw new Error(`Nobody is to ask for ${key}.`);
      },
    });
    const app = await start({ providers: [{ provide: 'strict settings', useValue: strict }] });
    expect((await app.jar().fetch('/login/ada', post)).status).toBe(201);
  });

  describe('is refused, before the application starts,', () => {
    it('on a provider that is made for each request', async () => {
      @Injectable({ scope: Scope.REQUEST })
      @SessionListener()
      class PerRequest {}
      expect(await refusalOf([PerRequest])).toMatch(/PerRequest: .*Scope\.REQUEST/);
    });

    it('on one that is made for whoever asks for it', async () => {
      @Injectable({ scope: Scope.TRANSIENT })
      @SessionListener()
      class PerUse {}
      expect(await refusalOf([PerUse])).toMatch(/PerUse: .*Scope\.TRANSIENT/);
    });

    it('on one that needs something of the request', async () => {
      @Injectable()
      @SessionListener()
      class OfRequest {
        constructor(@Inject(REQUEST) readonly request: unknown) {}
      }
      expect(await refusalOf([OfRequest])).toMatch(/OfRequest: .*scope/);
    });

    it('on a controller that is made for each request', async () => {
      @Controller({ path: 'per-request', scope: Scope.REQUEST })
      @SessionListener()
      class PerRequestController {}
      expect(await refusalOf([], [PerRequestController])).toMatch(/PerRequestController: .*Scope\.REQUEST/);
    });
  });
});

describe('a listener that fails does no harm', () => {
  const failures: Record<string, () => unknown> = {
    throws: () => {
      throw new Error('the database is away');
    },
    rejects: () => Promise.reject(new Error('the database is away')),
    'rejects much later': async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error('the database is away');
    },
    'gives what is only like a promise': () => ({
      then(_resolve: unknown, reject: (reason: Error) => void) {
        reject(new Error('the database is away'));
      },
    }),
  };

  it.each(Object.entries(failures))('where it %s', async (_how, login) => {
    const second = new HeardEvents();
    class Broken {
      login = login;
    }
    SessionListener()(Broken);
    class Whole {
      login = second.observer.login;
    }
    SessionListener()(Whole);
    const app = await start({ providers: [Broken, Whole] });
    const jar = app.jar();
    expect((await jar.fetch('/login/ada', post)).status).toBe(201);
    expect(await jar.json('/read')).toMatchObject({ user: 'ada' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(second.of('login')).toHaveLength(1);
    expect(errors()).toEqual(['The session listener Broken failed at login(): the database is away']);
  });

  it.each<[string, unknown, string]>([
    ['a text', 'away', '"away"'],
    ['nothing', undefined, 'undefined'],
    ['an object that cannot be made a text', Object.create(null) as unknown, 'an object'],
    ['an error with a message on two lines', new Error('one\ntwo\u001b[31m'), 'one\\ntwo\\u001b[31m'],
    ['an error with an endless message', new Error('x'.repeat(100_000)), `${'x'.repeat(300)}…`],
  ])('where it throws %s', async (_what, thrown, shown) => {
    const observer: SessionObserver = {
      login() {
        throw thrown;
      },
    };
    const app = await start({ session: { observer } });
    expect((await app.jar().fetch('/login/ada', post)).status).toBe(201);
    expect(errors()).toEqual([`The session listener \`observer\` failed at login(): ${shown}`]);
  });

  it('where it never comes to an end: nobody waits for it', async () => {
    const checkpoint = new Checkpoint();
    const observer: SessionObserver = { login: () => void checkpoint.pass() };
    const app = await start({ session: { observer } });
    expect((await app.jar().fetch('/login/ada', post)).status).toBe(201);
    await checkpoint.reached;
    checkpoint.release();
  });

  it('nor does one that would change what the others hear', async () => {
    const others = new HeardEvents();
    class Redacting {
      login(event: { userId?: unknown }): void {
        event.userId = 'nobody';
      }
    }
    SessionListener()(Redacting);
    class Whole {
      login = others.observer.login;
    }
    SessionListener()(Whole);
    const app = await start({ providers: [Redacting, Whole] });
    await app.jar().fetch('/login/ada', post);
    expect(others.of('login')).toMatchObject([{ userId: 'ada' }]);
    expect(logger.at('error')).toEqual([expect.stringMatching(/^The session listener Redacting failed at login\(\)/)]);
  });

  it('begins what does nothing before it is asked, as a query does', async () => {
    let isRun = false;
    const query = {
      then(resolve: () => void) {
        isRun = true;
        resolve();
      },
    };
    class Log {
      login(): unknown {
        return query;
      }
    }
    const app = await start({ session: { observer: new Log() } });
    await app.jar().fetch('/login/ada', post);
    expect(isRun).toBe(true);
  });
});

describe('SessionEventsModule', () => {
  @Injectable()
  class Handlers {
    readonly heard: [string, unknown][] = [];

    @OnEvent('session.login')
    login(event: Login): void {
      this.heard.push(['login', event.userId]);
    }

    @OnEvent('session.logout')
    async logout(event: SessionEventOf<'logout'>): Promise<void> {
      await Promise.resolve();
      this.heard.push(['logout', event.userId]);
    }
  }

  it('lets handlers with @OnEvent() hear', async () => {
    const imports = [EventEmitterModule.forRoot(), SessionEventsModule.forRoot()];
    const app = await start({ imports, providers: [Handlers] });
    const jar = app.jar();
    await jar.fetch('/login/ada', post);
    await jar.fetch('/logout', post);
    expect(app.app.get(Handlers).heard).toEqual([
      ['login', 'ada'],
      ['logout', 'ada'],
    ]);
  });

  it('gives the names another beginning, as it is told', async () => {
    const heard: unknown[] = [];
    @Injectable()
    class Prefixed {
      @OnEvent('auth:login')
      login(event: Login): void {
        heard.push(event.userId);
      }
    }
    const imports = [EventEmitterModule.forRoot(), SessionEventsModule.forRoot({ prefix: 'auth:' })];
    const app = await start({ imports, providers: [Prefixed, Handlers] });
    await app.jar().fetch('/login/ada', post);
    expect(heard).toEqual(['ada']);
    expect(app.app.get(Handlers).heard).toEqual([]);
  });

  it('emits names that a wildcard takes in', async () => {
    const heard: unknown[] = [];
    @Injectable()
    class Everything {
      @OnEvent('session.*')
      all(event: unknown): void {
        heard.push(event);
      }
    }
    const imports = [EventEmitterModule.forRoot({ wildcard: true }), SessionEventsModule.forRoot()];
    const app = await start({ imports, providers: [Everything] });
    await app.jar().fetch('/login/ada', post);
    expect(heard).toEqual([
      { publicId: expect.any(String) },
      { publicId: expect.any(String), userId: 'ada', factors: ['pwd'], restored: false, address: '127.0.0.1' },
    ]);
  });

  it('emits each event once, however often it is imported', async () => {
    @Module({ imports: [SessionEventsModule.forRoot()] })
    class FeatureModule {}
    const imports = [EventEmitterModule.forRoot(), SessionEventsModule.forRoot(), FeatureModule];
    const app = await start({ imports, providers: [Handlers] });
    await app.jar().fetch('/login/ada', post);
    expect(app.app.get(Handlers).heard).toEqual([['login', 'ada']]);
  });

  it.each([true, false])('a handler that fails does no harm, with suppressErrors: %s', async (suppressErrors) => {
    @Injectable()
    class Broken {
      @OnEvent('session.login', { suppressErrors })
      login(): void {
        throw new Error('the database is away');
      }
    }
    const imports = [EventEmitterModule.forRoot(), SessionEventsModule.forRoot()];
    const app = await start({ imports, providers: [Broken, Handlers] });
    expect((await app.jar().fetch('/login/ada', post)).status).toBe(201);
    await new Promise((resolve) => setImmediate(resolve));
    expect(app.app.get(Handlers).heard).toEqual([['login', 'ada']]);
    expect(logger.at('error')).toEqual([expect.stringContaining('the database is away')]);
  });

  it('says what is missing where there is no emitter', async () => {
    await expect(start({ imports: [SessionEventsModule.forRoot()] })).rejects.toThrow(
      /SessionEventsModule: finds no emitter: import EventEmitterModule\.forRoot\(\)/,
    );
  });

  it('leaves the application’s own events alone', async () => {
    const imports = [EventEmitterModule.forRoot(), SessionEventsModule.forRoot()];
    const app = await start({ imports, providers: [Handlers] });
    app.app.get(EventEmitter2).emit('login', { userId: 'the application’s' });
    expect(app.app.get(Handlers).heard).toEqual([]);
    expect(app.app.get(SessionService).counts.login).toBe(0);
  });
});
