import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Method } from '../../../lib/response/doors.js';
import { GatedServer, ways, type Plan, type Work } from './gated-server.js';

const methods: readonly Method[] = ['writeHead', 'write', 'end', 'flushHeaders'];
/** All sets of the four, the empty one too. */
const sets = Array.from({ length: 16 }, (_, bits) => methods.filter((_method, index) => bits & (1 << index)));

type Callable = (...args: unknown[]) => unknown;
type Wrap = (response: ServerResponse, method: Method) => void;

const read = (response: ServerResponse, method: Method): Callable => Reflect.get(response, method) as Callable;

/** How packages put themselves around a method. */
const styles: Record<string, Wrap> = {
  'calling what was there': (response, method) => {
    const former = read(response, method);
    Reflect.set(response, method, function (this: unknown, ...args: unknown[]) {
      return Reflect.apply(former, this, args);
    });
  },
  'putting back what was there': (response, method) => {
    const former = read(response, method);
    Reflect.set(response, method, (...args: unknown[]) => {
      Reflect.set(response, method, former);
      return Reflect.apply(read(response, method), response, args);
    });
  },
  'calling a bound one': (response, method) => {
    const former: Callable = read(response, method).bind(response);
    Object.defineProperty(response, method, { value: (...args: unknown[]) => former(...args), configurable: true });
  },
};

const big = 'x'.repeat(200_000);

const answers: Record<string, { readonly answer: Work; readonly body: string }> = {
  end: { answer: (response) => response.end('body'), body: 'body' },
  'writeHead and end': {
    answer: (response) => response.writeHead(200, { 'Content-Type': 'text/plain' }).end('body'),
    body: 'body',
  },
  'write and end': {
    answer: (response) => {
      response.write('bo');
      response.end('dy');
    },
    body: 'body',
  },
  'flushHeaders, write and end': {
    answer: (response) => {
      response.flushHeaders();
      response.write('body');
      response.end();
    },
    body: 'body',
  },
  'a stream': { answer: (response) => Readable.from([big, big, big]).pipe(response), body: big.repeat(3) },
};

const nothing: Work = () => undefined;
const wrapping =
  (wrap: Wrap, set: readonly Method[]): Work =>
  (response) => {
    for (const method of set) wrap(response, method);
  };

for (const [name, way] of Object.entries(ways)) {
  describe(name, () => {
    const server = new GatedServer(way);
    beforeAll(() => server.start());
    afterAll(() => server.close());

    async function expectWhole(plan: Omit<Plan, 'answer'>, what: string): Promise<void> {
      for (const [kind, { answer, body }] of Object.entries(answers)) {
        const given = await server.ask({ ...plan, answer });
        const seen = [given.status, /set-cookie: saved=1/i.test(given.head), given.body === body, given.keeper.heads];
        expect([what, kind, ...seen]).toEqual([what, kind, 200, true, true, 1]);
        expect(given.keeper.reported).toEqual([]);
      }
    }

    it.each(Object.entries(styles))(
      'sends an answer whole, once it is saved, whatever was wrapped before: %s',
      async (_style, wrap) => {
        for (const set of sets) await expectWhole({ before: wrapping(wrap, set), after: nothing }, set.join());
      },
    );

    it.each(Object.entries(styles))('and after: %s', async (_style, wrap) => {
      for (const set of sets) await expectWhole({ before: nothing, after: wrapping(wrap, set) }, set.join());
    });

    it('and both before and after', async () => {
      const all = Object.values(styles);
      for (const [index, set] of sets.entries()) {
        const [before, after] = [all[index % 3], all[(index + 1) % 3]] as [Wrap, Wrap];
        const others = sets[(index * 7 + 3) % 16] ?? [];
        const plan = { before: wrapping(before, set), after: wrapping(after, others) };
        await expectWhole(plan, `${set.join()} and ${others.join()}`);
      }
    });

    it('answers a failure alone, whatever was wrapped, and whoever answers', async () => {
      const error = new Error('not saved');
      for (const wrap of Object.values(styles)) {
        for (const place of ['before', 'after'] as const) {
          for (const onError of [null, (response: ServerResponse) => response.writeHead(503).end('{"refused":true}')]) {
            for (const { answer } of Object.values(answers)) {
              const plan = { before: nothing, after: nothing, [place]: wrapping(wrap, methods) };
              const meant: Work = (response) => {
                response.setHeader('Trailer', 'X-Sum').setHeader('Location', '/there').setHeader('ETag', '"a"');
                return answer(response);
              };
              const given = await server.ask({ ...plan, answer: meant, error, onError });
              expect([given.status, given.body]).toEqual([503, '{"refused":true}']);
              expect(given.head).toMatch(/cache-control: no-store/i);
              expect(given.head).not.toMatch(/trailer:|location|etag|saved=/i);
            }
          }
        }
      }
    });

    it('sends an answer whole, once it is saved, where what lies there calls Node itself', async () => {
      const before: Work = (response) => {
        for (const method of methods) {
          const former = Reflect.get(ServerResponse.prototype, method) as Callable;
          Reflect.set(response, method, (...args: unknown[]) => Reflect.apply(former, response, args));
        }
      };
      await expectWhole({ before, after: nothing }, 'all');
    });

    it('drops what still comes of an answer that failed, though a wrapper has put back what was there', async () => {
      const seen: unknown[] = [];
      const before = wrapping(styles['putting back what was there']!, methods);
      let late: Promise<unknown> = Promise.resolve();
      const answer: Work = (response) => {
        response.on('error', (error) => seen.push(error));
        response.write('one ');
        late = once(response, 'drain').then(() => {
          response.write('two ');
          response.end('three');
        });
      };
      const given = await server.ask({ before, after: nothing, answer, error: new Error('not saved') });
      await late;
      await new Promise(setImmediate);
      expect([given.status, given.body, seen]).toEqual([503, '{"refused":true}', []]);
    });

    it('answers HEAD without a body', async () => {
      const plan = { before: wrapping(styles['calling what was there']!, methods), after: nothing };
      const given = await server.ask({ ...plan, method: 'HEAD', answer: (response) => response.end('body') });
      expect([given.status, given.body]).toEqual([200, '']);
      expect(given.head).toMatch(/saved=1/);
    });

    it.each<[string, Work, string]>([
      ['end', (response) => Reflect.apply(ServerResponse.prototype.end, response, ['body']) as unknown, 'body'],
      [
        'write',
        (response) => {
          Reflect.apply(ServerResponse.prototype.write, response, ['bo']);
          Reflect.apply(ServerResponse.prototype.end, response, ['dy']);
        },
        'body',
      ],
    ])(
      'sends a status line, and says so, where a method of Node is called past it: %s',
      async (_name, answer, body) => {
        const given = await server.ask({ before: nothing, after: nothing, answer });
        expect([given.status, given.body]).toEqual([200, body]);
        expect(given.keeper.reported).toEqual([
          expect.objectContaining({ message: expect.stringContaining('bypassing the session') }),
        ]);
      },
    );

    it('lets whoever waits for the buffer go on, though another stream hears of it', async () => {
      const listeners: unknown[] = [];
      // As compression does: who waits for the buffer is made to wait for a stream in between, which never was full.
      const before: Work = (response) => {
        const { on } = response;
        response.on = ((event: string, listener: (...args: unknown[]) => void) => {
          if (event !== 'drain') return on.call(response, event, listener);
          listeners.push(listener);
          return response;
        }) as typeof response.on;
      };
      const answer: Work = async (response) => {
        if (!response.write('one ')) await once(response, 'drain');
        response.end('two');
      };
      const given = await server.ask({ before, after: nothing, answer });
      expect([given.status, given.body, listeners.length]).toEqual([200, 'one two', 1]);
    });
  });
}
