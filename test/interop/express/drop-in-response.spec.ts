import { createServer, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { SessionData, SessionOptions } from 'nestjs-session-auth/express';
import { MemoryStore as OwnMemoryStore } from 'nestjs-session-auth/memory';
import { Checkpoint } from '../../support/checkpoint.js';
import { CountingStore } from './counting-store.js';
import { DropInServer, type Handler, sessionCookie, sidIn } from './drop-in-server.js';

let server: DropInServer;

async function start(options?: SessionOptions, handler?: Handler, before?: Handler): Promise<DropInServer> {
  return (server = await DropInServer.start(options, handler, before));
}

afterEach(() => server.close());

/** A store that does its first `set` when the test lets it. */
class SlowStore extends CountingStore {
  readonly checkpoint = new Checkpoint();

  #isFirst = true;

  override set(sid: string, session: SessionData, callback?: (error?: unknown) => void): void {
    if (!this.#isFirst) return super.set(sid, session, callback);
    this.#isFirst = false;
    void this.checkpoint.pass().then(() => {
      super.set(sid, session, callback);
    });
  }
}

const hit = (handler: Handler): Handler => {
  return (req, res) => {
    req.session.hits = 1;
    return handler(req, res);
  };
};

const endings: [how: string, handler: Handler, body: string][] = [
  ['end with a text', (_req, res) => res.end('session saved'), 'session saved'],
  ['end with bytes', (_req, res) => res.end(Buffer.from('session saved')), 'session saved'],
  ['end with an encoding', (_req, res) => res.end('c2F2ZWQ=', 'base64'), 'saved'],
  ['end with null', (_req, res) => res.end(null), ''],
  ['end with a callback', (_req, res) => res.end('saved', () => undefined), 'saved'],
  ['end and a length', (_req, res) => res.setHeader('Content-Length', '13').end('session saved'), 'session saved'],
  ['end and a length of 0', (_req, res) => res.setHeader('Content-Length', '0').end(), ''],
  ['writeHead', (_req, res) => res.writeHead(200, { 'X-Head': '1' }).end('saved'), 'saved'],
  [
    'flushHeaders',
    (_req, res) => {
      res.flushHeaders();
      res.end('saved');
    },
    'saved',
  ],
  [
    'several writes',
    (_req, res) => {
      res.write('hello, ');
      res.write('wor');
      res.end('ld');
    },
    'hello, world',
  ],
  [
    'several writes and a length',
    (_req, res) => {
      res.setHeader('Content-Length', '12');
      res.write('hello, ');
      res.end('world');
    },
    'hello, world',
  ],
  [
    'several ends',
    (_req, res) => {
      res.setHeader('Content-Type', 'text/plain');
      res.end('Hello, world!');
      res.end();
      res.end('more');
    },
    'Hello, world!',
  ],
  ['a stream', (_req, res) => pipeline(Readable.from(['a', 'b', 'c']), res), 'abc'],
];

const stores: [string, () => SessionOptions['store']][] = [
  ['a store of express-session', () => new CountingStore()],
  ['a store of this package', () => new OwnMemoryStore()],
];

describe.each(stores)('a response with %s', (_name, makeStore) => {
  it.each(endings)('by %s is what the handler wrote, and has the cookie', async (_how, handler, body) => {
    await start({ store: makeStore() }, hit(handler));
    const response = await server.get();
    expect([response.status, await response.text()]).toEqual([200, body]);
    expect(sessionCookie(response)).toBeDefined();
    expect(server.errors).toEqual([]);
  });

  it('tells the callback of its end, and of its writes', async () => {
    const told: string[] = [];
    await start({ store: makeStore() }, (_req, res) => {
      res.write('a', () => told.push('write'));
      res.end('b', () => told.push('end'));
    });
    const response = await server.get();
    expect(await response.text()).toBe('ab');
    expect(told).toEqual(['write', 'end']);
  });

  it('goes through what was put around the response before and after', async () => {
    const patch = (res: ServerResponse): void => {
      const { write, end } = res;
      let ended = false;
      res.end = (...args: never[]) => {
        ended = true;
        return Reflect.apply(end, res, args) as ServerResponse;
      };
      res.write = (...args: never[]) => {
        if (ended) throw new Error('written after its end');
        return Reflect.apply(write, res, args) as boolean;
      };
    };
    await start(
      { store: makeStore() },
      hit((_req, res) => {
        patch(res);
        res.write('hello, ');
        res.end('world');
      }),
      (_req, res) => {
        patch(res);
      },
    );
    expect(await (await server.get()).text()).toBe('hello, world');
  });

  it('refuses changes after its end with the words of Node', async () => {
    const errors: unknown[] = [];
    const changes = (res: ServerResponse): void => {
      res.end();
      errors.push(res.headersSent);
      for (const change of [
        () => res.setHeader('Content-Length', '3'),
        () => res.removeHeader('Content-Length'),
        () => res.appendHeader('a', 'b'),
      ]) {
        try {
          change();
          errors.push(null);
        } catch (error) {
          const { message, code } = error as NodeJS.ErrnoException;
          errors.push(message, code);
        }
      }
    };
    const plain = createServer((_req, res) => {
      changes(res);
    }).listen(0, '127.0.0.1');
    await once(plain, 'listening');
    await fetch(`http://127.0.0.1:${String((plain.address() as AddressInfo).port)}`);
    plain.close();
    const wanted = errors.splice(0);
    await start(
      { store: makeStore() },
      hit((_req, res) => {
        changes(res);
      }),
    );
    await server.get();
    expect(errors).toEqual(wanted);
    expect(errors).toHaveLength(7);
  });

  it('keeps the status that it had at its end', async () => {
    await start(
      { store: makeStore() },
      hit((_req, res) => {
        res.statusCode = 201;
        res.end();
        res.statusCode = 500;
      }),
    );
    expect((await server.get()).status).toBe(201);
  });
});

describe('the session of a response', () => {
  it.each(endings)('by %s is stored before it is complete', async (_how, handler) => {
    const store = new SlowStore();
    await start({ store }, hit(handler));
    const response = server.get().then(async (answer) => {
      await answer.text();
      return answer;
    });
    await store.checkpoint.reached;
    // By then it would have come, too.
    await (await server.get()).text();
    expect(await Promise.race([response, Promise.resolve('it waits')])).toBe('it waits');
    store.checkpoint.release();
    expect(await store.stored(sidIn(await response))).toMatchObject({ hits: 1 });
  });

  it('is saved at the end, with what came after the head', async () => {
    const store = new CountingStore();
    await start({ store }, (req, res) => {
      res.write('hello, ');
      req.session.hits = 7;
      res.end('world');
    });
    const response = await server.get();
    await response.text();
    expect(await store.stored(sidIn(response))).toMatchObject({ hits: 7 });
  });

  it('of this package is saved again at the end, if it has changed after the head', async () => {
    const store = new OwnMemoryStore();
    await start({ store }, (req, res) => {
      if (req.url === '/read') return res.end(String(req.session.hits));
      res.write('hello, ');
      // A held response goes on in another turn.
      return setImmediate(() => {
        req.session.hits = 7;
        res.end('world');
      });
    });
    const response = await server.get();
    expect(await response.text()).toBe('hello, world');
    expect(await (await server.again(response, '/read')).text()).toBe('7');
  });

  it('lets a stream that minds the buffer go on', async () => {
    const chunks = Array.from({ length: 50 }, (_, index) => `${String(index)};`.padEnd(20_000, '.'));
    await start(
      { store: new OwnMemoryStore() },
      hit((_req, res) => pipeline(Readable.from(chunks), res)),
    );
    expect(await (await server.get()).text()).toBe(chunks.join(''));
  });
});
