import { afterEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Post, UseGuards } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  Session,
  SessionAuthGuard,
  type LoginOptions,
  type SessionModuleOptions,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { HeardEvents } from '../support/heard-events.js';
import { storedKeys } from '../support/stored-keys.js';

/** The users of the application, by id. */
const users = new Map<UserId, object>();
/** What a handler hands to login. */
let subject: object | UserId = 7;

@Controller()
class ActiveController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  async login(@Session() session: Session, @Body() options: LoginOptions) {
    await this.auth.login(session, subject as { id: UserId }, options);
    return {};
  }

  @Post('confirm')
  async confirm(@Session() session: Session) {
    await this.auth.confirm(session);
    return {};
  }

  @Get('id')
  id(@Session() session: Session) {
    return { id: this.auth.userId(session) };
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: unknown) {
    return user;
  }
}

function post(body: unknown = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

describe.each(inTurn(platforms))('%s', (platform) => {
  let running: RunningApp;
  const heard = new HeardEvents();
  afterEach(async () => {
    await running.close();
    users.clear();
    heard.forget();
  });

  async function start(options: SessionModuleOptions = {}): Promise<void> {
    const userLoader = (id: UserId): SessionUser | null => users.get(id) ?? null;
    const session = { observer: heard.observer, userLoader, ...options };
    running = await startApp({ platform, session, controllers: [ActiveController] });
  }

  function user(facts: object): void {
    subject = { id: 7, ...facts };
    users.set(7, subject);
  }

  describe('Flask-Login row 4: a user who is not active', () => {
    it('is not logged in: a 403 that says nothing of it, and nothing is stored', async () => {
      await start();
      user({ isActive: false });
      const jar = running.jar();
      const response = await jar.fetch('/login', post({ remember: true }));
      expect([response.status, await response.json()]).toEqual([
        403,
        { statusCode: 403, message: 'This login is not allowed.', error: 'Forbidden' },
      ]);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await storedKeys(running.app)).toEqual([]);
      expect(heard.of('login')).toEqual([]);
    });

    it('leaves the session of whoever was there before', async () => {
      await start();
      user({});
      const jar = running.jar();
      await jar.fetch('/login', post());
      subject = { id: 8, isActive: false };
      expect((await jar.fetch('/login', post())).status).toBe(403);
      expect(await jar.json('/me')).toEqual({ id: 7 });
    });

    it('is logged in by `force`, and stays so, also after a confirmation', async () => {
      await start();
      user({ isActive: false });
      const jar = running.jar();
      expect((await jar.fetch('/login', post({ force: true }))).status).toBe(201);
      expect(await jar.json('/me')).toEqual({ id: 7, isActive: false });
      await jar.fetch('/confirm', post());
      expect(await jar.json('/me')).toEqual({ id: 7, isActive: false });
    });

    it('is logged in by the id alone, which says nothing of it, for this request only', async () => {
      await start();
      user({ isActive: false });
      subject = 7;
      const jar = running.jar();
      expect((await jar.fetch('/login', post())).status).toBe(201);
      expect((await jar.fetch('/me')).status).toBe(401);
      expect(await jar.json('/id')).toEqual({ id: null });
    });
  });

  describe('ASVS 7.4.2, Flask-Security row 32: a user who is deactivated', () => {
    it.each<LoginOptions>([{}, { force: true }])(
      'is out with the next request, and does not come back with what the browser holds: %j',
      async (options) => {
        await start();
        user({ isActive: true });
        const jar = running.jar();
        await jar.fetch('/login', post(options));
        expect((await jar.fetch('/me')).status).toBe(200);
        const former = jar.copy();
        user({ isActive: false });
        heard.forget();
        expect((await jar.fetch('/me')).status).toBe(401);
        expect(jar.get('session')).toBeUndefined();
        expect(heard.of('logout')).toEqual([expect.objectContaining({ userId: 7 })]);
        expect((await storedKeys(running.app)).filter((key) => !key.includes(':owner:'))).toEqual([]);
        user({ isActive: true });
        expect((await former.fetch('/me')).status).toBe(401);
      },
    );
  });

  it.each<[what: string, facts: object, status: number]>([
    ['nothing', {}, 201],
    ['true', { isActive: true }, 201],
    ['1', { isActive: 1 }, 201],
    ['a method that says so', { isActive: () => true }, 201],
    ['a method that says so later', { isActive: () => Promise.resolve(true) }, 201],
    ['false', { isActive: false }, 403],
    ['0', { isActive: 0 }, 403],
    ['null', { isActive: null }, 403],
    ['a method that denies it', { isActive: () => false }, 403],
    ['a method that denies it later', { isActive: () => Promise.resolve(false) }, 403],
  ])('a user whose `isActive` is %s', async (_what, facts, status) => {
    await start();
    user(facts);
    const jar = running.jar();
    expect((await jar.fetch('/login', post())).status).toBe(status);
    expect((await jar.fetch('/me')).status).toBe(status === 201 ? 200 : 401);
  });

  it('a method `isActive` knows its user', async () => {
    class Account {
      constructor(
        readonly id: number,
        readonly locked: boolean,
      ) {}

      isActive(): boolean {
        return !this.locked;
      }
    }

    await start();
    subject = new Account(7, true);
    expect((await running.jar().fetch('/login', post())).status).toBe(403);
    subject = new Account(7, false);
    expect((await running.jar().fetch('/login', post())).status).toBe(201);
  });

  it.each<[string, SessionModuleOptions['isActive']]>([
    ['at once', (who) => Reflect.get(who, 'status') === 'ok'],
    ['later', async (who) => Promise.resolve(Reflect.get(who, 'status') === 'ok')],
  ])('the option `isActive` decides %s, in place of the field', async (_when, isActive) => {
    await start({ isActive });
    user({ status: 'locked', isActive: true });
    const jar = running.jar();
    expect((await jar.fetch('/login', post())).status).toBe(403);
    user({ status: 'ok', isActive: false });
    expect((await jar.fetch('/login', post())).status).toBe(201);
    expect((await jar.fetch('/me')).status).toBe(200);
    user({ status: 'locked' });
    expect((await jar.fetch('/me')).status).toBe(401);
  });

  it('`isActive` that fails lets nobody in', async () => {
    await start({ isActive: () => Promise.reject(new Error('users.db is locked')) });
    user({});
    const jar = running.jar();
    expect((await jar.fetch('/login', post())).status).toBe(500);
    expect(await jar.json('/id')).toEqual({ id: null });
  });

  describe('the id', () => {
    it('comes from the field that `userIdField` names, and leads back to the user', async () => {
      await start({ userIdField: 'uuid' });
      const uuid = '7d9f5c3e-0000-4000-8000-000000000001';
      subject = { id: 7, uuid };
      users.set(uuid, subject);
      const jar = running.jar();
      await jar.fetch('/login', post());
      expect(await jar.json('/id')).toEqual({ id: uuid });
      expect(await jar.json('/me')).toEqual({ id: 7, uuid });
    });

    it('of a field that a user does not have is an error, and nobody is logged in', async () => {
      await start({ userIdField: 'uuid' });
      user({});
      const jar = running.jar();
      expect((await jar.fetch('/login', post())).status).toBe(500);
      expect(await jar.json('/id')).toEqual({ id: null });
    });

    it('is what a user has without a loader, under the name of the field', async () => {
      await start({ userIdField: 'uuid', userLoader: null });
      subject = 'a-b-c';
      const jar = running.jar();
      await jar.fetch('/login', post());
      expect(await jar.json('/me')).toEqual({ uuid: 'a-b-c' });
    });

    it.each<[number | string, number | string]>([
      [7, '7'],
      ['7', 7],
    ])(
      '%j is another one than %j, in the sessions of a user, too, and taking one for the other is an error',
      async (one, other) => {
        await start();
        users.set(one, { id: one });
        subject = one;
        const [jar, device] = [running.jar(), running.jar()];
        await jar.fetch('/login', post());
        await device.fetch('/login', post());
        const auth = running.app.get(AuthService);
        await expect(auth.sessions(other)).rejects.toThrow(/They are two users/);
        expect(await auth.sessions(one)).toHaveLength(2);
        await expect(auth.logoutEverywhere(other)).rejects.toThrow(/They are two users/);
        expect(await jar.json('/me')).toEqual({ id: one });
      },
    );
  });
});
