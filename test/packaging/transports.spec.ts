import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAs, type SocketClient } from '../e2e/sockets/sockets-app.js';
import { CookieJar } from '../support/jar.js';
import { InstalledApplication, type RunningApplication } from './installed-application.js';

const settings = { SESSION_TYPE: 'memory', SECRET_KEY: 'a key for this test, of more than 32 bytes' };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'transports-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const apps = [
  { name: 'nest12-transports', what: 'Nest 12' },
  // To install and to compile another one takes as long again, so it belongs to the nightly form.
  ...(process.env['TEST_FULL'] === '1' ? [{ name: 'nest11-transports', what: 'Nest 11' }] : []),
];

describe.each(apps)('the packed package with resolvers and gateways on $what', ({ name }) => {
  let application: InstalledApplication;

  beforeAll(async () => {
    application = await InstalledApplication.make(name, join(folder, name));
    await application.add('transports');
    await application.compile();
  });

  describe.each([
    { library: 'socket.io', server: 'Apollo on Express' },
    { library: 'ws', server: 'Mercurius on Fastify' },
  ] as const)('with $server and $library', ({ library }) => {
    let running: RunningApplication;
    let jar: CookieJar;
    const clients: SocketClient[] = [];

    beforeAll(async () => {
      running = await application.start('main.js', { ...settings, SOCKETS: library });
      jar = new CookieJar(running.address);
    });

    afterAll(async () => {
      for (const client of clients) await client.close();
      await running.stop();
    });

    async function operate(query: string): Promise<unknown> {
      return jar.json('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'node' },
        body: JSON.stringify({ query }),
      });
    }

    async function connect(): Promise<SocketClient> {
      const client = await connectAs({ library }, { url: running.address }, 'live', jar);
      clients.push(client);
      return client;
    }

    it('gives resolvers the session, and guards them with a code', async () => {
      expect(await operate('mutation { first: visit second: visit }')).toMatchObject({ data: { first: 1, second: 2 } });
      expect(await operate('{ visits }')).toMatchObject({ data: { visits: 2 } });
      expect(await operate('{ me }')).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    });

    it('refuses the connection of a gateway before a login', async () => {
      await expect(connect()).rejects.toMatchObject({ said: { statusCode: 401, code: 'UNAUTHENTICATED' } });
    });

    it('lets the handler of a message change the session after it, and closes the socket at a logout', async () => {
      expect(await operate('mutation { login }')).toMatchObject({ data: { login: true } });
      expect(await operate('{ me }')).toMatchObject({ data: { me: 'ada' } });
      const client = await connect();
      expect(await client.ask('visit')).toEqual({ user: 'ada', visits: 3 });
      expect(await operate('{ visits }')).toMatchObject({ data: { visits: 3 } });
      expect(await jar.json('/logout', { method: 'POST' })).toEqual({ loggedOut: true });
      expect(await client.closed).toMatchObject({ code: 4401 });
    });
  });
});
