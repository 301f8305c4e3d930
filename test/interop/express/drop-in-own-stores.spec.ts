import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { SessionOptions } from 'nestjs-session-auth/express';
import { MemoryStore } from 'nestjs-session-auth/memory';
import { RedisStore } from 'nestjs-session-auth/redis';
import { storeKey } from '../../../lib/session/session-id.js';
import type { SessionStore } from '../../../lib/stores/session-store.js';
import { Checkpoints } from '../../support/checkpoint.js';
import { FailingStore } from '../../support/failing-store.js';
import { RedisServer } from '../../support/servers/redis.js';
import { DropInServer, type Handler, type Request, setCookies, sidIn } from './drop-in-server.js';

let server: DropInServer;
let checkpoints: Checkpoints;
const quiet: SessionOptions = { resave: false, saveUninitialized: false };

async function start(store: SessionStore, options: SessionOptions = {}, handler: Handler = act): Promise<DropInServer> {
  return (server = await DropInServer.start({ store, ...quiet, ...options }, handler));
}

/** What the requests of these tests do: `/set?key=key1&at=checkpoint`, the checkpoint being before the change. */
const act: Handler = async (req, res) => {
  const { pathname, searchParams } = new URL(req.url ?? '', 'http://localhost');
  const at = searchParams.get('at');
  const key = String(searchParams.get('key'));
  if (at !== null) await checkpoints.at(at).pass();
  const done = (error?: unknown): void =>
    void res.end(error instanceof Error ? error.message : JSON.stringify(valuesOf(req)));
  switch (pathname) {
    case '/set':
      Object.assign(req.session, { [`key${key}`]: true });
      return done();
    case '/nested':
      (req.session.keys ??= {})[key] = true;
      return done();
    case '/push':
      (req.session.list ??= []).push(key);
      return done();
    case '/remove':
      Reflect.deleteProperty(req.session, 'key0');
      return done();
    case '/save':
      req.session.list = [...(req.session.list ?? []), 'before'];
      return req.session.save((error: unknown) => {
        req.session.list?.push('after');
        done(error);
      });
    case '/destroy':
      return req.session.destroy(done);
    case '/regenerate':
      return req.session.regenerate(() => {
        req.session.user = 'ada';
        done();
      });
    case '/reload':
      return req.session.reload(done);
    default:
      return done();
  }
};

function valuesOf(req: Request): object {
  const { cookie: _cookie, ...values } = { ...(req.session as Request['session'] | undefined) };
  return values;
}

async function read(first: Response): Promise<unknown> {
  return (await server.again(first, '/')).json();
}

beforeEach(() => {
  checkpoints = new Checkpoints();
});

afterEach(() => server.close());

let redis: RedisServer;
let client: Redis;
beforeAll(async () => {
  redis = await RedisServer.start();
  client = new Redis(redis.url);
});
afterAll(async () => {
  client.disconnect();
  await redis.stop();
});

const stores: [string, () => SessionStore][] = [
  ['in memory', () => new MemoryStore()],
  ['in Redis', () => new RedisStore({ client })],
];

describe.each(stores)('sessions of the drop-in in a store of this package %s', (_name, makeStore) => {
  it('go on from request to request', async () => {
    await start(makeStore());
    const first = await server.get('/set?key=1');
    expect(await first.json()).toEqual({ key1: true });
    await (await server.again(first, '/set?key=2')).text();
    expect(await read(first)).toEqual({ key1: true, key2: true });
  });

  it.each(['/set', '/nested'])('keep all keys that 20 parallel requests add by %s', async (path) => {
    await start(makeStore());
    const first = await server.get('/set?key=0');
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
    // All of them have read the session before the first of them is saved.
    const answers = numbers.map((key) => server.again(first, `${path}?key=${String(key)}&at=${String(key)}`));
    await Promise.all(numbers.map((key) => checkpoints.at(String(key)).reached));
    for (const key of numbers) checkpoints.at(String(key)).release();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(numbers.map(() => 200));
    const kept = (await read(first)) as Record<string, unknown> & { keys?: object };
    expect(Object.keys(path === '/set' ? kept : (kept.keys ?? {})).length).toBe(path === '/set' ? 21 : 20);
  });

  it('keep what parallel requests append to a list', async () => {
    await start(makeStore());
    const first = await server.get('/push?key=0');
    const names = ['a', 'b', 'c', 'd', 'e'];
    const answers = names.map((key) => server.again(first, `/push?key=${key}&at=${key}`));
    await Promise.all(names.map((key) => checkpoints.at(key).reached));
    for (const key of names) checkpoints.at(key).release();
    await Promise.all(answers);
    const { list } = (await read(first)) as { list: string[] };
    expect(list.sort()).toEqual(['0', ...names]);
  });

  it('lose a key that one request removes while another adds one', async () => {
    await start(makeStore());
    const first = await server.get('/set?key=0');
    const slow = server.again(first, '/set?key=1&at=slow');
    await checkpoints.at('slow').reached;
    await (await server.again(first, '/remove')).text();
    checkpoints.at('slow').release();
    await slow;
    expect(await read(first)).toEqual({ key1: true });
  });

  it('are saved several times in one request, without a value twice', async () => {
    await start(makeStore());
    const first = await server.get('/push?key=0');
    const slow = server.again(first, '/save?at=slow');
    await checkpoints.at('slow').reached;
    await (await server.again(first, '/push?key=other')).text();
    checkpoints.at('slow').release();
    await slow;
    expect(await read(first)).toEqual({ list: ['0', 'other', 'before', 'after'] });
  });

  it.each([
    ['/set?key=1', {}],
    ['/set?key=1', { rolling: true }],
    ['/set?key=1', { resave: true, rolling: true }],
    ['/save?', {}],
    ['/?', { rolling: true }],
    ['/push?key=1', { cookie: { maxAge: 60_000 } }],
  ])('do not come back by a slow request for %s, options %p', async (path, options) => {
    await start(makeStore(), options);
    const first = await server.get('/set?key=0');
    const slow = server.again(first, `${path}&at=slow`);
    await checkpoints.at('slow').reached;
    await (await server.again(first, '/destroy')).text();
    checkpoints.at('slow').release();
    const answer = await slow;
    // It would stand over the cookie of a login that came meanwhile.
    expect([answer.status, setCookies(answer)]).toEqual([200, []]);
    expect(await read(first)).toEqual({});
  });

  it('do not come back by a slow request after a login under another id', async () => {
    await start(makeStore());
    const first = await server.get('/set?key=0');
    const slow = server.again(first, '/set?key=1&at=slow');
    await checkpoints.at('slow').reached;
    const login = await server.again(first, '/regenerate');
    checkpoints.at('slow').release();
    expect(setCookies(await slow)).toEqual([]);
    expect(await read(first)).toEqual({});
    expect(await read(login)).toEqual({ user: 'ada' });
  });

  it('can be read again', async () => {
    await start(makeStore());
    const first = await server.get('/set?key=0');
    expect(await (await server.again(first, '/reload')).json()).toEqual({ key0: true });
  });

  it('have expired when their cookie has', async () => {
    const store = makeStore();
    await start(store, { cookie: { maxAge: 30_000 } });
    const first = await server.get('/set?key=0');
    const key = storeKey('express:', sidIn(first));
    expect(await store.read(key)).not.toBeNull();
    if (store instanceof RedisStore) expect(await client.pttl(key)).toBeGreaterThan(29_000);
    if (store instanceof RedisStore) expect(await client.pttl(key)).toBeLessThanOrEqual(30_000);
  });
});

describe('a session of the drop-in', () => {
  let now = Date.now();
  const clockedStore = (): MemoryStore => new MemoryStore({}, { now: () => now, log: () => undefined } as never);

  it('without an age is kept for the idle timeout, from its last use', async () => {
    const store = clockedStore();
    await start(store, { cookie: {}, idleTimeout: '1h' });
    const first = await server.get('/set?key=0');
    for (let times = 0; times < 3; times++) {
      now += 3_599_000;
      expect(await read(first)).toEqual({ key0: true });
    }
    now += 3_600_000;
    expect(await read(first)).toEqual({});
  });

  it('is stored under a hash of its id, as JSON with its cookie', async () => {
    const store = new MemoryStore();
    await start(store, { keyPrefix: 'shop:' });
    const first = await server.get('/set?key=0');
    const sid = sidIn(first);
    const found = await store.read(storeKey('shop:', sid));
    const text = Buffer.from(found?.bytes ?? []).toString();
    expect(JSON.parse(text)).toEqual({ cookie: expect.objectContaining({ originalMaxAge: 60_000 }), key0: true });
    expect(text).not.toContain(sid);
  });

  it('whose cookie ends at once is removed', async () => {
    const store = new MemoryStore();
    await start(store, {}, (req, res) => {
      if (req.url === '/end') req.session.cookie.originalMaxAge = 0;
      req.session.hits = (req.session.hits ?? 0) + 1;
      res.end(String(req.session.hits));
    });
    const first = await server.get();
    await (await server.again(first, '/end')).text();
    expect(await store.read(storeKey('express:', sidIn(first)))).toBeNull();
  });

  it.each<[string, string | Uint8Array]>([
    ['is no JSON', '{"cookie":'],
    ['is no object', '[1,2]'],
    ['is null', 'null'],
    ['has no cookie', '{"key0":true}'],
    ['has a cookie that is none', '{"cookie":7}'],
    ['has a cookie that ends never', '{"cookie":{"expires":"never"}}'],
    ['has a cookie of no age', '{"cookie":{"originalMaxAge":"old"}}'],
    ['is nested without end', `{"cookie":{},"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['is no UTF-8', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)],
    ['is empty', ''],
    ['has a key named __proto__', '{"cookie":{},"__proto__":{"key0":true}}'],
  ])('whose record %s is an empty one', async (_what, record) => {
    const store = new MemoryStore();
    await start(store);
    const first = await server.get('/set?key=0');
    const key = storeKey('express:', sidIn(first));
    await store.delete(key);
    await store.write(key, Buffer.from(record), 60_000, 'absent');
    const answer = await server.again(first, '/');
    expect([answer.status, await answer.json()]).toEqual([200, {}]);
    expect(Object.prototype).not.toHaveProperty('key0');
  });

  it('keeps nothing under __proto__, and what is under constructor does no harm', async () => {
    const store = new MemoryStore();
    const evil = '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}';
    await start(store, {}, (req, res) => {
      const { user } = req.session as { user?: { admin?: unknown } };
      if (req.url === '/evil') {
        const values = JSON.parse(evil) as object;
        Object.defineProperties(req.session, Object.getOwnPropertyDescriptors({ user: values, ...values }));
      }
      res.end(JSON.stringify([typeof req.session.save, user?.admin ?? null, 'admin' in req.session]));
    });
    const first = await server.get('/evil');
    expect([first.status, setCookies(first).length]).toEqual([200, 1]);
    expect(await (await server.again(first)).json()).toEqual(['function', null, false]);
    expect({}).not.toHaveProperty('admin');
  });

  it('with a value that JSON does not have is an error for whoever saves it, and of the response', async () => {
    const thrown: unknown[] = [];
    await start(new MemoryStore(), {}, (req, res) => {
      Object.assign(req.session, { big: 1n });
      try {
        req.session.save();
      } catch (error) {
        thrown.push(error);
      }
      res.end('not sent');
    });
    const answer = await server.get();
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringMatching(/BigInt/)]);
    expect(thrown).toHaveLength(1);
  });

  it('that cannot be written says so, and is not sent half', async () => {
    await start(new MemoryStore(), {}, (req, res) => {
      let deep: unknown[] = [];
      for (let level = 0; level < 200; level++) deep = [deep];
      Object.assign(req.session, { deep });
      res.setHeader('Content-Type', 'text/plain').end('not sent');
    });
    const answer = await server.get();
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringMatching(/nested too deeply/)]);
    expect(setCookies(answer)).toEqual([]);
  });
});

describe('a store of this package that is in trouble', () => {
  const troubles: [string, (store: FailingStore) => void][] = [
    ['fails', (store) => store.fail()],
    ['fails with an error of its own', (store) => store.fail(new Error('connection refused'))],
    ['does not answer', (store) => store.hang()],
  ];

  it.each(troubles)(
    'and %s: a request that needs it fails with 503, and works again afterwards',
    async (_what, trouble) => {
      const store = new FailingStore();
      await start(store, { storeTimeout: '50ms' });
      const first = await server.get('/set?key=0');
      trouble(store);
      const [written, seen] = [await server.get('/set?key=1'), await server.again(first, '/')];
      expect([written.status, seen.status]).toEqual([503, 503]);
      expect(await written.text()).toMatch(/did not answer|is down/);
      expect(setCookies(written)).toEqual([]);
      store.recover();
      expect(await read(first)).toEqual({ key0: true });
    },
  );

  it('lets go of the answer that it kept: its length, its type and its headers are those of the error', async () => {
    const store = new FailingStore();
    await start(store, {}, (req, res) => {
      req.session.hits = 1;
      store.fail();
      res.statusCode = 201;
      res.setHeader('Content-Length', 3).setHeader('Content-Type', 'image/png').setHeader('ETag', '"a"');
      res
        .setHeader('Location', '/there')
        .setHeader('Refresh', '5')
        .setHeader('Expires', 'Thu, 01 Jan 2099 00:00:00 GMT');
      // Node would refuse it in an answer of a known length, and end the process.
      res.setHeader('Trailer', 'X-Sum');
      res.setHeader('X-Kept', 'yes');
      res.write('abc');
      res.end();
    });
    const answer = await server.get();
    expect([answer.status, await answer.text()]).toEqual([503, 'The store of this test is down.']);
    const gone = ['etag', 'content-type', 'location', 'refresh', 'expires', 'trailer'];
    expect(gone.map((name) => answer.headers.get(name))).toEqual(gone.map(() => null));
    expect(['x-kept', 'cache-control'].map((name) => answer.headers.get(name))).toEqual(['yes', 'no-store']);
  });

  it('leaves nobody waiting who wrote to the answer that is not sent', async () => {
    const store = new FailingStore();
    const source = Readable.from(Array.from({ length: 100 }, () => 'x'.repeat(10_000)));
    const closed = once(source, 'close');
    let told: () => void = () => undefined;
    const written = new Promise<void>((resolve) => (told = resolve));
    await start(store, {}, (req, res) => {
      req.session.hits = 1;
      store.fail();
      res.write('a', () => void once(res, 'drain').then(told));
      source.pipe(res);
    });
    const answer = await server.get();
    expect([answer.status, await answer.text()]).toEqual([503, 'The store of this test is down.']);
    await Promise.all([written, closed]);
  });

  it('after the head went out: the answer is completed, and the error passed on', async () => {
    const store = new FailingStore();
    await start(store, {}, (req, res) => {
      res.write('hello, ');
      // A held response goes on in another turn.
      void setImmediate().then(() => {
        store.fail();
        req.session.hits = 1;
        res.end('world');
      });
    });
    const answer = await server.get();
    expect([answer.status, await answer.text()]).toEqual([200, 'hello, world']);
    expect(await server.error()).toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
  });

  it('knows its own write again that arrived though it failed', async () => {
    const inner = new MemoryStore();
    const store = new (class extends FailingStore {
      lost = 0;
      override async write(...args: Parameters<SessionStore['write']>): ReturnType<SessionStore['write']> {
        const result = await super.write(...args);
        if (this.lost-- > 0) throw new Error('the answer was lost');
        return result;
      }
    })(inner);
    await start(store, {}, (req, res) => {
      if (req.url === '/') return res.end(JSON.stringify(req.session.list));
      req.session.list = [...(req.session.list ?? []), 'one'];
      store.lost = req.url === '/lost' ? 1 : 0;
      return req.session.save(() => {
        req.session.list?.push('two');
        res.end();
      });
    });
    const first = await server.get('/new');
    await (await server.again(first, '/lost')).text();
    expect(await (await server.again(first, '/')).json()).toEqual(['one', 'two', 'one', 'two']);
  });

  it('is asked once for each thing that a request does', async () => {
    const store = new FailingStore();
    await start(store);
    const calls = async (answer: Promise<Response>): Promise<object> => {
      await (await answer).text();
      const made = { ...store.calls };
      Object.assign(store.calls, { read: 0, write: 0, touch: 0, delete: 0 });
      return Object.fromEntries(Object.entries(made).filter(([, count]) => count > 0));
    };
    const first = await server.get('/set?key=0');
    await calls(Promise.resolve(first));
    expect(await calls(server.get('/'))).toEqual({});
    expect(await calls(server.again(first, '/'))).toEqual({ read: 1, touch: 1 });
    expect(await calls(server.again(first, '/set?key=1'))).toEqual({ read: 1, write: 1 });
    expect(await calls(server.again(first, '/regenerate'))).toEqual({ read: 1, delete: 1, write: 1 });
  });

  it('saves one after the other what a handler saves without waiting', async () => {
    const store = new (class extends MemoryStore {
      late = 0;
      /** Answers come back in another order than that of the writes. */
      override async write(...args: Parameters<SessionStore['write']>): ReturnType<SessionStore['write']> {
        const turns = this.late;
        this.late = 0;
        const result = await super.write(...args);
        for (let turn = 0; turn < turns; turn++) await setImmediate();
        return result;
      }
    })();
    await start(store, {}, (req, res) => {
      const list = (req.session.list ??= []);
      if (req.url === '/save') {
        store.late = 20;
        for (const text of ['one', 'two', 'three']) {
          list.push(text);
          req.session.save();
        }
      } else list.push('zero');
      res.end(JSON.stringify(list));
    });
    const first = await server.get();
    await (await server.again(first, '/save')).text();
    expect(await (await server.again(first)).json()).toEqual(['zero', 'one', 'two', 'three', 'zero']);
  });

  it('gives up after so many conflicts', async () => {
    const store = new MemoryStore();
    await start(store);
    const first = await server.get('/set?key=0');
    const { write } = MemoryStore.prototype;
    store.write = async (key, bytes, ttl, expected) => {
      const current = await store.read(key);
      if (current !== null) await Reflect.apply(write, store, [key, bytes, ttl, current.version]);
      return Reflect.apply(write, store, [key, bytes, ttl, expected]);
    };
    const answer = await server.again(first, '/set?key=1');
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringMatching(/65 times/)]);
  });
});

describe('an answer that waited for its session', () => {
  it('and that Node refuses then is an error of the request', async () => {
    await start(new MemoryStore(), {}, (req, res) => {
      req.session.hits = 1;
      res.writeHead(99).end('never');
    });
    const answer = await server.get();
    expect([answer.status, await answer.text()]).toEqual([500, 'Invalid status code: 99']);
  });
});

describe('an id that the application chose', () => {
  it('replaces the session that is there, as express-session does', async () => {
    await start(new MemoryStore(), { genid: () => 'chosen' });
    const first = await server.get('/set?key=0');
    await (await server.get('/set?key=1')).text();
    expect(await read(first)).toEqual({ key1: true });
  });

  it('is stored also where the other session ends just then', async () => {
    const store = new (class extends MemoryStore {
      override async write(...args: Parameters<SessionStore['write']>): ReturnType<SessionStore['write']> {
        const result = await super.write(...args);
        if ('conflict' in result) await this.delete(args[0]);
        return result;
      }
    })();
    await start(store, { genid: () => 'chosen' });
    await (await server.get('/set?key=0')).text();
    const second = await server.get('/set?key=1');
    expect([second.status, setCookies(second).length, await read(second)]).toEqual([200, 1, { key1: true }]);
  });
});
