import { afterEach, describe, expect, it } from '@jest/globals';
import { Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import type { RequestHandler } from 'express';
import passport from 'passport';
import { HeardEvents } from '../support/heard-events.js';
import { platforms, type PlatformName } from '../support/app.js';
import {
  closed,
  credentials,
  loggedIn,
  post,
  startPassport,
  type PassportApp,
  type PassportSetup,
} from './passport-app.js';

let running: PassportApp | null = null;

async function start(setup?: PassportSetup): Promise<PassportApp> {
  return (running = await startPassport(setup));
}

afterEach(async () => {
  closed.clear();
  await running?.close();
  running = null;
});

/** Where an application puts Passport that has `eager: true`. */
@Module({})
class PassportMiddleware implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(passport.session() as RequestHandler).forRoutes('{*path}');
  }
}

const ways: Record<string, (platform: PlatformName) => PassportSetup> = {
  'app.use(sessionMiddleware(app))': (platform) => ({ platform }),
  'eager: true, and middleware of a module': (platform) => ({
    platform,
    session: { eager: true },
    middleware: false,
    imports: [PassportMiddleware],
  }),
};

for (const platform of platforms) {
  for (const [way, setupOn] of Object.entries(ways)) {
    describe(`Passport on ${platform}, by ${way}`, () => {
      it('logs in by a strategy, finds the user again on later requests, and logs out', async () => {
        const app = await start(setupOn(platform));
        const jar = app.jar();
        expect(await jar.json('/who')).toEqual({ user: null, is: false, data: {} });
        expect(await jar.json('/in', credentials('ada'))).toEqual({ user: 'ada' });
        expect(await jar.json('/who')).toEqual({ user: 'ada', is: true, data: { passport: { user: 7 } } });
        const copy = jar.copy();
        expect(await jar.json('/out', post)).toEqual({ user: null, left: [] });
        expect(jar.get('session')).toBeUndefined();
        expect(await copy.json('/who')).toEqual({ user: null, is: false, data: {} });
      });

      it('lets nobody in with a wrong password, and begins no session for that', async () => {
        const app = await start(setupOn(platform));
        const jar = app.jar();
        expect((await jar.fetch('/in', credentials('ada', 'wrong'))).status).toBe(401);
        expect(jar.get('session')).toBeUndefined();
      });

      it('gives the session another id at login, and makes the one before worthless', async () => {
        const app = await start(setupOn(platform));
        const jar = app.jar();
        await jar.fetch('/set/planted', post);
        const planted = jar.copy();
        expect(await jar.json('/in', credentials('ada'))).toEqual({ user: 'ada' });
        expect(jar.get('session')).not.toBe(planted.get('session'));
        expect(await jar.json('/who')).toMatchObject({ data: { passport: { user: 7 } } });
        expect(await planted.json('/who')).toEqual({ user: null, is: false, data: {} });
      });

      it('keeps the data over login and logout where that is asked for', async () => {
        const app = await start(setupOn(platform));
        const jar = app.jar();
        await jar.fetch('/set/cart', post);
        const before = jar.copy();
        await jar.fetch('/in-and-keep', credentials('ada'));
        expect(await jar.json('/who')).toEqual({ user: 'ada', is: true, data: { cart: true, passport: { user: 7 } } });
        expect(await before.json('/who')).toMatchObject({ user: null, data: {} });
        const loggedOut = jar.copy();
        await jar.fetch('/out-and-keep', post);
        expect(await jar.json('/who')).toMatchObject({ user: null, data: { cart: true } });
        expect(jar.get('session')).not.toBe(loggedOut.get('session'));
        expect(await loggedOut.json('/who')).toMatchObject({ user: null, data: {} });
      });
    });
  }

  describe(`Passport's user in the session, on ${platform}`, () => {
    it('is asked for again with every request, and is nobody once the account is closed', async () => {
      const app = await start({ platform });
      const jar = await loggedIn(app);
      closed.add(7);
      expect(await jar.json('/who')).toMatchObject({ user: null, data: { passport: {} } });
      closed.clear();
      expect(await jar.json('/who')).toMatchObject({ user: null });
    });

    it('belongs to whoever logged in last', async () => {
      const app = await start({ platform });
      const jar = await loggedIn(app, 'ada');
      const before = jar.copy();
      await jar.fetch('/in', credentials('bob'));
      expect(await jar.json('/who')).toMatchObject({ user: 'bob' });
      expect(await before.json('/who')).toMatchObject({ user: null });
    });
  });

  describe(`a logout once the answer has been begun, on ${platform}`, () => {
    it('ends the session all the same', async () => {
      const app = await start({ platform });
      const jar = await loggedIn(app);
      expect(await (await jar.fetch('/late-out', post)).text()).toBe('bye, bye');
      expect(jar.get('session')).toBeDefined();
      expect(await jar.json('/who')).toEqual({ user: null, is: false, data: {} });
    });
  });

  describe(`parallel requests with Passport, on ${platform}`, () => {
    it('keep all that they write, and the login', async () => {
      const app = await start({ platform });
      const jar = await loggedIn(app);
      const items = Array.from({ length: 10 }, (_, index) => String(index));
      await Promise.all(items.flatMap((item) => [jar.fetch(`/push/${item}`, post), jar.fetch(`/set/k${item}`, post)]));
      const { user, data } = (await jar.json('/who')) as { user: string; data: { items: string[] } };
      expect(user).toBe('ada');
      expect(data.items.sort()).toEqual(items);
      expect(Object.keys(data)).toHaveLength(2 + items.length);
    });

    it('lose nothing that is stored while somebody logs in, where the data are kept', async () => {
      const app = await start({ platform });
      const jar = app.jar();
      await jar.fetch('/set/cart', post);
      const copy = jar.copy();
      const { name, checkpoint } = app.nextCheckpoint();
      const login = jar.fetch('/in-and-keep', credentials('ada', name));
      await checkpoint.reached;
      expect((await copy.fetch('/set/meanwhile', post)).status).toBe(201);
      checkpoint.release();
      expect((await login).status).toBe(200);
      const data = { cart: true, meanwhile: true, passport: { user: 7 } };
      expect(await jar.json('/who')).toEqual({ user: 'ada', is: true, data });
      expect(await copy.json('/who')).toMatchObject({ data: {} });
    });

    it.each(['drop', 'error'] as const)(
      'carry nothing of a session into a login that was ended meanwhile, with onGone: %s',
      async (onGone) => {
        const app = await start({ platform, session: { onGone } });
        const jar = await loggedIn(app, 'bob');
        await jar.fetch('/set/bobs', post);
        const copy = jar.copy();
        const { name, checkpoint } = app.nextCheckpoint();
        const login = jar.fetch('/in-and-keep', credentials('ada', name));
        await checkpoint.reached;
        await copy.fetch('/out', post);
        checkpoint.release();
        expect((await login).status).toBe(200);
        expect(await jar.json('/who')).toEqual({ user: 'ada', is: true, data: { passport: { user: 7 } } });
      },
    );

    it('bring nobody back who has logged out meanwhile', async () => {
      const heard = new HeardEvents();
      const app = await start({ platform, session: { observer: heard.observer } });
      const jar = await loggedIn(app);
      const copy = jar.copy();
      const { name, checkpoint } = app.nextCheckpoint();
      const slow = copy.fetch(`/held/late/${name}`, post);
      await checkpoint.reached;
      await jar.fetch('/out', post);
      checkpoint.release();
      const response = await slow;
      expect(response.status).toBe(201);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(heard.of('lateWrite')).toHaveLength(1);
      expect(await copy.json('/who')).toEqual({ user: null, is: false, data: {} });
    });

    it('bring nobody into a session that was replaced by a login meanwhile', async () => {
      const app = await start({ platform });
      const jar = app.jar();
      await jar.fetch('/set/cart', post);
      const copy = jar.copy();
      const { name, checkpoint } = app.nextCheckpoint();
      const slow = copy.fetch(`/held/late/${name}`, post);
      await checkpoint.reached;
      await jar.fetch('/in', credentials('ada'));
      checkpoint.release();
      await slow;
      expect(await copy.json('/who')).toMatchObject({ user: null, data: {} });
      expect(await jar.json('/who')).toEqual({ user: 'ada', is: true, data: { passport: { user: 7 } } });
    });
  });
}
