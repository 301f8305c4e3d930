import { afterEach, describe, expect, it } from '@jest/globals';
import type { RunningApp } from '../../support/app.js';
import { CapturedLogger } from '../../support/captured-logger.js';
import { graphqlServers, jsonOf, operate, startGraphql, type GraphqlSetup } from './graphql-app.js';

type ContextFunction = NonNullable<NonNullable<GraphqlSetup['graphql']>['context']>;

/** A context with behaviour of its own. */
class OwnContext {
  [name: string]: unknown;

  constructor(readonly request: object) {}

  get isOwn(): boolean {
    return 'request' in this;
  }
}

/** What context functions return, given a request and its response. */
const shapes: Readonly<Record<string, (request: object, response: object) => Record<string, unknown>>> = {
  '{ req, res }': (req, res) => ({ req, res }),
  '{ req, reply }': (req, reply) => ({ req, reply }),
  '{ request, reply }': (request, reply) => ({ request, reply }),
  '{ request, response }': (request, response) => ({ request, response }),
  '{ req }': (req) => ({ req }),
  'an instance of a class': (request) => new OwnContext(request),
  'something else': () => ({ tenant: 7 }),
};

describe.each(graphqlServers)('a context of GraphQL with $server on $platform', (server) => {
  let running: RunningApp | null = null;

  async function start(shape: string, setup: GraphqlSetup = {}): Promise<RunningApp> {
    const make = shapes[shape];
    if (make === undefined) throw new Error(`There is no shape ${shape}.`);
    const context: ContextFunction = (first, reply) => make(first.req ?? first, first.res ?? reply ?? {});
    return (running = await startGraphql(server, { ...setup, graphql: { context } }));
  }

  afterEach(async () => {
    await running?.close();
    running = null;
  });

  it.each(Object.keys(shapes))('leads to the session if it is %s', async (shape) => {
    const jar = (await start(shape)).jar();
    await operate(jar, 'mutation { login(user: "ann") }');
    expect((await operate(jar, 'mutation { counting { next } }')).data).toEqual({ counting: { next: 1 } });
    expect((await operate(jar, '{ counter { seen } secret }')).data).toEqual({
      counter: { seen: 1 },
      secret: 'for ann',
    });
  });

  describe('that is one object for all requests', () => {
    const refused = /one object for several requests/;

    /** The bodies of what users who come one after the other are told about who they are. */
    async function whoIs(graphql: GraphqlSetup['graphql'] & object): Promise<string[]> {
      running = await startGraphql(server, { graphql, logger: new CapturedLogger() });
      const told: string[] = [];
      for (const user of ['ann', 'ben']) {
        const jar = running.jar();
        await jar.fetch('/graphql', jsonOf(`mutation { login(user: "${user}") }`));
        const response = await jar.fetch('/graphql', jsonOf('{ who }'));
        told.push(await response.text());
      }
      return told;
    }

    it('gives no user the session of another: it is copied, or refused', async () => {
      const shared = { tenant: 7 };
      const [ann = '', ben = ''] = await whoIs({ context: () => shared });
      expect(ann).toMatch(/"who":"ann"|one object for several requests/);
      expect(ben).toMatch(/"who":"ben"|one object for several requests/);
    });

    it('is refused where a context function writes the request into it', async () => {
      const shared: Record<string, unknown> = {};
      const context: ContextFunction = (first, reply) =>
        Object.assign(shared, { req: first.req ?? first, res: first.res ?? reply });
      const [, ben] = await whoIs({ context });
      expect(ben).toMatch(refused);
    });

    it('is copied for each request where it is given in place of a function', async () => {
      if (server.server === 'mercurius') return;
      const [ann, ben] = await whoIs({ fixedContext: { tenant: 7 } });
      expect([ann, ben]).toEqual([expect.stringContaining('"who":"ann"'), expect.stringContaining('"who":"ben"')]);
    });
  });

  it.each(['{ who }', '{ secret }'])('without the request is named, with what to do (%s)', async (query) => {
    const log = new CapturedLogger();
    const context: ContextFunction = () => ({ req: { headers: {} } });
    running = await startGraphql(server, { graphql: { context }, logger: log });
    const { errors } = await operate(running.jar(), query);
    if (server.server === 'mercurius') {
      // It adds `reply` to every context, which leads to the request.
      expect(log.text).not.toContain('GraphQL context');
      return;
    }
    expect(errors).toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'INTERNAL_SERVER_ERROR' }) }),
    ]);
    expect(log.text).toMatch(
      /no session in this GraphQL context.*context function of GraphQLModule return \{ req, res \}/s,
    );
  });
});
