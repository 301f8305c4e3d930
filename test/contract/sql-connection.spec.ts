import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionStoreUnavailableError } from '../../lib/errors.js';
import { create } from '../../lib/stores/sql/create.js';
import { withTimeLimit } from '../../lib/stores/time-limit.js';
import { ChildNode } from '../support/child-node.js';
import { compiledLib } from '../support/compiled-lib.js';
import { MariadbServer } from '../support/servers/mariadb.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { freePort } from '../support/servers/server-process.js';
import { TcpProxy } from '../support/servers/tcp-proxy.js';
import { until } from '../support/until.js';
import { sqlSettings } from './sql-settings.js';
import { scaled } from '../support/patience.js';

// Servers are started and stopped, on machines that are busy.
const aMinute = 60_000;
const cleanUps: (() => unknown)[] = [];

type Server = PostgresServer | MariadbServer;

const password = 'right p@ss';

const kinds = [
  {
    name: 'PostgreSQL',
    start: (): Promise<Server> => PostgresServer.start({ password }),
    refusal: 'password authentication failed for user',
    unknown: 'database "nowhere" does not exist',
  },
  {
    name: 'MariaDB',
    start: (): Promise<Server> => MariadbServer.start({ password }),
    refusal: 'Access denied for user',
    unknown: "Access denied for user 'shop'@'127.0.0.1' to database 'nowhere'",
  },
];

/** Uses its connections, and when it is told to end, does so with two calls under way. */
const closing = `
  const [entry, url] = process.argv.slice(1);
  const { create } = await import(entry);
  const store = await create({ url, database: null, table: 'sessions', createTable: true, pruneInterval: 600_000, pruneBatch: 10 });
  await Promise.all(Array.from({ length: 20 }, () => store.read('key')));
  const stay = setInterval(() => undefined, 1_000);
  process.once('SIGTERM', async () => {
    for (const call of [store.read('key'), store.prune()]) call.catch(() => undefined);
    // The calls are on their way.
    setTimeout(async () => {
      await store.close();
      console.log('closed');
      clearInterval(stay);
    }, 50);
  });
  console.log('ready');
`;

let lib: ReturnType<typeof compiledLib>;
let entry: string;

beforeAll(() => {
  lib = compiledLib('config', 'stores', 'stores/sql', 'stores/sql/connect', 'stores/sql/dialects');
  entry = pathToFileURL(join(lib.path, 'stores/sql/create.js')).href;
});

afterAll(() => {
  lib.remove();
});

describe.each(kinds)('SqlStore and its connections to $name', ({ start, refusal, unknown }) => {
  let server: Server;
  let isDown = false;

  beforeAll(async () => {
    server = await start();
  });

  afterEach(async () => {
    if (isDown) await restart();
    server.resume();
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
    await dropTable(server);
  });

  afterAll(() => server.stop());

  it('is made at once while the server is down, rejects at once, and works when the server has come', async () => {
    await kill();
    const store = await open(server.url);
    const before = performance.now();
    await expect(store.read('key')).rejects.toThrow(
      new RegExp(`127\\.0\\.0\\.1:${String(server.port)}/\\w+ \\(SESSION_SQL\\) did not answer: .*ECONNREFUSED`),
    );
    await expect(store.write('key', bytes('1'), aMinute, 'absent')).rejects.toThrow(SessionStoreUnavailableError);
    expect(performance.now() - before).toBeLessThan(scaled(2_000));
    await restart();
    await until('a read works', () => store.read('key').then(isNull, () => false));
    expect('written' in (await store.write('key', bytes('1'), aMinute, 'absent'))).toBe(true);
  });

  it('survives a server that is killed under it and comes back, with calls under way and without', async () => {
    const store = await open(server.url);
    for (let round = 0; round < 2; round++) {
      await Promise.all(Array.from({ length: 20 }, () => store.read('key')));
      // In the first round the connections are idle, in the second they are in use.
      const calls = round === 0 ? [] : Array.from({ length: 50 }, () => store.read('key').then(isNull, isUnavailable));
      await kill();
      expect(new Set(await Promise.all(calls))).toEqual(new Set(round === 0 ? [] : [true]));
      await expect(store.read('key')).rejects.toThrow(SessionStoreUnavailableError);
      await restart();
      await until('a read works', () => store.read('key').then(isNull, () => false));
      await Promise.all(Array.from({ length: 20 }, () => store.read('key')));
    }
  });

  it('rejects within the time limit while the server stands still, and works when it goes on', async () => {
    const patient = await open(server.url);
    expect(await patient.read('key')).toBeNull();
    const store = withTimeLimit(patient, 200);
    server.pause();
    const before = performance.now();
    await expect(store.read('key')).rejects.toThrow(/within 200 ms.*SESSION_STORE_TIMEOUT \(storeTimeout\)/);
    expect(performance.now() - before).toBeLessThan(scaled(1_000));
    server.resume();
    await until('a read works', () => store.read('key').then(isNull, () => false));
  });

  it('gives connections up on which the server has stood still for too long, and takes new ones', async () => {
    const store = await open(server.url);
    await Promise.all(Array.from({ length: 20 }, () => store.read('key')));
    const old = await server.connections();
    server.pause();
    const before = performance.now();
    // More than there are connections: nobody waits for one longer than for an answer.
    const calls = Array.from({ length: 60 }, () => store.read('key').then(isNull, isUnavailable));
    expect(new Set(await Promise.all(calls))).toEqual(new Set([true]));
    expect(performance.now() - before).toBeLessThan(scaled(9_000));
    server.resume();
    await until('a read works', () => store.read('key').then(isNull, () => false));
    await until('the old connections have ended', async () => {
      const now = await server.connections();
      return now.length > 0 && !now.some((connection) => old.includes(connection));
    });
  });

  it('never sends a write twice: when its answer is lost, the caller is told', async () => {
    const proxy = await TcpProxy.start(server.port);
    cleanUps.push(() => proxy.stop());
    const store = await open(server.url.replace(String(server.port), String(proxy.port)));
    const direct = await open(server.url);
    expect(await store.read('key')).toBeNull();
    const counts = await server.statementCounts(async () => {
      proxy.swallowAnswers();
      const writing = store.write('key', bytes('1'), aMinute, 'absent');
      writing.catch(() => undefined); // asserted below
      await until('the write arrived', async () => (await direct.read('key')) !== null);
      proxy.cut();
      await expect(writing).rejects.toThrow(SessionStoreUnavailableError);
      await until('a read works', () => store.read('other').then(isNull, () => false));
    });
    expect(counts).toMatchObject({ insert: 1 });
  });

  it('shows the password of the URL in no message and no cause, and says clearly what is wrong', async () => {
    const wrong = new URL(server.url);
    wrong.password = 'wrong p@ss';
    const away = new URL(wrong);
    away.port = String(await freePort());
    const nowhere = new URL(server.url);
    nowhere.pathname = '/nowhere';
    const told: string[] = [];
    for (const url of [wrong, away, nowhere]) {
      const store = await open(url.href);
      for (const call of [
        store.read('the key'),
        store.write('the key', bytes('the record'), aMinute, 'absent', 'the owner'),
        store.touch('the key', 1),
        store.deleteOwnedBy('the owner'),
      ]) {
        const error: unknown = await call.catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(SessionStoreUnavailableError);
        told.push(inspect(error, { depth: 20, showHidden: true }));
      }
    }
    for (const text of told) {
      expect(text).not.toMatch(/(wrong|right)( |%20|\+)p/);
      expect(text).not.toMatch(/the record|the key|the owner|74686520/);
    }
    expect(told[0]).toContain(refusal);
    expect(told[4]).toContain('ECONNREFUSED');
    expect(told[8]).toContain(unknown);
    const right = await open(server.url);
    expect(await right.read('key')).toBeNull();
  });

  it('says nothing of keys and records in the errors of statements', async () => {
    const store = await open(server.url);
    await store.write('the key', bytes('the record'), aMinute, 'absent', 'the owner');
    await spoil(server);
    const errors = await Promise.all([
      refusalOf(store.write('the other key', bytes('the record'), aMinute, 'absent', 'the owner')),
      refusalOf(store.write('the key', bytes('the record'), aMinute, 'absent', 'the owner')),
    ]);
    for (const text of errors) {
      expect(text).toContain('SESSION_STORE_UNAVAILABLE');
      expect(text).not.toMatch(/the record|the other key|the key|the owner|74686520/i);
    }
  });

  it('closes the connections that it made', async () => {
    const store = await create(sqlSettings(server.url));
    await Promise.all(Array.from({ length: 20 }, () => store.read('key')));
    expect((await server.connections()).length).toBeGreaterThan(1);
    await store.close();
    await until('no connection is left', async () => (await server.connections()).length === 0);
    await expect(store.read('key')).rejects.toThrow(SessionStoreUnavailableError);
  });

  it('closes within a moment while the server stands still, whatever is under way, and lets the process end', async () => {
    const child = new ChildNode(closing, entry, server.url);
    cleanUps.push(() => child.kill());
    await until('the child has used its connections', () => child.output === 'ready\n');
    server.pause();
    const before = performance.now();
    child.signal('SIGTERM');
    expect([await child.end(), child.output]).toEqual([0, 'ready\nclosed\n']);
    expect(performance.now() - before).toBeLessThan(scaled(3_000));
  });

  async function kill(): Promise<void> {
    await server.kill();
    isDown = true;
  }

  async function restart(): Promise<void> {
    await server.restart();
    isDown = false;
  }
});

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

function isNull(value: unknown): boolean {
  return value === null;
}

function isUnavailable(error: unknown): boolean {
  return error instanceof SessionStoreUnavailableError;
}

async function refusalOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'no error',
    (error: unknown) => inspect(error, { depth: 20, showHidden: true }),
  );
}

async function open(url: string): Promise<Awaited<ReturnType<typeof create>>> {
  const store = await create(sqlSettings(url));
  cleanUps.push(() => store.close());
  return store;
}

/** Makes the database refuse rows, with an error of its own about them. */
async function spoil(server: Server): Promise<void> {
  const constraint = 'ALTER TABLE sessions ADD CONSTRAINT none CHECK (version < 0)';
  if (server instanceof PostgresServer) {
    await server.administer((client) => client.query(`${constraint} NOT VALID`));
    return;
  }
  await server.administer(async (connection) => {
    await connection.query('DELETE FROM sessions');
    await connection.query(constraint);
  });
}

async function dropTable(server: Server): Promise<void> {
  const statement = 'DROP TABLE IF EXISTS sessions';
  await (server instanceof PostgresServer
    ? server.administer((client) => client.query(statement))
    : server.administer((connection) => connection.query(statement)));
}
