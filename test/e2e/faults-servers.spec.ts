import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SessionService, SessionStore, type SessionModuleOptions } from 'nestjs-session-auth';
import { createSessionTable } from 'nestjs-session-auth/dynamodb';
import { startApp, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { withEnvironment } from '../support/environment.js';
import { DynaliteServer } from '../support/servers/dynalite.js';
import { MariadbServer } from '../support/servers/mariadb.js';
import { MemcachedServerProcess } from '../support/servers/memcached.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { keyBehind } from '../support/stored-keys.js';
import { scaled } from '../support/patience.js';
import { until } from '../support/until.js';
import { FaultsController, post } from './faults-controller.js';

/** What a store may take that is away or stands still: long enough for one that is there, on a machine that is busy. */
const limitMs = 1_000;

interface Server {
  readonly port: number;
  pause(): void | Promise<void>;
  resume(): void;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface Subject {
  readonly name: string;
  /** What the log names when the server is away. */
  readonly setting: string;
  /** Whether what was stored is there after a restart. */
  readonly isDurable: boolean;
  start(): Promise<Server & { readonly session: SessionModuleOptions; prepare?(): Promise<void> }>;
}

const password = 'open-sesame';

const subjects: readonly Subject[] = [
  {
    name: 'PostgreSQL',
    setting: 'SESSION_SQL',
    isDurable: true,
    start: async () => {
      const server = await PostgresServer.start({ password });
      return wrapped(server, { type: 'sql', sql: { url: server.url } });
    },
  },
  {
    name: 'MariaDB',
    setting: 'SESSION_SQL',
    isDurable: true,
    start: async () => {
      // The tests' own setting is quicker, and forgets the last second.
      const server = await MariadbServer.start({ password, args: ['--innodb-flush-log-at-trx-commit=2'] });
      return wrapped(server, { type: 'sql', sql: { url: server.url } });
    },
  },
  {
    name: 'memcached',
    setting: 'SESSION_MEMCACHED',
    isDurable: false,
    start: async () => {
      const server = await MemcachedServerProcess.start();
      return wrapped(server, { type: 'memcached', memcached: { servers: [server.address] } });
    },
  },
  {
    name: 'DynamoDB',
    setting: 'SESSION_DYNAMODB',
    isDurable: false,
    start: async () => {
      const server = await DynaliteServer.start();
      return wrapped(server, { type: 'dynamodb', dynamodb: { endpoint: server.endpoint } }, async () => {
        const client = server.client();
        await createSessionTable(client);
        client.destroy();
      });
    },
  },
];

function wrapped(server: Server, session: SessionModuleOptions, prepare?: () => Promise<void>) {
  return {
    port: server.port,
    session,
    pause: async () => server.pause(),
    resume: () => {
      server.resume();
    },
    kill: () => server.kill(),
    restart: async () => {
      await server.restart();
      await prepare?.();
    },
    stop: () => server.stop(),
    prepare: prepare ?? (() => Promise.resolve()),
  };
}

/** What the SDK of AWS asks for. */
const environment = { AWS_REGION: 'local', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: password };

describe.each(subjects)('An application and $name', ({ setting, isDurable, start }) => {
  let server: Awaited<ReturnType<typeof start>>;
  let isDown = false;
  let running: RunningApp | null = null;
  let logger: CapturedLogger;

  beforeAll(async () => {
    server = await start();
    await server.prepare?.();
  });

  beforeEach(() => {
    logger = new CapturedLogger();
  });

  afterEach(async () => {
    server.resume();
    if (isDown) await restart();
    await running?.close();
    running = null;
  });

  afterAll(() => server.stop());

  async function boot(): Promise<RunningApp> {
    const session = { ...server.session, storeTimeout: `${String(limitMs)}ms` };
    return withEnvironment(environment, async () => {
      running = await startApp({ session, logger, controllers: [FaultsController] });
      return running;
    });
  }

  async function kill(): Promise<void> {
    await server.kill();
    isDown = true;
  }

  async function restart(): Promise<void> {
    await server.restart();
    isDown = false;
  }

  it('starts while it is away, says so without the password, answers 503, and works as soon as it is there', async () => {
    await kill();
    const app = await boot();
    const jar = app.jar();
    expect(await timed(jar.fetch('/set/a', post))).toEqual({ status: 503, inTime: true });
    expect((await jar.fetch('/untouched')).status).toBe(200);
    expect((await app.jar().fetch('/me')).status).toBe(401);
    expect(logger.at('error')).toContainEqual(expect.stringContaining(setting));
    expect(logger.text).not.toContain(password);
    await restart();
    await until('it is found', async () => (await jar.fetch('/set/a', post)).status === 201);
    expect(await jar.json('/read')).toEqual({ data: { a: true }, user: null });
    expect(logger.text).not.toContain(password);
  });

  it('answers 503 in time while it stands still, lets nobody in, and goes on with the sessions afterwards', async () => {
    const app = await boot();
    const jar = app.jar();
    await jar.fetch('/login/42', post);
    expect(await jar.json('/me')).toEqual({ id: '42' });
    await server.pause();
    expect(await timed(jar.fetch('/me'))).toEqual({ status: 503, inTime: true });
    expect(await timed(jar.fetch('/set/b', post))).toEqual({ status: 503, inTime: true });
    expect(await timed(app.jar().fetch('/login/7', post))).toEqual({ status: 503, inTime: true });
    expect((await jar.fetch('/untouched')).status).toBe(200);
    server.resume();
    await until('it answers', async () => (await jar.fetch('/me')).status === 200);
    expect(await jar.json('/me')).toEqual({ id: '42' });
  });

  it('takes a record that nobody can read for no session, says so, and begins another one', async () => {
    const app = await boot();
    const store = app.app.get(SessionStore);
    const jar = app.jar();
    const broken = [
      Buffer.alloc(0),
      Buffer.from('garbage'),
      Buffer.from([0x82, 0xa1, 0x64]),
      Buffer.alloc(1_000_000, 0x91),
    ];
    for (const bytes of broken) {
      await jar.fetch('/login/42', post);
      const key = keyBehind(jar.get('session'));
      const { version } = (await store.read(key)) ?? {};
      expect(await store.write(key, bytes, 60_000, version)).toHaveProperty('written');
      expect((await jar.fetch('/me')).status).toBe(401);
      expect(await jar.json('/read')).toEqual({ data: {}, user: null });
      expect((await jar.fetch('/set/anew', post)).status).toBe(201);
      expect(keyBehind(jar.get('session'))).not.toBe(key);
      expect(await jar.json('/read')).toEqual({ data: { anew: true }, user: null });
    }
    expect(logger.at('warn')).toContainEqual(expect.stringContaining('could not be read'));
    expect(app.app.get(SessionService).counts.brokenRecord).toBeGreaterThanOrEqual(broken.length);
  });

  it('loses no write that was acknowledged and revives no session that was ended, while it is killed under load', async () => {
    const app = await boot();
    const visitors = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const jar = app.jar();
        await until('it is there', async () => (await jar.fetch('/set/begun', post)).status === 201);
        const ended = app.jar();
        await until('the login is done', async () => (await ended.fetch('/login/42', post)).status === 201);
        const copy = ended.copy();
        await until('the logout is done', async () => (await ended.fetch('/logout', post)).status === 201);
        return { jar, copy, acknowledged: ['begun'] };
      }),
    );
    let isOver = false;
    const statuses = new Set<number>();
    const load = visitors.map(async ({ jar, copy, acknowledged }) => {
      for (let round = 0; !isOver; round++) {
        const key = `k${String(round)}`;
        const cookie = jar.get('session');
        const { status } = await jar.fetch(`/set/${key}`, post);
        statuses.add(status);
        // Where sessions went with the server, it begins anew.
        if (jar.get('session') !== cookie) acknowledged.length = 0;
        if (status === 201) acknowledged.push(key);
        statuses.add((await copy.fetch('/set/late', post)).status);
      }
    });
    await until('writes are under way', () => visitors.every(({ acknowledged }) => acknowledged.length > 3));
    await kill();
    await until('the server is missed', () => statuses.has(503));
    await restart();
    const before = visitors.map(({ acknowledged }) => acknowledged.length);
    await until('writes are under way again', () =>
      visitors.every(({ acknowledged }, index) => acknowledged.length !== before[index]),
    );
    isOver = true;
    await Promise.all(load);
    expect([...statuses].sort()).toEqual([201, 503]);
    for (const { jar, copy, acknowledged } of visitors) {
      const { data } = (await jar.json('/read')) as { data: Record<string, unknown> };
      expect(Object.keys(data)).toEqual(expect.arrayContaining(acknowledged));
      if (isDurable) expect(acknowledged).toContain('begun');
      expect(await copy.json('/read')).toMatchObject({ user: null });
      expect((await copy.fetch('/me')).status).toBe(401);
    }
  });
});

/** The status, and whether it came within the time limit. */
async function timed(work: Promise<Response>): Promise<{ status: number; inTime: boolean }> {
  const begin = performance.now();
  const { status } = await work;
  return { status, inTime: performance.now() - begin < limitMs + scaled(2_000) };
}
