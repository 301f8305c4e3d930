import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import session, * as named from 'nestjs-session-auth/express';
import type { SessionOptions } from 'nestjs-session-auth/express';
import { CountingStore } from './counting-store.js';
import { cookieHeader, DropInServer, type Handler, sessionCookie, sidIn } from './drop-in-server.js';

let server: DropInServer;

async function start(options?: SessionOptions, handler?: Handler, before?: Handler): Promise<DropInServer> {
  return (server = await DropInServer.start(options, handler, before));
}

afterEach(async () => {
  jest.restoreAllMocks();
  await server.close();
});

const countHits: Handler = (req, res) => {
  req.session.hits = (req.session.hits ?? 0) + 1;
  res.end(`hits: ${String(req.session.hits)}`);
};

/** The clock of this process, where the server is, stands still and is moved. */
function stopClock(): (ms: number) => void {
  let now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  return (ms) => void (now += ms);
}

describe('the drop-in', () => {
  it('has the classes of express-session, on its function and by name', async () => {
    await start();
    const { Cookie, MemoryStore, Session, Store } = named;
    expect({ ...session }).toEqual({ Cookie, MemoryStore, Session, Store });
    expect(typeof Cookie).toBe('function');
    expect(new session.MemoryStore()).toBeInstanceOf(session.Store);
  });

  it('stores a new session, and sets its cookie', async () => {
    const store = new CountingStore();
    await start({ store }, countHits);
    const response = await server.get();
    expect(await response.text()).toBe('hits: 1');
    expect(sessionCookie(response)?.value).toMatch(/^s%3A[\w-]{32}\.[\w%]+$/);
    expect(await store.count()).toBe(1);
    expect(await store.stored(sidIn(response))).toMatchObject({ hits: 1 });
  });

  it('goes on with a stored session', async () => {
    await start({}, countHits);
    const first = await server.get();
    expect(await (await server.again(first)).text()).toBe('hits: 2');
  });

  it('gives two clients two sessions', async () => {
    const store = new CountingStore();
    await start({ store }, countHits);
    const answers = await Promise.all([server.get(), server.get()]);
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['hits: 1', 'hits: 1']);
    expect(await store.count()).toBe(2);
  });

  it('leaves a request alone that has a session already', async () => {
    await start({}, undefined, (req) => {
      Object.assign(req, { session: {} });
    });
    const response = await server.get();
    expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
  });

  it('works for a request without a URL', async () => {
    await start({}, undefined, (req) => void (req.url = ''));
    const response = await server.get();
    expect([response.status, sessionCookie(response)?.name]).toEqual([200, 'connect.sid']);
  });

  it('has no session while its store is not connected, and again when it is', async () => {
    const store = new CountingStore();
    await start({ store }, (req, res) => res.end(typeof req.session));
    const seen: unknown[] = [];
    for (const event of [null, 'disconnect', 'connect']) {
      if (event !== null) store.emit(event);
      const response = await server.get();
      seen.push(await response.text(), response.headers.getSetCookie().length);
    }
    expect(seen).toEqual(['object', 1, 'undefined', 0, 'object', 1]);
  });
});

describe('a session id', () => {
  it('that is not stored is not taken: the session is new, under another id', async () => {
    const store = new CountingStore();
    await start({ store }, countHits);
    const first = await server.get();
    store.clear();
    const second = await server.again(first);
    expect(await second.text()).toBe('hits: 1');
    expect(sidIn(second)).not.toBe(sidIn(first));
    expect(sidIn(second)).not.toBe('');
  });

  it.each<[string, (value: string, sid: string) => string]>([
    ['without a signature', (_value, sid) => sid],
    ['that was changed', (value) => value.replace(/...\./, '.')],
    ['with another signature', (value) => value.replace(/\..*/, `.${'A'.repeat(43)}`)],
    ['that is broken', () => '%E0%A4%A'],
    ['that is empty', () => ''],
  ])('%s is not even looked up', async (_what, forge) => {
    const store = new CountingStore();
    await start({ store, name: 'sessid' }, countHits);
    const first = await server.get();
    const forged = forge(sessionCookie(first, 'sessid')?.value ?? '', sidIn(first, 'sessid'));
    store.take();
    const second = await server.get('/', { cookie: `sessid=${forged}` });
    expect(await second.text()).toBe('hits: 1');
    expect(sidIn(second, 'sessid')).not.toBe(sidIn(first, 'sessid'));
    expect(store.take()).toEqual(['set']);
  });

  it('is found behind a cookie of the same name that somebody else has set', async () => {
    await start({}, countHits);
    const first = await server.get();
    const response = await server.get('/', { cookie: `connect.sid=s%3Aevil.x; ${cookieHeader(first)}` });
    expect(await response.text()).toBe('hits: 2');
  });
});

describe('a session that has expired', () => {
  it('is gone from the store, and the next one has another id', async () => {
    const pass = stopClock();
    const store = new CountingStore();
    await start({ store, cookie: { maxAge: 5_000 } }, countHits);
    const first = await server.get();
    pass(5_000);
    expect(await store.count()).toBe(0);
    const second = await server.again(first);
    expect(await second.text()).toBe('hits: 1');
    expect(sidIn(second)).not.toBe(sidIn(first));
  });

  it('is not there yet one moment before', async () => {
    const pass = stopClock();
    await start({ cookie: { maxAge: 5_000 } }, countHits);
    const first = await server.get();
    pass(4_999);
    expect(await (await server.again(first)).text()).toBe('hits: 2');
  });
});

describe('what is stored', () => {
  it('may have names that a session has itself: they are left out', async () => {
    const store = new CountingStore();
    await start({ store, resave: false }, countHits);
    const first = await server.get();
    const sid = sidIn(first);
    store.sessions[sid] = (store.sessions[sid] ?? '').replace(
      '{',
      '{"save":"no","constructor":"no","__proto__":{"user":"no"},',
    );
    expect(await (await server.again(first)).text()).toBe('hits: 2');
    expect(JSON.parse(store.sessions[sid] ?? '')).toEqual({ cookie: expect.anything(), hits: 2 });
  });

  it('without a cookie is an error', async () => {
    const store = new CountingStore();
    await start({ store }, countHits);
    const first = await server.get();
    store.sessions[sidIn(first)] = '{"hits":1}';
    const second = await server.again(first);
    expect(second.status).toBe(500);
    expect(await second.text()).toMatch(/Cannot read prop/);
  });
});

describe('req.session', () => {
  it('has nothing to enumerate but data and the cookie', async () => {
    await start({}, (req, res) => {
      req.session.user = 'ada';
      const names: string[] = [];
      for (const name in req.session) names.push(name);
      res.end(JSON.stringify([names.sort(), Object.keys(req.session).sort()]));
    });
    expect(await (await server.get()).json()).toEqual([
      ['cookie', 'user'],
      ['cookie', 'user'],
    ]);
  });

  it('is a Session with a Cookie, and has the id of the request', async () => {
    await start({}, (req, res) => {
      const isSession = req.session instanceof session.Session && req.session.cookie instanceof session.Cookie;
      res.end(JSON.stringify([isSession, req.session.id === req.sessionID, typeof req.sessionStore.get]));
    });
    expect(await (await server.get()).json()).toEqual([true, true, 'function']);
  });

  it('is not stored, and no cookie is set, where the application has made its id something else', async () => {
    const store = new CountingStore();
    await start({ store }, (req, res) => {
      Object.assign(req, { sessionID: () => 'no id' });
      countHits(req, res);
    });
    const response = await server.get();
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await store.count()).toBe(0);
  });

  it('can be had from its store without a request', async () => {
    const store = new CountingStore();
    await start({ store }, countHits);
    const response = await server.get();
    const loaded = await new Promise<named.SessionData | undefined>((resolve) => {
      store.load(sidIn(response), (_error: unknown, found?: named.SessionData) => resolve(found));
    });
    expect(loaded).toBeInstanceOf(session.Session);
    expect(loaded).toMatchObject({ hits: 1, id: sidIn(response) });
    await new Promise((resolve) => {
      store.load('nobody', (_error: unknown, found?: unknown) => resolve(expect(found).toBeUndefined()));
    });
  });

  it('sets its cookie again when it has changed, and not when it has not', async () => {
    await start({}, (req, res) => (req.url === '/read' ? res.end() : countHits(req, res)));
    const first = await server.get();
    const read = await server.again(first, '/read');
    const changed = await server.again(first, '/');
    expect([read, changed].map((response) => sessionCookie(response)?.name)).toEqual([undefined, 'connect.sid']);
  });

  describe('.destroy()', () => {
    it('leaves no session, no record and no cookie', async () => {
      const store = new CountingStore();
      await start({ store }, (req, res) => {
        if (req.url !== '/end') return countHits(req, res);
        return req.session.destroy((error: unknown) => res.end(JSON.stringify([error, typeof req.session])));
      });
      const first = await server.get();
      const second = await server.again(first, '/end');
      expect(await second.json()).toEqual([null, 'undefined']);
      expect(second.headers.getSetCookie()).toEqual([]);
      expect(await store.count()).toBe(0);
    });

    it('needs no callback', async () => {
      const store = new CountingStore();
      await start({ store }, (req, res) => {
        req.session.destroy();
        res.end();
      });
      expect((await server.get()).headers.getSetCookie()).toEqual([]);
      expect(await store.count()).toBe(0);
    });
  });

  describe('.regenerate()', () => {
    it('gives an empty session under another id, and removes the old one', async () => {
      const store = new CountingStore();
      await start({ store }, (req, res) => {
        if (req.url !== '/again') return countHits(req, res);
        const { id } = req.session;
        return req.session.regenerate(() => res.end(String([req.session.id === id, req.session.hits])));
      });
      const first = await server.get();
      const second = await server.again(first, '/again');
      expect(await second.text()).toBe('false,');
      expect(sidIn(second)).not.toBe(sidIn(first));
      expect(await store.stored(sidIn(first))).toBeUndefined();
      expect(await store.stored(sidIn(second))).toBeDefined();
    });
  });

  describe('.reload()', () => {
    it('brings what another request has stored meanwhile, as another object', async () => {
      await start({ resave: false }, async (req, res) => {
        if (req.url !== '/slow') return countHits(req, res);
        req.session.user = 'not saved yet';
        await (await server.get('/', { cookie: req.headers.cookie ?? '' })).text();
        const before = req.session;
        return req.session.reload(() =>
          res.end(JSON.stringify([req.session === before, req.session.hits, req.session.user ?? null])),
        );
      });
      const first = await server.get();
      expect(await (await server.again(first, '/slow')).json()).toEqual([false, 2, null]);
    });

    it('says that the session is not there any more', async () => {
      const store = new CountingStore();
      await start({ store }, (req, res) => {
        if (req.url !== '/reload') return countHits(req, res);
        return store.clear(() => {
          req.session.reload((error: unknown) => res.end(String(error)));
        });
      });
      const first = await server.get();
      expect(await (await server.again(first, '/reload')).text()).toBe('Error: failed to load session');
    });

    it('may be called over and over', async () => {
      await start({}, (req, res) => {
        let times = 500;
        const again = (): unknown => (--times === 0 ? res.end(String(req.session.hits)) : req.session.reload(again));
        req.session.hits = 1;
        req.session.save(again);
      });
      expect(await (await server.get()).text()).toBe('1');
    });

    it('may be called over and over where it fails', async () => {
      const store = new CountingStore();
      await start({ store, resave: false }, (req, res) => {
        let times = 20;
        const again = (): unknown => (--times === 0 ? res.end('done') : req.session.reload(again));
        if (req.url === '/reload') store.clear(again);
        else countHits(req, res);
      });
      const first = await server.get();
      expect(await (await server.again(first, '/reload')).text()).toBe('done');
    });
  });

  describe('.save()', () => {
    const saves: Handler = (req, res) => {
      req.session.user = 'ada';
      req.session.save((error: unknown) => res.end(String(error)));
    };

    it('stores the session at once', async () => {
      const store = new CountingStore();
      await start({ store }, (req, res) => {
        req.session.user = 'ada';
        req.session.save(
          () => void store.stored(req.session.id).then((stored) => res.end(JSON.stringify(stored?.user))),
        );
      });
      expect(await (await server.get()).json()).toBe('ada');
    });

    it.each([true, false])(
      'spares the end of the request the same (saveUninitialized: %p)',
      async (saveUninitialized) => {
        const store = new CountingStore();
        await start({ store, saveUninitialized }, saves);
        const first = await server.get();
        expect(await first.text()).toBe('null');
        expect(store.take().filter((call) => call === 'set')).toEqual(['set']);
        await (await server.again(first)).text();
        expect(store.take().filter((call) => call === 'set')).toEqual(['set']);
      },
    );

    it('spares it also after the session was read again', async () => {
      const store = new CountingStore();
      await start({ store }, (req, res) => {
        req.session.reload(() => saves(req, res));
      });
      const first = await server.get();
      await first.text();
      expect(store.take().filter((call) => call === 'set')).toEqual(['set']);
      await (await server.again(first)).text();
      expect(store.take().filter((call) => call === 'set')).toEqual(['set']);
    });

    it('does not spare it what is changed after that', async () => {
      const store = new CountingStore();
      await start({ store }, (req, res) => {
        req.session.save(() => countHits(req, res));
      });
      const response = await server.get();
      await response.text();
      expect(await store.stored(sidIn(response))).toMatchObject({ hits: 1 });
    });
  });

  describe('.touch()', () => {
    it('lets the session live for its whole age again', async () => {
      const pass = stopClock();
      const store = new CountingStore();
      await start({ store, resave: false }, (req, res) => {
        req.session.touch();
        countHits(req, res);
      });
      const first = await server.get();
      const sid = sidIn(first);
      const before = await store.stored(sid);
      pass(10_000);
      await (await server.again(first)).text();
      const after = await store.stored(sid);
      expect(Date.parse(String(after?.cookie.expires)) - Date.parse(String(before?.cookie.expires))).toBe(10_000);
    });
  });
});

describe('a store', () => {
  it('that fails to read fails the request', async () => {
    const store = new CountingStore();
    await start({ store }, countHits);
    const first = await server.get();
    store.get = (_sid, callback) => callback(new Error('boom'));
    const second = await server.again(first);
    expect([second.status, await second.text()]).toEqual([500, 'boom']);
  });

  it('that has no file for a session has no session', async () => {
    const store = new CountingStore();
    await start({ store }, countHits);
    const first = await server.get();
    store.get = (_sid, callback) => callback(Object.assign(new Error('no file'), { code: 'ENOENT' }));
    expect(await (await server.again(first)).text()).toBe('hits: 1');
  });

  it.each<[what: string, method: 'set' | 'touch' | 'destroy', options: SessionOptions]>([
    ['save', 'set', {}],
    ['extend', 'touch', { resave: false }],
    ['destroy', 'destroy', { unset: 'destroy' }],
  ])('that fails to %s says so after the response', async (_what, method, options) => {
    const store = new CountingStore();
    await start({ store, ...options }, (req, res) => {
      if (req.headers.cookie !== undefined && method === 'destroy') Object.assign(req, { session: null });
      res.end('answered');
    });
    const first = await server.get();
    store[method] = (_sid: string, ...rest: unknown[]) => {
      const callback = rest.at(-1) as (error: Error) => void;
      callback(new Error('boom'));
    };
    const second = await server.again(first);
    expect([second.status, await second.text()]).toEqual([200, 'answered']);
    expect(await server.error()).toEqual(new Error('boom'));
  });

  it('that throws is heard, too', async () => {
    const store = new CountingStore();
    await start({ store });
    store.set = () => {
      throw new Error('boom');
    };
    expect((await server.get()).status).toBe(200);
    expect(await server.error()).toEqual(new Error('boom'));
  });

  it('that gives a promise which is rejected is heard, too', async () => {
    const store = new CountingStore();
    await start({ store, resave: false });
    const first = await server.get();
    Object.assign(store, { touch: () => Promise.reject(new Error('boom')) });
    expect((await server.again(first)).status).toBe(200);
    expect(await server.error()).toEqual(new Error('boom'));
  });

  it('that answers at once works', async () => {
    const kept = new Map<string, string>();
    const store: named.Store = new (class extends session.Store {
      override get(sid: string, callback: (error: unknown, found?: named.SessionData) => void): void {
        const text = kept.get(sid);
        callback(null, text === undefined ? undefined : (JSON.parse(text) as named.SessionData));
      }
      override set(sid: string, data: named.SessionData, callback?: () => void): void {
        kept.set(sid, JSON.stringify(data));
        callback?.();
      }
      override destroy(sid: string, callback?: () => void): void {
        kept.delete(sid);
        callback?.();
      }
    })();
    await start({ store, unset: 'destroy' }, (req, res) => {
      if (req.url !== '/end') return countHits(req, res);
      Object.assign(req, { session: null });
      res.write('ended ');
      return res.end('for good');
    });
    const first = await server.get();
    expect(await (await server.again(first)).text()).toBe('hits: 2');
    expect(await (await server.again(first, '/end')).text()).toBe('ended for good');
    expect(kept.size).toBe(0);
  });

  it('may be a function of old that calls the class on itself', async () => {
    interface Old extends named.Store {
      kept: Map<string, string>;
    }
    function OldStore(this: Old): void {
      Reflect.apply(session.Store, this, []);
      this.kept = new Map();
    }
    Object.setPrototypeOf(OldStore.prototype, session.Store.prototype);
    Object.assign(OldStore.prototype, {
      get(this: Old, sid: string, callback: (error: unknown, found: unknown) => void) {
        callback(null, JSON.parse(this.kept.get(sid) ?? 'null'));
      },
      set(this: Old, sid: string, data: object, callback: () => void) {
        this.kept.set(sid, JSON.stringify(data));
        callback();
      },
      destroy(this: Old, sid: string, callback: () => void) {
        this.kept.delete(sid);
        callback();
      },
    });
    const store = Reflect.construct(OldStore, []) as Old;
    expect(store).toBeInstanceOf(session.Store);
    await start({ store }, countHits);
    const first = await server.get();
    expect(await (await server.again(first)).text()).toBe('hits: 2');
    const heard = once(store, 'connect');
    store.emit('connect');
    await heard;
  });

  it.each([[{}], [{ get() {}, set() {}, destroy() {} }]])('is refused where it is none', async (store) => {
    await start();
    expect(() => session({ secret: 'a', store: store as never })).toThrow(
      /option store must be an express-session store/,
    );
  });
});
