import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore, type SessionData, type SessionOptions } from 'nestjs-session-auth/express';
import { Checkpoint, Checkpoints } from '../../support/checkpoint.js';
import { CountingStore } from './counting-store.js';
import { DropInServer, type Handler, setCookies, sidIn } from './drop-in-server.js';

let server: DropInServer;
let checkpoints: Checkpoints;

async function start(options: SessionOptions = {}, handler: Handler = act): Promise<DropInServer> {
  return (server = await DropInServer.start({ resave: false, saveUninitialized: false, ...options }, handler));
}

const act: Handler = async (req, res) => {
  const { pathname, searchParams } = new URL(req.url ?? '', 'http://localhost');
  const at = searchParams.get('at');
  if (at !== null) await checkpoints.at(at).pass();
  const key = String(searchParams.get('key'));
  const done = (): void => {
    const { cookie: _cookie, ...values } = { ...req.session };
    res.end(JSON.stringify(values));
  };
  if (pathname === '/set') Object.assign(req.session, { [`key${key}`]: true });
  if (pathname === '/nested') req.session.keys = { ...req.session.keys, [key]: true };
  if (pathname === '/remove') Reflect.deleteProperty(req.session, 'key0');
  if (pathname === '/user') req.session.user = searchParams.get('user') ?? '';
  if (pathname === '/destroy') return req.session.destroy(done);
  if (pathname === '/unset') Object.assign(req, { session: null });
  if (pathname === '/regenerate') return req.session.regenerate(done);
  if (pathname === '/save') return req.session.save(done);
  return done();
};

async function read(first: Response): Promise<unknown> {
  return (await server.again(first, '/')).json();
}

/** Starts a request that waits before its change while `meanwhile` takes place. */
async function during(first: Response, path: string, meanwhile: () => Promise<unknown>): Promise<Response> {
  const { name, checkpoint } = checkpoints.next();
  const slow = server.again(first, `${path}at=${name}`);
  await checkpoint.reached;
  await meanwhile();
  checkpoint.release();
  return slow;
}

beforeEach(() => {
  checkpoints = new Checkpoints();
});

afterEach(() => server.close());

describe.each([{ resave: false }, { resave: true }])(
  'requests of one process, over a store of express-session, %p',
  (options) => {
    it.each(['/set', '/nested'])('keep what 20 of them add at a time by %s', async (path) => {
      await start(options);
      const first = await server.get('/set?key=0');
      const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
      const answers = numbers.map((key) => server.again(first, `${path}?key=${String(key)}&at=${String(key)}`));
      await Promise.all(numbers.map((key) => checkpoints.at(String(key)).reached));
      for (const key of numbers) checkpoints.at(String(key)).release();
      await Promise.all(answers);
      const kept = (await read(first)) as Record<string, unknown> & { keys?: object };
      expect(Object.keys(path === '/set' ? kept : (kept.keys ?? {})).length).toBe(path === '/set' ? 21 : 20);
    });

    it('do not bring back what another one has removed', async () => {
      await start(options);
      const first = await server.get('/set?key=0');
      await during(first, '/set?key=1&', async () => (await server.again(first, '/remove')).text());
      expect(await read(first)).toEqual({ key1: true });
    });

    it('of two that change the same, keep what was saved last', async () => {
      await start(options);
      const first = await server.get('/user?user=ada');
      await during(first, '/user?user=last&', async () => (await server.again(first, '/user?user=first')).text());
      expect(await read(first)).toEqual({ user: 'last' });
    });

    it.each(['/destroy', '/unset', '/regenerate'])(
      'do not bring back a session that another one has ended by %s',
      async (end) => {
        const store = new CountingStore();
        await start({ ...options, store, unset: 'destroy', rolling: true });
        for (const path of ['/set?key=1&', '/save?', '/?']) {
          const first = await server.get('/set?key=0');
          const answer = await during(first, path, async () => {
            await (await server.again(first, end)).text();
            store.take();
          });
          expect([path, answer.status, setCookies(answer), store.take()]).toEqual([path, 200, [], []]);
          expect(await store.stored(sidIn(first))).toBeUndefined();
        }
      },
    );
  },
);

describe('requests at work on a session of express-session', () => {
  it('ask the store for nothing that express-session would not ask for', async () => {
    const store = new CountingStore();
    await start({ store });
    const first = await server.get('/set?key=0');
    store.take();
    await during(first, '/set?key=1&', async () => (await server.again(first, '/set?key=2')).text());
    expect(store.take()).toEqual(['get', 'get', 'set', 'set']);
  });

  it('know what they have read again', async () => {
    await start({}, async (req, res) => {
      const push = (text: string): void => void (req.session.list = [...(req.session.list ?? []), text]);
      if (req.url === '/read') return res.end(JSON.stringify(req.session.list));
      if (req.url !== '/slow') push('fast');
      else {
        await checkpoints.at('slow').pass();
        await new Promise((resolve) => req.session.reload(resolve));
        push('slow');
      }
      return res.end();
    });
    const first = await server.get();
    const slow = server.again(first, '/slow');
    await checkpoints.at('slow').reached;
    await (await server.again(first)).text();
    checkpoints.at('slow').release();
    await slow;
    expect(await (await server.again(first, '/read')).json()).toEqual(['fast', 'fast', 'slow']);
  });

  it('that come later know of what is still being stored', async () => {
    const checkpoint = new Checkpoint();
    const store = new (class extends MemoryStore {
      slow = false;
      override set(sid: string, session: SessionData, callback?: (error?: unknown) => void): void {
        const { slow } = this;
        this.slow = false;
        const text = JSON.parse(JSON.stringify(session)) as SessionData;
        const store = (): void => super.set(sid, text, callback);
        if (slow) void checkpoint.pass().then(store);
        else store();
      }
    })();
    await start({ store });
    const first = await server.get('/set?key=0');
    store.slow = true;
    const slow = server.again(first, '/set?key=1');
    await checkpoint.reached;
    // It reads what was there before, and its own set waits for the one that is under way.
    const { name, checkpoint: later } = checkpoints.next();
    const second = server.again(first, `/set?key=2&at=${name}`);
    await later.reached;
    later.release();
    checkpoint.release();
    await Promise.all([slow, second]);
    expect(await read(first)).toEqual({ key0: true, key1: true, key2: true });
  });

  it('go on after a set that failed', async () => {
    const store = new CountingStore();
    await start({ store });
    const first = await server.get('/set?key=0');
    const { set } = store;
    await during(first, '/set?key=1&', async () => {
      store.set = (_sid, _session, callback) => callback?.(new Error('boom'));
      expect((await server.again(first, '/set?key=2')).status).toBe(200);
      store.set = set;
    });
    expect(await server.error()).toEqual(new Error('boom'));
    expect(await read(first)).toMatchObject({ key0: true, key1: true });
  });

  it('take nothing in under __proto__', async () => {
    const keys: Record<string, string> = { '/evil': '{"__proto__":{"admin":true},"a":true}', '/slow': '{"b":true}' };
    await start({}, async (req, res) => {
      if (req.url === '/slow') await checkpoints.at('slow').pass();
      const text = keys[req.url ?? ''];
      if (text === undefined) req.session.hits = 1;
      else req.session.keys = JSON.parse(text) as Record<string, boolean>;
      req.session.save(() => res.end(JSON.stringify([req.session.keys, req.session.keys?.['admin'] ?? null])));
    });
    const first = await server.get('/');
    const slow = server.again(first, '/slow');
    await checkpoints.at('slow').reached;
    await (await server.again(first, '/evil')).text();
    checkpoints.at('slow').release();
    expect(await (await slow).json()).toEqual([{ a: true, b: true }, null]);
  });
});
