import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  ImATeapotException,
  Inject,
  Injectable,
  Module,
  Post,
  Req,
  Scope,
  UseGuards,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  RequestLoader,
  Session,
  SessionAuthGuard,
  UserLoader,
  type SessionModuleOptions,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';
import { platforms, startApp, type AppSetup, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { inTurn } from '../support/combinations.js';
import { FailingStore } from '../support/failing-store.js';
import { HeardEvents } from '../support/heard-events.js';
import { storedKeys } from '../support/stored-keys.js';

const post = { method: 'POST' };

interface Carrier {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly url: string;
}

@Controller()
class WhoController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, 7);
    return {};
  }

  @Post('set')
  set(@Session() session: Session) {
    session.set('cart', ['apple']);
    return {};
  }

  @Get('untouched')
  untouched() {
    return {};
  }

  @Get('session')
  session(@Session() session: Session) {
    return { data: session.toJSON(), user: this.auth.userId(session) };
  }

  @Get('whoever')
  whoever(@CurrentUser() user: unknown, @CurrentUser('name') name: unknown) {
    return { user, name };
  }

  @Get('guarded')
  @UseGuards(SessionAuthGuard)
  guarded(@CurrentUser() user: unknown, @Req() request: { user?: unknown }) {
    return { user, same: request.user === user };
  }

  @Get('request-user')
  requestUser(@CurrentUser() _user: unknown, @Req() request: { user?: unknown }) {
    return { set: 'user' in request && request.user !== undefined && request.user !== null };
  }

  @Post('login-by-key')
  async loginByKey(@Session() session: Session, @CurrentUser() user: { id: number }) {
    await this.auth.login(session, user);
    return {};
  }
}

/** Whom loaders were asked for, in order. */
let asked: unknown[] = [];

@Injectable()
class Repository {
  find(id: UserId): object | null {
    return id === 7 ? { id, name: 'Ada' } : null;
  }
}

@Injectable()
@UserLoader()
class Users {
  constructor(private readonly repository: Repository) {}

  async load(id: UserId, context: ExecutionContext): Promise<SessionUser | null> {
    asked.push([id, context.getHandler().name]);
    return Promise.resolve(this.repository.find(id));
  }
}

/** Nobody imports it for what it exports. */
@Module({ providers: [Repository, Users] })
class UsersModule {}

@Injectable()
class MethodUsers {
  readonly #users = new Map<UserId, object>([[7, { id: 7, name: 'Ada' }]]);

  @UserLoader()
  byId(id: UserId): SessionUser | null {
    return this.#users.get(id) ?? null;
  }
}

describe.each(inTurn(platforms))('%s', (platform) => {
  let running: RunningApp;
  beforeEach(() => {
    asked = [];
  });
  afterEach(() => running.close());

  async function start(setup: AppSetup): Promise<RunningApp> {
    return (running = await startApp({ platform, controllers: [WhoController], ...setup }));
  }

  describe('@UserLoader()', () => {
    it.each<[string, AppSetup]>([
      ['a class of some module, with what it needs injected', { imports: [UsersModule] }],
      ['a method', { providers: [MethodUsers] }],
      ['one provider under two names', { providers: [MethodUsers, { provide: 'ALIAS', useExisting: MethodUsers }] }],
    ])('on %s finds the user', async (_where, setup) => {
      await start(setup);
      const jar = running.jar();
      await jar.fetch('/login', post);
      const user = { id: 7, name: 'Ada' };
      expect(await jar.json('/guarded')).toEqual({ user, same: true });
      expect(await jar.json('/whoever')).toEqual({ user, name: 'Ada' });
    });

    it('Flask-Login row 1: is asked once a request, by whoever asks for the user, and otherwise not, nor is the store', async () => {
      const store = new FailingStore();
      await start({ imports: [UsersModule], session: { store } });
      const jar = running.jar();
      await jar.fetch('/login', post);
      const { read } = store.calls;
      const response = await jar.fetch('/untouched');
      expect(response.headers.get('vary') ?? '').not.toContain('Cookie');
      expect([asked, store.calls.read]).toEqual([[], read]);
      await jar.fetch('/session');
      expect([asked, store.calls.read]).toEqual([[], read + 1]);
      await jar.fetch('/guarded');
      expect([asked, store.calls.read]).toEqual([[[7, 'guarded']], read + 2]);
    });

    it('Flask-Login row 2: without one a user is an id, and nothing is asked', async () => {
      await start({});
      const jar = running.jar();
      await jar.fetch('/login', post);
      expect(await jar.json('/guarded')).toEqual({ user: { id: 7 }, same: true });
    });
  });

  describe('Flask-Login row 5: a user who is not there any more', () => {
    it('is nobody; the login ends in the store, with its cookies, and is heard to end', async () => {
      const heard = new HeardEvents();
      const users = new Set<UserId>([7]);
      const userLoader = (id: UserId): SessionUser | null => (users.has(id) ? { id } : null);

      @Controller()
      class RememberController {
        constructor(private readonly auth: AuthService) {}

        @Post('remember')
        async remember(@Session() session: Session) {
          await this.auth.login(session, 7, { remember: true });
          return { id: session.id };
        }
      }

      const session = { userLoader, observer: heard.observer };
      await start({ session, controllers: [WhoController, RememberController] });
      const jar = running.jar();
      const { id } = (await jar.json('/remember', post)) as { id: string };
      const former = jar.copy();
      expect(jar.get('remember_token')).toEqual(expect.any(String));
      users.clear();
      heard.forget();

      expect((await jar.fetch('/guarded')).status).toBe(401);
      expect([jar.get('session'), jar.get('remember_token')]).toEqual([undefined, undefined]);
      expect(heard.of('logout')).toEqual([{ publicId: id, userId: 7, address: '127.0.0.1' }]);
      expect((await storedKeys(running.app)).filter((key) => !key.includes(':owner:'))).toEqual([]);

      // Nor does the login come back where the user does, by a copy of the cookies.
      users.add(7);
      expect(await former.json('/session')).toEqual({ data: {}, user: null });
      expect(await former.json('/whoever')).toMatchObject({ user: null });
    });

    it.each([[[]], [[{ id: 7 }]]])('a list is no user: %j', async (list) => {
      const userLoader = (): SessionUser => list;
      await start({ session: { userLoader } });
      const jar = running.jar();
      await jar.fetch('/login', post);
      expect((await jar.fetch('/guarded')).status).toBe(401);
    });
  });

  describe('@RequestLoader()', () => {
    @Injectable()
    @RequestLoader({ order: 2 })
    class ApiKeys {
      constructor(private readonly repository: Repository) {}

      load({ headers }: Carrier): object | null {
        asked.push('key');
        if (headers['x-api-key'] === 'broken') throw new Error('keys.db is locked');
        if (headers['x-api-key'] === 'teapot') throw new ImATeapotException();
        return headers['x-api-key'] === 'ada' ? this.repository.find(7) : null;
      }
    }

    @Injectable()
    class Tokens {
      @RequestLoader({ order: 1 })
      async byToken({ headers, url }: Carrier, context: ExecutionContext): Promise<object | null> {
        asked.push('token');
        await Promise.resolve();
        if (headers.authorization === 'Bearer inactive') return { id: 9, isActive: false };
        const isMine = context.switchToHttp().getRequest<Carrier>().url === url;
        return headers.authorization === 'Bearer token' && isMine ? { id: 8, name: 'Bob' } : null;
      }
    }

    @Injectable()
    @RequestLoader({ order: -1 })
    class Nobody {
      load(): null {
        asked.push('nobody');
        return null;
      }
    }

    @Injectable()
    @RequestLoader()
    class Undecided {
      load(): void {
        asked.push('undecided');
      }
    }

    const providers = [ApiKeys, Tokens, Nobody, Undecided, Repository];
    const ada = { id: 7, name: 'Ada' };
    const bob = { id: 8, name: 'Bob' };

    it('are asked in ascending order, until one finds somebody', async () => {
      await start({ providers });
      const jar = running.jar();
      expect(await jar.json('/guarded', { headers: { authorization: 'Bearer token', 'x-api-key': 'ada' } })).toEqual({
        user: bob,
        same: true,
      });
      expect(asked).toEqual(['nobody', 'undecided', 'token']);
      asked = [];
      expect(await jar.json('/guarded', { headers: { 'x-api-key': 'ada' } })).toEqual({ user: ada, same: true });
      expect(asked).toEqual(['nobody', 'undecided', 'token', 'key']);
    });

    it('who is found by none of them is nobody, after each was asked once', async () => {
      await start({ providers });
      expect((await running.jar().fetch('/guarded', { headers: { 'x-api-key': 'eve' } })).status).toBe(401);
      expect(asked).toEqual(['nobody', 'undecided', 'token', 'key']);
      expect(await running.jar().json('/whoever')).toEqual({ user: null, name: null });
    });

    it('Flask-Login row 7, ASVS 7.2.2: makes no session, no cookie and no write', async () => {
      const store = new FailingStore();
      const heard = new HeardEvents();
      await start({ providers, session: { store, observer: heard.observer } });
      const before = { ...store.calls };
      const response = await running.jar().fetch('/guarded', { headers: { 'x-api-key': 'ada' } });
      expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
      expect(store.calls).toEqual(before);
      expect(heard.all).toEqual([]);
    });

    it('Flask-Login row 7: leaves the session of a visitor as it is', async () => {
      const store = new FailingStore();
      await start({ providers, session: { store } });
      const jar = running.jar();
      await jar.fetch('/set', post);
      const before = { ...store.calls };
      const response = await jar.fetch('/guarded', { headers: { 'x-api-key': 'ada' } });
      expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
      expect(store.calls).toEqual({ ...before, read: before.read + 1 });
      expect(await jar.json('/session')).toEqual({ data: { cart: ['apple'] }, user: null });
      expect((await jar.fetch('/guarded')).status).toBe(401);
    });

    it('Flask-Security row 64: the user of the session goes first, and no request loader is asked', async () => {
      await start({ providers, imports: [UsersModule] });
      const jar = running.jar();
      await jar.fetch('/login', post);
      const headers = { authorization: 'Bearer token' };
      expect(await jar.json('/guarded', { headers })).toMatchObject({ user: ada });
      expect(asked).toEqual([[7, 'guarded']]);
    });

    it('the user of the session goes first also where there is no user loader', async () => {
      await start({ providers });
      const jar = running.jar();
      await jar.fetch('/login', post);
      expect(await jar.json('/guarded', { headers: { 'x-api-key': 'ada' } })).toEqual({ user: { id: 7 }, same: true });
      expect(asked).toEqual([]);
    });

    it('a user of the session who is gone leaves the place to them', async () => {
      await start({ providers, session: { userLoader: () => null } });
      const jar = running.jar();
      await jar.fetch('/login', post);
      expect(await jar.json('/guarded', { headers: { authorization: 'Bearer token' } })).toMatchObject({ user: bob });
      expect(jar.get('session')).toBeUndefined();
    });

    it('a remember-me cookie that is no good does not come between, and is cleared', async () => {
      await start({ providers });
      const jar = running.jar();
      jar.set('remember_token', 'garbage');
      expect(await jar.json('/guarded', { headers: { 'x-api-key': 'ada' } })).toMatchObject({ user: ada });
      expect(jar.get('remember_token')).toBeUndefined();
    });

    it('Flask-Security row 32: who is not active is not found', async () => {
      await start({ providers });
      const headers: Record<string, string> = { authorization: 'Bearer inactive' };
      expect((await running.jar().fetch('/guarded', { headers })).status).toBe(401);
      headers['x-api-key'] = 'ada';
      expect(await running.jar().json('/guarded', { headers })).toMatchObject({ user: ada });
    });

    it('one that throws is a 503 that says nothing of it, or the HTTP exception that it throws', async () => {
      const logger = new CapturedLogger();
      await start({ providers, logger });
      const response = await running.jar().fetch('/guarded', { headers: { 'x-api-key': 'broken' } });
      expect([response.status, await response.text()]).toEqual([503, expect.not.stringContaining('keys.db')]);
      expect(logger.at('error')).toEqual([expect.stringContaining('keys.db is locked')]);
      expect((await running.jar().fetch('/whoever', { headers: { 'x-api-key': 'teapot' } })).status).toBe(418);
    });

    it('a login by such a user is a login like any other', async () => {
      await start({ providers, imports: [UsersModule] });
      const jar = running.jar();
      await jar.fetch('/login-by-key', { ...post, headers: { 'x-api-key': 'ada' } });
      expect(await jar.json('/guarded')).toMatchObject({ user: ada });
    });

    it('is not asked where the session was taken from another client', async () => {
      await start({ providers, session: { protection: { mode: 'strong' } } });
      const jar = running.jar();
      await jar.fetch('/login', { ...post, headers: { 'user-agent': 'Browser' } });
      const thief = { 'user-agent': 'Thief', authorization: 'Bearer token' };
      expect((await jar.fetch('/guarded', { headers: thief })).status).toBe(401);
      expect(asked).toEqual([]);
    });
  });

  describe('D39: where nobody is there', () => {
    it('the user is null', async () => {
      await start({});
      expect(await running.jar().json('/whoever')).toEqual({ user: null, name: null });
      expect(await running.jar().json('/request-user')).toEqual({ set: false });
    });

    it('`anonymousUser` makes one for @CurrentUser(), which no guard takes for a user', async () => {
      const session = { anonymousUser: () => ({ name: 'Guest', roles: ['admin'] }) };
      await start({ session });
      const jar = running.jar();
      expect(await jar.json('/whoever')).toEqual({ user: { name: 'Guest', roles: ['admin'] }, name: 'Guest' });
      expect(await jar.json('/request-user')).toEqual({ set: false });
      expect((await jar.fetch('/guarded')).status).toBe(401);
      await jar.fetch('/login', post);
      expect(await jar.json('/guarded')).toMatchObject({ user: { id: 7 } });
      expect(await jar.json('/whoever')).toEqual({ user: { id: 7 } });
    });
  });
});

describe('at boot', () => {
  @Injectable()
  @UserLoader()
  class OtherUsers {
    load(): null {
      return null;
    }
  }

  @Injectable()
  class TwoWays {
    @UserLoader()
    one(): null {
      return null;
    }

    @UserLoader()
    other(): null {
      return null;
    }
  }

  @Injectable()
  @UserLoader()
  class WithoutLoad {
    find(): null {
      return null;
    }
  }

  @Injectable()
  @RequestLoader()
  class KeysWithoutLoad {}

  @Injectable({ scope: Scope.REQUEST })
  @UserLoader()
  class RequestScoped extends OtherUsers {}

  @Injectable({ scope: Scope.TRANSIENT })
  @RequestLoader()
  class Transient extends OtherUsers {}

  @Injectable({ scope: Scope.REQUEST })
  class Tenant {}

  @Injectable()
  class DependsOnTenant {
    constructor(@Inject(Tenant) readonly tenant: Tenant) {}

    @UserLoader()
    load(): null {
      return null;
    }
  }

  const userLoader = (): null => null;

  it.each<[what: string, setting: string, texts: string[], providers: Type[], session?: SessionModuleOptions]>([
    ['two classes', '@UserLoader()', ['several: MethodUsers.byId(), OtherUsers'], [MethodUsers, OtherUsers]],
    ['two methods', '@UserLoader()', ['several: TwoWays.one(), TwoWays.other()'], [TwoWays]],
    ['the option and a class', '@UserLoader()', ['the option userLoader, OtherUsers'], [OtherUsers], { userLoader }],
    ['a class without load()', '@UserLoader()', ['WithoutLoad needs a method load()'], [WithoutLoad]],
    ['the same of requests', '@RequestLoader()', ['KeysWithoutLoad needs a method load()'], [KeysWithoutLoad]],
    ['one for each request', 'RequestScoped', ['must be a singleton', 'Scope.REQUEST'], [RequestScoped]],
    ['one for whoever asks', 'Transient', ['must be a singleton', 'Scope.TRANSIENT'], [Transient]],
    [
      'one that needs what is made for each request',
      'DependsOnTenant.load()',
      ['dependencies'],
      [DependsOnTenant, Tenant],
    ],
  ])('%s is an error that says so', async (_what, setting, texts, providers, session = {}) => {
    const starting = startApp({ providers, session });
    await expect(starting).rejects.toMatchObject({ code: 'SESSION_CONFIG_INVALID', problems: [{ setting }] });
    for (const text of texts) await expect(starting).rejects.toThrow(text);
  });

  it('one class that two modules provide is an error that says what to do', async () => {
    @Module({ providers: [OtherUsers] })
    class One {}

    @Module({ providers: [OtherUsers] })
    class Two {}

    await expect(startApp({ imports: [One, Two] })).rejects.toThrow(
      /several: OtherUsers, OtherUsers \(provided by several modules: provide it in one, and export it from there\)/,
    );
  });
});
