import { afterEach, describe, expect, it } from '@jest/globals';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import type { RunningApp } from '../../support/app.js';
import { FailingStore } from '../../support/failing-store.js';
import { HeardEvents } from '../../support/heard-events.js';
import { RedisServer } from '../../support/servers/redis.js';
import {
  codesOf,
  graphqlServers,
  operate,
  startGraphql,
  type GraphqlResult,
  type GraphqlSetup,
} from './graphql-app.js';

/** Twenty fields, whose resolvers run in parallel. */
const twenty = Array.from({ length: 20 }, (_, index) => `f${String(index)}: next`).join(' ');
const batchOf = (...queries: string[]): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(queries.map((query) => ({ query }))),
});

describe.each(graphqlServers)('a GraphQL application with $server on $platform', (server) => {
  let running: RunningApp | null = null;

  async function start(setup: GraphqlSetup = {}): Promise<RunningApp> {
    return (running = await startGraphql(server, setup));
  }

  afterEach(async () => {
    await running?.close();
    running = null;
  });

  describe.each([
    ['the interceptor', {}],
    ['the response', { commit: 'response' }],
    ['an eager middleware', { eager: true }],
  ] satisfies [string, SessionModuleOptions][])('that saves sessions by %s', (_, session) => {
    it('keeps a session for resolvers, which a mutation begins', async () => {
      const { jar: newJar } = await start({ session });
      const jar = newJar();
      expect((await operate(jar, 'mutation { counting { next } }')).data).toEqual({ counting: { next: 1 } });
      expect((await operate(jar, '{ counter { seen } }')).data).toEqual({ counter: { seen: 1 } });
      expect((await operate(newJar(), '{ counter { seen } }')).data).toEqual({ counter: { seen: 0 } });
    });

    it('logs in and out', async () => {
      const jar = (await start({ session })).jar();
      const { data, headers } = await operate(jar, 'mutation { login(user: "ann") }');
      expect(data).toEqual({ login: true });
      expect([headers.getSetCookie().length, headers.get('cache-control')]).toEqual([1, 'no-store']);
      expect((await operate(jar, '{ who secret }')).data).toEqual({ who: 'ann', secret: 'for ann' });
      await operate(jar, 'mutation { logout }');
      expect(jar.header).toBe('');
      expect((await operate(jar, '{ who }')).data).toEqual({ who: null });
    });
  });

  it('gives resolvers the session and the user of the request context', async () => {
    const { jar: newJar } = await start({ session: { requestContext: true } });
    const jar = newJar();
    await operate(jar, 'mutation { countingOnce }');
    await operate(jar, 'mutation { login(user: "ann") }');
    expect((await operate(jar, '{ currently whoIsThere }')).data).toEqual({ currently: 1, whoIsThere: 'ann' });
    expect((await operate(newJar(), '{ currently whoIsThere }')).data).toEqual({ currently: 0, whoIsThere: null });
  });

  it('reads the session once and saves it once for twenty parallel field resolvers that read and change it', async () => {
    const redis = await RedisServer.start();
    try {
      const jar = (await start({ session: { type: 'redis', redis: { url: redis.url } } })).jar();
      await operate(jar, 'mutation { counting { next } }');
      const counts = await redis.commandCounts(() => operate(jar, `mutation { counting { ${twenty} } }`));
      // One read, and one script, whose own commands are counted, too.
      expect(counts).toEqual({ get: 2, evalsha: 1, set: 1 });
      expect((await operate(jar, '{ counter { seen } }')).data).toEqual({ counter: { seen: 21 } });
      expect(await redis.commandCounts(() => operate(jar, '{ counter { a: seen b: seen } }'))).toEqual({ get: 1 });
      expect(await redis.commandCounts(() => operate(jar, '{ counter { start } }'))).toEqual({});
    } finally {
      await running?.close();
      running = null;
      await redis.stop();
    }
  });

  it('has one session for all operations of a batch', async () => {
    const store = new FailingStore();
    const jar = (await start({ session: { store }, graphql: { isBatching: true } })).jar();
    await operate(jar, 'mutation { counting { next } }');
    const { read, write } = { ...store.calls };
    const response = await jar.fetch(
      '/graphql',
      batchOf('mutation { counting { next } }', 'mutation { counting { next } }'),
    );
    expect(await response.json()).toHaveLength(2);
    expect([store.calls.read - read, store.calls.write - write]).toEqual([1, 1]);
    expect((await operate(jar, '{ counter { seen } }')).data).toEqual({ counter: { seen: 3 } });
  });

  it('keeps what a resolver has changed beside one that fails', async () => {
    const jar = (await start()).jar();
    const { errors } = await operate(jar, 'mutation { counting { next } confirm }');
    expect(errors).toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }) }),
    ]);
    expect((await operate(jar, '{ counter { seen } }')).data).toEqual({ counter: { seen: 1 } });
  });

  describe('while the store is away', () => {
    it.each(['{ who }', '{ secret }', '{ counter { seen } }', 'mutation { login(user: "ann") }'])(
      'says so with a code for %s',
      async (query) => {
        const store = new FailingStore();
        const events = new HeardEvents();
        const jar = (await start({ session: { store, observer: events.observer } })).jar();
        await operate(jar, 'mutation { counting { next } }');
        store.fail();
        const answer = await operate(jar, query);
        expect(answer.errors).toEqual([
          expect.objectContaining({
            message: 'Sessions are not available at the moment. Try again.',
            extensions: expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' }),
          }),
        ]);
        expect(events.of('storeError')).toHaveLength(1);
      },
    );

    it.each(['interceptor', 'response'] as const)(
      'responds with a 503 in the form of GraphQL if changes cannot be saved (commit: %s)',
      async (commit) => {
        const store = new FailingStore();
        const jar = (await start({ session: { store, commit } })).jar();
        store.fail();
        const { status, errors, data, headers } = await operate(jar, 'mutation { counting { next } }');
        expect(status).toBe(503);
        expect(errors).toEqual([
          {
            message: 'Sessions are not available at the moment. Try again.',
            extensions: { code: 'SERVICE_UNAVAILABLE' },
          },
        ]);
        expect([data, headers.getSetCookie()]).toEqual([null, []]);
      },
    );

    it('says so with a code for an error that a resolver lets pass', async () => {
      const store = new FailingStore();
      const events = new HeardEvents();
      const jar = (await start({ session: { store, observer: events.observer } })).jar();
      store.fail();
      const { errors } = await operate(jar, 'mutation { save }');
      // The change is not lost: the gate would save it, and cannot either.
      expect(errors).toEqual([
        expect.objectContaining({ extensions: expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' }) }),
      ]);
      expect(events.of('storeError').length).toBeGreaterThan(0);
    });

    it('goes on without a session if told to', async () => {
      const store = new FailingStore();
      const jar = (await start({ session: { store, onStoreError: 'anonymous' } })).jar();
      await operate(jar, 'mutation { counting { next } }');
      store.fail();
      expect((await operate(jar, '{ counter { seen } who }')).data).toEqual({ counter: { seen: 0 }, who: null });
    });
  });

  it('says with a code that too many logins have failed, and when to try again', async () => {
    const session = { limiter: { attempts: 1 } };
    const jar = (await start({ session })).jar();
    expect((await operate(jar, 'mutation { tryLogin(password: "wrong") }')).data).toEqual({ tryLogin: false });
    const { errors } = await operate(jar, 'mutation { tryLogin(password: "wrong") }');
    expect(errors).toEqual([
      expect.objectContaining({
        message: 'Too many failed logins. Try again later.',
        extensions: expect.objectContaining({ code: 'TOO_MANY_REQUESTS', retryAfter: expect.any(Number) }),
      }),
    ]);
  });

  it('counts each of the logins that one request tries', async () => {
    const jar = (await start({ session: { limiter: { attempts: 2 } } })).jar();
    const answer = await operate(
      jar,
      'mutation { a: checkLogin(password: "1") b: checkLogin(password: "2") c: checkLogin(password: "right") }',
    );
    expect(codesOf(answer).at(-1)).toBe('TOO_MANY_REQUESTS');
    expect(answer.data).toEqual({ a: null, b: null, c: null });
  });

  it('responds with nothing about a session to those who asked for none', async () => {
    const jar = (await start()).jar();
    const { headers } = await operate(jar, '{ counter { start } }');
    expect([headers.getSetCookie(), headers.get('vary') ?? '']).toEqual([[], expect.not.stringMatching(/cookie/i)]);
  });

  it('has codes for a batch of which a part fails', async () => {
    const jar = (await start({ graphql: { isBatching: true } })).jar();
    const response = await jar.fetch('/graphql', batchOf('{ open }', '{ secret }'));
    const results = (await response.json()) as GraphqlResult[];
    expect(results.map((result) => codesOf(result))).toEqual([[], ['UNAUTHENTICATED']]);
  });
});
