import { createSecretKey, randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import session, { type SessionOptions } from 'nestjs-session-auth/express';
import { ChildNode } from '../../support/child-node.js';
import { compiledPackage } from '../../support/compiled-package.js';
import { CountingStore } from './counting-store.js';
import { DropInServer, type Handler, sessionCookie, setCookies, sidIn } from './drop-in-server.js';

const running: DropInServer[] = [];

async function start(options?: SessionOptions, handler?: Handler, before?: Handler): Promise<DropInServer> {
  const server = await DropInServer.start(options, handler, before);
  running.push(server);
  return server;
}

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(running.splice(0).map((server) => server.close()));
});

const countHits: Handler = (req, res) => {
  req.session.hits = (req.session.hits ?? 0) + 1;
  res.end(String(req.session.hits));
};
const setsUser: Handler = (req, res) => {
  if (req.url === '/ada') req.session.user = 'ada';
  res.end(JSON.stringify(req.session.user ?? null));
};
const names = (response: Response): string[] => setCookies(response).map(({ name }) => name);

describe('the option name', () => {
  it.each<[SessionOptions, string]>([
    [{}, 'connect.sid'],
    [{ name: 'session_id' }, 'session_id'],
    [{ key: 'session_id' }, 'session_id'],
    [{ name: 'new', key: 'old' }, 'new'],
  ])('%p calls the cookie %s', async (options, name) => {
    const server = await start(options, countHits);
    const first = await server.get();
    expect(names(first)).toEqual([name]);
    expect(await (await server.again(first)).text()).toBe('2');
  });
});

describe('the option genid', () => {
  it('makes 24 random bytes where it is not given', async () => {
    const server = await start();
    const ids = await Promise.all([server.get(), server.get()]).then((all) => all.map((one) => sidIn(one)));
    expect(ids.map((id) => Buffer.from(id, 'base64url').length)).toEqual([24, 24]);
    expect(new Set(ids).size).toBe(2);
  });

  // Signatures that cookie-signature gives, which express-session signs with.
  it.each<[id: string, value: string]>([
    ['apple', 's%3Aapple.D8Y%2BpkTAmeR0PobOhY4G97PRW%2Bj7bUnP%2F5m6%2FOn1MCU'],
    ['%', 's%3A%25.kzQ6x52kKVdF35Qh62AWk4ZekS28K5XYCXKa%2FOTZ01g'],
    ['/foo', 's%3A%2Ffoo.paEKBtAHbV5s1IB8B2zPnzAgYmmnRPIqObW4VRYj%2FMQ'],
  ])('makes the id %s, which is signed and encoded', async (id, value) => {
    const server = await start({ genid: () => id });
    expect(sessionCookie(await server.get())?.value).toBe(value);
  });

  it('is given the request', async () => {
    const server = await start({ genid: (req) => String(req.url) });
    expect(sidIn(await server.get('/here'))).toBe('/here');
  });

  it('is refused where it is no function', () => {
    expect(() => session({ genid: 'id' as never })).toThrow(/genid must be a function/);
  });
});

describe('the option secret', () => {
  it('is needed', async () => {
    const server = await start({ secret: undefined });
    const response = await server.get();
    expect([response.status, await response.text()]).toEqual([500, expect.stringMatching(/secret is required/)]);
  });

  it('is that of the request where it is not given', async () => {
    const server = await start({ secret: undefined }, countHits, (req) => void (req.secret = 'keyboard cat'));
    expect(await (await server.again(await server.get())).text()).toBe('2');
  });

  it('is refused where it is an empty list', () => {
    expect(() => session({ secret: [] })).toThrow(/secret option array/);
  });

  it.each<[string, unknown]>([
    ['an empty text', ''],
    ['white space', ' \t'],
    ['no bytes', Buffer.alloc(0)],
    ['a key of no bytes', createSecretKey(Buffer.alloc(0))],
    ['a list of an empty text', ['']],
    ['an empty text after a good one', ['keyboard cat', '']],
    ['a missing one after a good one', ['keyboard cat', undefined]],
    ['a number', 7],
  ])('is refused at start where it is %s, which everybody can sign with', (_what, secret) => {
    expect(() => session({ secret: secret as string, resave: false, saveUninitialized: false })).toThrow(
      /^The option secret(, item \d,)? must be a non-empty string or bytes/,
    );
  });

  it('is not that of the request where that is empty', async () => {
    const server = await start({ secret: undefined }, countHits, (req) => Reflect.set(req, 'secret', Buffer.alloc(0)));
    const response = await server.get();
    expect([response.status, await response.text()]).toEqual([500, expect.stringMatching(/secret is required/)]);
  });

  it.each<[string, SessionOptions['secret']]>([
    ['a text', 'awesome cat'],
    ['bytes', randomBytes(32)],
    ['a list', ['keyboard cat', 'nyan cat']],
  ])('may be %s', async (_what, secret) => {
    const server = await start({ secret }, countHits);
    expect(await (await server.again(await server.get())).text()).toBe('2');
  });

  it('signs with the first of a list', async () => {
    const store = new CountingStore();
    const both = await start({ secret: ['keyboard cat', 'nyan cat'], store }, setsUser);
    const second = await start({ secret: 'nyan cat', store }, setsUser);
    const cookie = { cookie: `connect.sid=${sessionCookie(await both.get('/ada'))?.value ?? ''}` };
    expect(await (await second.get('/', cookie)).text()).toBe('null');
    expect(await (await both.get('/', cookie)).json()).toBe('ada');
  });

  it('accepts all of a list', async () => {
    const store = new CountingStore();
    const old = await start({ secret: 'nyan cat', store }, setsUser);
    const both = await start({ secret: ['keyboard cat', 'nyan cat'], store }, setsUser);
    const cookie = { cookie: `connect.sid=${sessionCookie(await old.get('/ada'))?.value ?? ''}` };
    expect(await (await both.get('/', cookie)).json()).toBe('ada');
  });
});

describe('the options of saving', () => {
  interface Row {
    readonly options: SessionOptions;
    /** What the store is asked for, and which cookies are set, by a first request and by one that comes back. */
    readonly first: readonly [calls: string[], cookies: number];
    readonly then: readonly [calls: string[], cookies: number];
  }
  const quiet: Row[] = [
    { options: {}, first: [['set'], 1], then: [['get', 'set'], 0] },
    { options: { resave: undefined, saveUninitialized: undefined }, first: [['set'], 1], then: [['get', 'set'], 0] },
    { options: { resave: false }, first: [['set'], 1], then: [['get', 'touch'], 0] },
    { options: { saveUninitialized: false }, first: [[], 0], then: [[], 0] },
    { options: { saveUninitialized: false, rolling: true }, first: [[], 0], then: [[], 0] },
    { options: { saveUninitialized: true, rolling: true }, first: [['set'], 1], then: [['get', 'set'], 1] },
    { options: { resave: false, rolling: true }, first: [['set'], 1], then: [['get', 'touch'], 1] },
  ];

  it.each(quiet)('$options: a session that nobody writes to', async ({ options, first, then }) => {
    const store = new CountingStore();
    const server = await start({ store, ...options });
    const before = await server.get();
    expect([store.take(), names(before).length]).toEqual(first);
    const after = await server.again(before);
    expect([store.take(), names(after).length]).toEqual(then);
  });

  const written: Row[] = [
    { options: {}, first: [['set'], 1], then: [['get', 'set'], 0] },
    { options: { resave: false }, first: [['set'], 1], then: [['get', 'touch'], 0] },
    { options: { resave: false, saveUninitialized: false }, first: [['set'], 1], then: [['get', 'touch'], 0] },
    { options: { saveUninitialized: false, rolling: true }, first: [['set'], 1], then: [['get', 'set'], 1] },
  ];

  it.each(written)('$options: a session that is written to once', async ({ options, first, then }) => {
    const store = new CountingStore();
    const server = await start({ store, ...options }, setsUser);
    const before = await server.get('/ada');
    expect([store.take(), names(before).length]).toEqual(first);
    const after = await server.again(before, '/ada');
    expect([store.take(), names(after).length]).toEqual(then);
  });

  it('a change is saved whatever they are', async () => {
    const store = new CountingStore();
    const server = await start({ store, resave: false, saveUninitialized: false }, countHits);
    const first = await server.get();
    store.take();
    await (await server.again(first)).text();
    expect(store.take()).toEqual(['get', 'set']);
    expect(await store.stored(sidIn(first))).toMatchObject({ hits: 2 });
  });

  it('a change deep inside, under the name cookie, is a change', async () => {
    const store = new CountingStore();
    const server = await start({ store, resave: false }, (req, res) => {
      const user = typeof req.session.user === 'object' ? req.session.user : {};
      req.session.user = { ...user, cookie: (user.cookie ?? 0) + 1 };
      res.end();
    });
    const first = await server.get();
    store.take();
    await (await server.again(first)).text();
    expect(store.take()).toEqual(['get', 'set']);
  });

  it('a store without touch is not asked for it', async () => {
    const store = new CountingStore();
    Object.assign(store, { touch: undefined });
    const server = await start({ store, resave: false });
    const first = await server.get();
    store.take();
    expect((await server.again(first)).status).toBe(200);
    expect(store.take()).toEqual(['get']);
  });
});

describe('the option unset', () => {
  const unsets: Handler = (req, res) => {
    if (req.url === '/unset') Object.assign(req, { session: null });
    else if (req.url === '/delete') Reflect.deleteProperty(req, 'session');
    else req.session.user = 'ada';
    res.end();
  };

  it.each<[SessionOptions['unset'], string, number]>([
    [undefined, '/unset', 1],
    ['keep', '/unset', 1],
    ['keep', '/delete', 1],
    ['destroy', '/unset', 0],
    ['destroy', '/delete', 0],
  ])('%p: after %s there are %i sessions', async (unset, path, count) => {
    const store = new CountingStore();
    const server = await start({ store, unset }, unsets);
    const first = await server.get();
    expect(await store.count()).toBe(1);
    const second = await server.again(first, path);
    expect([second.status, names(second), await store.count()]).toEqual([200, [], count]);
  });

  it('sets no cookie for a session that did not last', async () => {
    const store = new CountingStore();
    const server = await start({ store, unset: 'destroy' }, unsets);
    expect(names(await server.get('/unset'))).toEqual([]);
    expect(await store.count()).toBe(0);
  });

  it('is refused where it is something else', () => {
    expect(() => session({ secret: 'a', unset: 'forget' as never })).toThrow(/unset must be/);
  });
});

describe('what the developer is told', () => {
  // Once a process, so that each test has its own.
  const library = compiledPackage();
  afterAll(() => {
    library.remove();
  });

  async function warningsIn(environment: string, call: string): Promise<string[]> {
    const child = new ChildNode(
      `
        const warnings = [];
        process.emitWarning = (warning) => warnings.push(String(warning));
        process.env.NODE_ENV = process.argv.at(-1);
        const { default: session } = await import(process.argv.at(-2));
        ${call};
        console.log(JSON.stringify(warnings));
      `,
      join(dirname(library.entry), 'interop/express/index.js'),
      environment,
    );
    await child.end();
    return JSON.parse(child.output) as string[];
  }

  it('is told once: a default that is not what almost everybody wants, no secret, and the memory store in production', async () => {
    expect(await warningsIn('production', 'session(); session()')).toEqual([
      expect.stringMatching(/No secret/),
      expect.stringMatching(/option resave/),
      expect.stringMatching(/option saveUninitialized/),
      expect.stringMatching(/memory of one process/),
    ]);
  });

  it('is not told of what was decided', async () => {
    const decided = "session({ secret: 'a', resave: false, saveUninitialized: false })";
    expect(await warningsIn('development', decided)).toEqual([]);
  });
});
