import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, type ExecutionContext } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CsrfGuard, RequestLoader, SessionService } from 'nestjs-session-auth';
import type { RunningApp } from '../../support/app.js';
import { CapturedLogger } from '../../support/captured-logger.js';
import { FailingStore } from '../../support/failing-store.js';
import { HeardEvents } from '../../support/heard-events.js';
import type { CookieJar } from '../../support/jar.js';
import { until } from '../../support/until.js';
import { codesOf, graphqlServers, operate, type GraphqlSetup } from './graphql-app.js';
import {
  publish,
  signals,
  startSubscriptions,
  subscribers,
  type Operation,
  type SubscriptionsApp,
} from './subscriptions-app.js';

const guarded = 'subscription { guarded { number user } }';

describe.each(graphqlServers)('operations over graphql-ws with $server on $platform', (server) => {
  const apps: SubscriptionsApp[] = [];

  async function start(setup: GraphqlSetup = {}): Promise<SubscriptionsApp> {
    const app = await startSubscriptions(server, setup);
    apps.push(app);
    return app;
  }

  async function loggedIn({ jar: newJar }: RunningApp, user = 'ann'): Promise<CookieJar> {
    const jar = newJar();
    const { errors } = await operate(jar, `mutation { login(user: "${user}") counting { next } }`);
    expect(errors).toEqual([]);
    return jar;
  }

  async function subscribed(app: SubscriptionsApp, jar: CookieJar, query = guarded): Promise<Operation> {
    const before = subscribers();
    const operation = app.connect(jar).operate(query);
    await until('the subscription', () => subscribers() > before);
    return operation;
  }

  afterEach(async () => {
    jest.useRealTimers();
    jest.restoreAllMocks();
    for (const app of apps.splice(0)) await app.close();
    await until('nobody is subscribed', () => subscribers() === 0);
  });

  it('have the session and the user of the handshake', async () => {
    const app = await start();
    const jar = await loggedIn(app.running);
    const socket = app.connect(jar);
    const subscription = socket.operate(guarded);
    await until('the subscription', () => subscribers() === 1);
    publish(1);
    publish(2);
    await until('two values', () => subscription.results.length === 2);
    expect(subscription.results.map(({ data }) => data)).toEqual([
      { guarded: { number: 1, user: 'ann' } },
      { guarded: { number: 2, user: 'ann' } },
    ]);
    expect(await socket.result('{ who secret fresh counter { seen } }')).toMatchObject({
      data: { who: 'ann', secret: 'for ann', counter: { seen: 1 } },
    });
  });

  it('read the session anew with each operation, once', async () => {
    const store = new FailingStore();
    const app = await start({ session: { store } });
    const jar = await loggedIn(app.running);
    const socket = app.connect(jar);
    expect((await socket.result('{ counter { seen } }')).data).toEqual({ counter: { seen: 1 } });
    await operate(jar, 'mutation { counting { next } }');
    const { read } = store.calls;
    expect((await socket.result('{ counter { a: seen b: seen } who secret }')).data).toMatchObject({
      counter: { a: 2, b: 2 },
    });
    expect(store.calls.read - read).toBe(1);
  });

  it('are rejected by guards with a code', async () => {
    const app = await start();
    expect(codesOf(await app.connect(null).result(guarded))).toEqual(['UNAUTHENTICATED']);
    const socket = app.connect(await loggedIn(app.running));
    expect(codesOf(await socket.result('{ administration }'))).toEqual(['FORBIDDEN']);
  });

  it('have no user where nobody is logged in, and depend on no login', async () => {
    const app = await start();
    const jar = app.running.jar();
    await operate(jar, 'mutation { counting { next } }');
    const subscription = await subscribed(app, jar, 'subscription { open { number user } }');
    publish(1);
    await until('a value', () => subscription.results.length === 1);
    expect(subscription.results).toEqual([{ data: { open: { number: 1, user: null } } }]);
    expect(app.held).toBe(0);
  });

  it('cannot change the session, and say where that is possible', async () => {
    const logger = new CapturedLogger();
    const app = await start({ logger });
    const jar = await loggedIn(app.running);
    const socket = app.connect(jar);
    for (const mutation of ['save', 'login(user: "ben")', 'logout', 'confirm', 'counting { next }']) {
      const { errors = [] } = await socket.result(`mutation { ${mutation} }`);
      expect(errors).toHaveLength(1);
    }
    const said = logger.text.match(/send mutations that change the session, log in or log out over HTTP/g);
    expect(said?.length).toBeGreaterThanOrEqual(4);
    expect((await operate(jar, '{ who counter { seen } }')).data).toEqual({ who: 'ann', counter: { seen: 1 } });
  });

  it('leave a remembered login to HTTP, whose response can replace its token', async () => {
    const app = await start();
    const jar = app.running.jar();
    await operate(jar, 'mutation { loginRemembered }');
    const remembered = app.running.jar();
    remembered.set('remember_token', jar.get('remember_token') ?? 'none');
    expect((await app.connect(remembered).result('{ who }')).data).toEqual({ who: null });
    expect((await operate(remembered, '{ who }')).data).toEqual({ who: 'ann' });
    expect((await app.connect(remembered).result('{ who }')).data).toEqual({ who: 'ann' });
    expect((await operate(remembered, '{ who }')).data).toEqual({ who: 'ann' });
  });

  describe('that depend on the login of the handshake', () => {
    const ways: Readonly<Record<string, (app: SubscriptionsApp, jar: CookieJar) => Promise<unknown>>> = {
      'a logout': (_, jar) => operate(jar, 'mutation { logout }'),
      'a login of another user': (_, jar) => operate(jar, 'mutation { login(user: "ben") }'),
      'the end of one session': async ({ auth }) => {
        const [session] = await auth.sessions('ann');
        expect(await auth.revoke('ann', session?.publicId ?? '')).toBe(true);
      },
      'a logout everywhere': ({ auth }) => auth.logoutEverywhere('ann'),
      'a logout of all users': ({ auth }) => auth.logoutAllUsers(),
    };

    it.each(Object.entries(ways))('ASVS 7.4.1: a subscription ends at %s', async (_, end) => {
      const app = await start();
      const jar = await loggedIn(app.running);
      const other = await subscribed(app, await loggedIn(app.running, 'cleo'));
      const subscription = await subscribed(app, jar);
      expect(app.held).toBe(2);
      await end(app, jar);
      expect(await subscription.over).toMatchObject({ code: 4401, reason: 'session-ended' });
      await until('it lets go', () => app.held <= 1 && subscribers() <= 1);
      publish(1);
      expect(subscription.results).toEqual([]);
      if (app.held === 1) await until('the other goes on', () => other.results.length === 1);
    });

    it('end with it though the context function leaves out the socket', async () => {
      const graphql: GraphqlSetup['graphql'] = {
        // As written for Apollo on Express: the handshake is the request.
        context: (first) => {
          const { extra } = first as { readonly extra?: { readonly request: object } };
          return { req: extra?.request ?? first.req ?? first };
        },
      };
      const app = await start({ graphql });
      const jar = await loggedIn(app.running);
      const subscription = await subscribed(app, jar);
      await operate(jar, 'mutation { logout }');
      expect(await subscription.over).toMatchObject({ code: 4401, reason: 'session-ended' });
      await until('it lets go', () => app.held === 0 && subscribers() === 0);
    });

    it('go on where another session of the user ends, and where their own gets a new id', async () => {
      const app = await start({ session: { rotateGrace: '1ms' } });
      const [jar, other] = [await loggedIn(app.running), await loggedIn(app.running)];
      const socket = app.connect(jar);
      const subscription = socket.operate(guarded);
      await until('the subscription', () => subscribers() === 1);
      await operate(other, 'mutation { logout }');
      for (let round = 0; round < 2; round++) {
        await operate(jar, 'mutation { confirm counting { next } }');
        await pastTheGrace();
        expect((await socket.result('{ secret counter { seen } }')).data).toEqual({
          secret: 'for ann',
          counter: { seen: round + 2 },
        });
      }
      publish(1);
      await until('a value', () => subscription.results.length === 1);
      await operate(jar, 'mutation { logout }');
      expect(await subscription.over).toMatchObject({ code: 4401 });
    });

    it('end with it where sessions are in cookies, too', async () => {
      const app = await start({ session: { type: 'cookie' } });
      const jar = await loggedIn(app.running);
      const socket = app.connect(jar);
      expect((await socket.result('{ secret counter { seen } }')).data).toEqual({
        secret: 'for ann',
        counter: { seen: 1 },
      });
      const { over } = socket.operate(guarded);
      await operate(jar, 'mutation { logout }');
      expect(await over).toMatchObject({ code: 4401 });
    });

    it('are not opened again by the client, nor by one that comes too late', async () => {
      const app = await start();
      const jar = await loggedIn(app.running);
      const stale = jar.copy();
      const socket = app.connect(jar);
      const subscription = socket.operate(guarded);
      await until('the subscription', () => subscribers() === 1);
      await operate(jar, 'mutation { logout }');
      await subscription.over;
      expect(socket.opened).toBe(1);
      expect(codesOf(await app.connect(stale).result(guarded))).toEqual(['UNAUTHENTICATED']);
    });

    it('let go of the login when the client leaves', async () => {
      const app = await start();
      const socket = app.connect(await loggedIn(app.running));
      await Promise.all([socket.result('{ who }'), socket.result('{ secret }')]);
      const subscription = socket.operate(guarded);
      await until('the subscription', () => subscribers() === 1);
      // However many operations there are, the socket depends on it once.
      expect(app.held).toBe(1);
      await socket.close();
      await subscription.over;
      await until('it lets go', () => app.held === 0 && subscribers() === 0);
    });

    describe('end with it', () => {
      /** Two applications that share a store, with the timer of the checks in the test's hands. */
      async function two(): Promise<{ here: SubscriptionsApp; there: SubscriptionsApp; tick: (ms: number) => void }> {
        jest.useFakeTimers({
          doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'performance', 'Date', 'queueMicrotask'],
        });
        let now = Date.now();
        const session = {
          store: new FailingStore(),
          clock: () => now,
          absoluteTimeout: '30m',
          rotateGrace: '1s',
        } as const;
        const [here, there] = [await start({ session }), await start({ session })];
        const tick = (ms: number): void => {
          now += ms;
          jest.advanceTimersByTime(15_000);
        };
        return { here, there, tick };
      }

      it('within 15 seconds of a logout in another process', async () => {
        const { here, there, tick } = await two();
        const jar = await loggedIn(here.running);
        const subscription = await subscribed(here, jar);
        await operate(jar.copy(there.running.url), 'mutation { logout }');
        tick(0);
        expect(await subscription.over).toMatchObject({ code: 4401 });
      });

      it('and go on where it gets a new id in another process', async () => {
        const { here, there, tick } = await two();
        const jar = await loggedIn(here.running);
        const socket = here.connect(jar);
        expect((await socket.result('{ secret }')).data).toEqual({ secret: 'for ann' });
        const elsewhere = jar.copy(there.running.url);
        await operate(elsewhere, 'mutation { confirm }');
        tick(0);
        // Until it has been looked for, it is found by its former id.
        expect((await socket.result('{ secret }')).data).toEqual({ secret: 'for ann' });
        tick(2_000);
        expect((await socket.result('{ secret }')).data).toEqual({ secret: 'for ann' });
        await operate(elsewhere, 'mutation { logout }');
        const { over } = socket.operate(guarded);
        expect(await over).toMatchObject({ code: 4401 });
      });

      it('when it expires', async () => {
        const { here, tick } = await two();
        const subscription = await subscribed(here, await loggedIn(here.running));
        tick(31 * 60_000);
        expect(await subscription.over).toMatchObject({ code: 4401 });
      });
    });
  });

  it('are refused if the context function returns one object for several sockets', async () => {
    // graphql-ws logs there.
    const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const shared: Record<string, unknown> = {};
    const graphql: GraphqlSetup['graphql'] = {
      context: (first) => {
        const { extra } = first as { readonly extra?: { readonly request: object } };
        return extra === undefined ? { req: first.req ?? first } : Object.assign(shared, { req: extra.request });
      },
    };
    const app = await start({ graphql, logger: new CapturedLogger() });
    const [ann, ben] = [await loggedIn(app.running), await loggedIn(app.running, 'ben')];
    const first = app.connect(ann);
    expect((await first.result('{ who }')).data).toEqual({ who: 'ann' });
    const said = await app.connect(ben).result('{ who }');
    // Mercurius has a context for each of them by itself.
    if (server.server === 'mercurius') expect(said.data).toEqual({ who: 'ben' });
    else {
      expect(said.data).toMatchObject({ over: { code: 4500 } });
      // Nor may the first one go on with what was written into its context.
      expect((await first.result('{ who }')).data).toMatchObject({ over: { code: 4500 } });
      expect(logged.mock.calls.flat().map(String)).toContainEqual(
        expect.stringMatching(/one object for several requests/),
      );
    }
  });

  describe('of a user who is disabled', () => {
    /** The contexts that the user loader got at a recheck. */
    const contexts: ExecutionContext[] = [];
    const disabled = new Set<unknown>();
    const userLoader = (id: string | number, context: ExecutionContext): { id: string | number } | null => {
      if (id === 'cleo' && disabled.has('cleo')) throw new Error('no database');
      if (disabled.has(id)) contexts.push(context);
      return disabled.has(id) ? null : { id };
    };

    beforeEach(() => {
      disabled.clear();
      contexts.length = 0;
    });

    it('are closed by recheck(), as those of gateways', async () => {
      const events = new HeardEvents();
      const { observer } = events;
      const app = await start({ session: { userLoader, observer, sockets: { recheckInterval: null } } });
      const jar = await loggedIn(app.running);
      const subscription = await subscribed(app, jar);
      const other = await subscribed(app, await loggedIn(app.running, 'ben'));
      await app.auth.recheck('ann');
      publish(1);
      await until('it goes on', () => subscription.results.length === 1);
      disabled.add('ann');
      await app.auth.recheck('ann');
      expect(await subscription.over).toMatchObject({ code: 4401, reason: 'session-ended' });
      expect(events.of('socketClosed')).toEqual([{ publicId: expect.stringMatching(/^[\w-]{10,}$/), userId: 'ann' }]);
      publish(2);
      await until('the other goes on', () => other.results.length === 2);
      expect(contexts).toHaveLength(1);
      const [context] = contexts;
      if (context === undefined) throw new Error('The user loader was not called.');
      expect(context.getType()).toBe('graphql');
      const session = await app.running.app.get(SessionService).get(context);
      expect(session.isNew).toBe(false);
    });

    it('are judged by the session as it is then, not as their first operation found it', async () => {
      const counts: unknown[] = [];
      let sessions: SessionService | null = null;
      const looking = async (id: string | number, context: ExecutionContext): Promise<{ id: string | number }> => {
        const session = await sessions?.get(context);
        if (session !== undefined) counts.push(session.get('count'));
        return { id };
      };
      const app = await start({ session: { userLoader: looking, sockets: { recheckInterval: null } } });
      const jar = await loggedIn(app.running);
      await subscribed(app, jar);
      await operate(jar, 'mutation { counting { next } }');
      sessions = app.running.app.get(SessionService);
      await app.auth.recheck('ann');
      expect(counts).toEqual([2]);
    });

    it('are closed at the interval without it, but not those whose user cannot be loaded', async () => {
      jest.useFakeTimers({
        doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'performance', 'Date', 'queueMicrotask'],
      });
      const app = await start({ session: { userLoader }, logger: new CapturedLogger() });
      const kept = await subscribed(app, await loggedIn(app.running, 'cleo'));
      const subscription = await subscribed(app, await loggedIn(app.running));
      disabled.add('cleo').add('ann');
      jest.advanceTimersByTime(15_000);
      expect(await subscription.over).toMatchObject({ code: 4401 });
      publish(1);
      await until('the other goes on', () => kept.results.length === 1);
      expect(app.held).toBe(1);
    });
  });

  describe('of a page of another origin', () => {
    const foreign = { origin: 'https://evil.example' };

    it.each([
      ['it names another one', foreign],
      ['it hides it', { origin: 'null' }],
      ['the browser says so', { origin: 'http://127.0.0.1', 'sec-fetch-site': 'cross-site' }],
    ])('have no session if %s', async (_, headers) => {
      const events = new HeardEvents();
      const app = await start({ session: { observer: events.observer } });
      const jar = await loggedIn(app.running);
      const socket = app.connect(jar, headers);
      for (const query of ['{ who }', guarded, '{ secret }']) {
        const { errors } = await socket.result(query);
        expect(errors).toEqual([
          expect.objectContaining({
            message: expect.stringContaining('opened by a page of another origin'),
            extensions: { code: 'FORBIDDEN', reason: 'FOREIGN_ORIGIN' },
          }),
        ]);
      }
      expect(events.of('refused')).toEqual([expect.objectContaining({ reason: 'csrf', userId: null })]);
      expect(app.held).toBe(0);
    });

    it('have none either if their first message claims another origin', async () => {
      const app = await start();
      const jar = await loggedIn(app.running);
      const claims = { 'sec-fetch-site': 'same-origin', origin: app.running.url, host: 'evil.example' };
      const socket = app.connect(jar, foreign).introduce({ ...claims, headers: claims });
      expect(codesOf(await socket.result(guarded))).toEqual(['FORBIDDEN']);
    });

    it('have none by a cookie that their first message brings', async () => {
      const app = await start();
      const jar = await loggedIn(app.running);
      const socket = app.connect(null, foreign).introduce({ cookie: jar.header, headers: { cookie: jar.header } });
      expect((await socket.result('{ who }')).data).toEqual({ who: null });
    });

    it('are those of anybody if they bring no cookie', async () => {
      const app = await start();
      expect((await app.connect(null, foreign).result('{ who open }')).data).toEqual({ who: null, open: 'for all' });
    });

    it('have no user whom a request loader finds by another cookie', async () => {
      @RequestLoader()
      @Injectable()
      class Tokens {
        load({ headers }: { headers: Record<string, unknown> }) {
          return headers['cookie'] === 'jwt=for-ann' ? { id: 'ann' } : null;
        }
      }
      const app = await start({ providers: [Tokens] });
      const cookie = 'jwt=for-ann';
      expect(codesOf(await app.connect(null, { ...foreign, cookie }).result('{ secret }'))).toEqual(['FORBIDDEN']);
      const own = app.connect(null, { origin: app.running.url, cookie });
      expect((await own.result('{ secret }')).data).toEqual({ secret: 'for ann' });
    });

    it.each([{ csrf: { trustedOrigins: [foreign.origin] } }, { sockets: { allowedOrigins: [foreign.origin] } }])(
      'have it if that is trusted, or if no browser sends them (%j)',
      async (session) => {
        const app = await start({ session });
        const jar = await loggedIn(app.running);
        for (const headers of [foreign, {}]) {
          expect((await app.connect(jar, headers).result('{ who }')).data).toEqual({ who: 'ann' });
        }
      },
    );

    it('are told apart by what a trusted proxy says, as it was when they connected', async () => {
      const app = await start({
        ...(server.platform === 'fastify' ? { adapter: new FastifyAdapter({ trustProxy: true }) } : {}),
        prepare: (nest) => {
          if (server.platform === 'express') (nest as NestExpressApplication).set('trust proxy', true);
        },
      });
      const jar = await loggedIn(app.running);
      const proxied = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'shop.example' };
      const socket = app.connect(jar, { ...proxied, origin: 'https://shop.example' });
      expect((await socket.result('{ who }')).data).toEqual({ who: 'ann' });
      expect(codesOf(await app.connect(jar, { ...proxied, ...foreign }).result('{ who }'))).toEqual(['FORBIDDEN']);
      const claims = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' };
      const claiming = app.connect(jar, foreign).introduce({ ...claims, headers: claims });
      expect(codesOf(await claiming.result(guarded))).toEqual(['FORBIDDEN']);
    });

    it('are left to that check by CsrfGuard', async () => {
      const providers = [{ provide: APP_GUARD, useExisting: CsrfGuard }];
      const app = await start({ providers, session: { csrf: { mode: 'origin' } } });
      const jar = app.running.jar();
      await operate(jar, 'mutation { login(user: "ann") }', { origin: app.running.url });
      expect((await app.connect(jar).result('{ who }')).data).toEqual({ who: 'ann' });
      expect((await app.connect(jar, {}).result('{ who }')).data).toEqual({ who: 'ann' });
      expect(codesOf(await app.connect(jar, foreign).result('{ open }'))).toEqual(['FORBIDDEN']);
    });
  });

  it('give a signal of the end to a resolver that asks for it', async () => {
    const app = await start();
    const jar = await loggedIn(app.running);
    const socket = app.connect(jar);
    signals.length = 0;
    await socket.result('{ a: watching b: watching }');
    await socket.result('{ watching }');
    expect(app.held).toBe(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
    await operate(jar, 'mutation { logout }');
    await until('the signals', () => signals.every(({ aborted }) => aborted));
    expect(signals[0]?.reason).toMatchObject({ code: 'SESSION_GONE' });
  });

  it('give a signal of a session that cannot be read', async () => {
    const store = new FailingStore();
    const app = await start({ session: { store } });
    const socket = app.connect(await loggedIn(app.running));
    signals.length = 0;
    await socket.result('{ watching }');
    store.fail();
    await socket.result('{ watching }');
    await until('the signal', () => signals[1]?.aborted === true);
    expect(signals[0]?.aborted).toBe(false);
  });
});

/** Until pointers from former ids, with a grace of 1 ms, have expired. */
async function pastTheGrace(): Promise<void> {
  const start = Date.now();
  await until('the grace is over', () => Date.now() > start + 2);
}
