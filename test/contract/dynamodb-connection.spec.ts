import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SessionStoreUnavailableError } from '../../lib/errors.js';
import { create } from '../../lib/stores/dynamodb/create.js';
import { createSessionTable, type DynamoDbStore } from '../../lib/stores/dynamodb/index.js';
import { withTimeLimit } from '../../lib/stores/time-limit.js';
import { ChildNode } from '../support/child-node.js';
import { CollectedLog } from '../support/collected-log.js';
import { compiledLib } from '../support/compiled-lib.js';
import { withEnvironment } from '../support/environment.js';
import { DynaliteServer } from '../support/servers/dynalite.js';
import { until } from '../support/until.js';
import { scaled } from '../support/patience.js';

// Servers are started and stopped, on machines that are busy.
const aMinute = 60_000;
/** Attempts are the SDK's business; one of them shows what an attempt does. */
const settings = {
  AWS_REGION: 'local',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'a secret of ours',
  AWS_MAX_ATTEMPTS: '1',
};

/** Uses its connections, and when it is told to end, does so with two calls under way. */
const closing = `
  const [entry, endpoint] = process.argv.slice(1);
  Object.assign(process.env, { AWS_REGION: 'local', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  const { create } = await import(entry);
  const store = await create({ endpoint, table: 'sessions', client: null });
  await Promise.all(Array.from({ length: 20 }, () => store.read('key')));
  const stay = setInterval(() => undefined, 1_000);
  process.once('SIGTERM', () => {
    for (const call of [store.read('key'), store.delete('key')]) call.catch(() => undefined);
    // The calls are on their way.
    setTimeout(async () => {
      await store.close();
      console.log('closed');
      clearInterval(stay);
    }, 50);
  });
  console.log('ready');
`;

let server: DynaliteServer;
let isDown = false;
const log = new CollectedLog();
const opened: DynamoDbStore[] = [];

describe('DynamoDbStore and its connections', () => {
  beforeAll(async () => {
    server = await DynaliteServer.start();
  });

  beforeEach(makeTable);

  afterEach(async () => {
    server.resume();
    if (isDown) await restart();
    for (const store of opened.splice(0)) await store.close();
  });

  afterAll(() => server.stop());

  it('is made at once while the service is away, rejects naming the setting, and works when it has come', async () => {
    await kill();
    const store = await open();
    const before = performance.now();
    await expect(store.read('key')).rejects.toThrow(
      /^DynamoDB \(SESSION_DYNAMODB, AWS_REGION\) did not answer.*ECONNREFUSED/,
    );
    await expect(store.write('key', bytes('1'), aMinute, 'absent')).rejects.toThrow(SessionStoreUnavailableError);
    expect(performance.now() - before).toBeLessThan(scaled(2_000));
    await restart();
    await expect(store.read('key')).rejects.toThrow(
      /no table sessions \(SESSION_DYNAMODB_TABLE\).*createSessionTable\(\)/,
    );
    await makeTable();
    expect(await store.read('key')).toBeNull();
    expect('written' in (await store.write('key', bytes('1'), aMinute, 'absent'))).toBe(true);
  });

  it('survives a service that is killed under it and comes back, with calls under way and without', async () => {
    const store = await open();
    for (let round = 0; round < 2; round++) {
      await Promise.all(Array.from({ length: 20 }, () => store.read('key')));
      // In the first round the connections are idle, in the second they are in use.
      const calls = round === 0 ? [] : Array.from({ length: 50 }, () => store.read('key').then(isNull, isUnavailable));
      await kill();
      expect(new Set(await Promise.all(calls))).toEqual(new Set(round === 0 ? [] : [true]));
      await expect(store.read('key')).rejects.toThrow(SessionStoreUnavailableError);
      await restart();
      await makeTable();
      await until('a read works', () => store.read('key').then(isNull, () => false));
    }
  });

  it('rejects within the time limit while the service stands still, and works when it goes on', async () => {
    const patient = await open();
    expect(await patient.read('key')).toBeNull();
    const store = withTimeLimit(patient, 200);
    server.pause();
    const before = performance.now();
    await expect(store.read('key')).rejects.toThrow(/within 200 ms.*SESSION_STORE_TIMEOUT \(storeTimeout\)/);
    expect(performance.now() - before).toBeLessThan(scaled(1_000));
    server.resume();
    await until('a read works', () => store.read('key').then(isNull, () => false));
  });

  it('gives up what the service has not answered for too long, writes nothing to the console, and works on', async () => {
    const store = await open();
    expect(await store.read('key')).toBeNull();
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    try {
      server.pause();
      // More than there are connections: some wait for one.
      const calls = Array.from({ length: 70 }, () => store.read('key'));
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({ reason: { message: expect.stringMatching(/did not answer.*timeout/i) } });
      }
      server.resume();
      await until('a read works', () => store.read('key').then(isNull, () => false));
      expect(warn).not.toHaveBeenCalled();
    } finally {
      warn.mockRestore();
    }
  });

  it.each<[string, Record<string, string | undefined>, RegExp]>([
    ['a region', { AWS_REGION: undefined }, /\(SESSION_DYNAMODB, AWS_REGION\).*Region is missing/],
    ['credentials', { AWS_ACCESS_KEY_ID: undefined }, /error: Could not load credentials/],
  ])('says that there is no %s, at each call, and shows no secret', async (_, variables, message) => {
    const nowhere = {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nowhere',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    };
    await withEnvironment({ ...settings, ...nowhere, ...variables }, async () => {
      const store = await create({ endpoint: server.endpoint, table: 'sessions', client: null }, { log });
      opened.push(store);
      for (const call of [store.read('the key'), store.write('the key', bytes('the record'), aMinute, 'absent')]) {
        const error: unknown = await call.catch((reason: unknown) => reason);
        expect(error).toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE', message: expect.stringMatching(message) });
        expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/a secret of ours|the record|the key/);
      }
    });
  });

  it('closes within a moment while the service stands still, whatever is under way, and lets the process end', async () => {
    const lib = compiledLib('config', 'stores', 'stores/dynamodb');
    const child = new ChildNode(
      closing,
      pathToFileURL(join(lib.path, 'stores/dynamodb/create.js')).href,
      server.endpoint,
    );
    try {
      await until('the child has used its connections', () => child.output.includes('ready\n'));
      server.pause();
      const before = performance.now();
      child.signal('SIGTERM');
      // The SDK has something to say about the version of Node, too.
      expect([await child.end(), child.output]).toEqual([0, expect.stringContaining('ready\nclosed\n')]);
      expect(performance.now() - before).toBeLessThan(scaled(3_000));
    } finally {
      await child.kill();
      lib.remove();
    }
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

async function open(): Promise<DynamoDbStore> {
  return withEnvironment(settings, async () => {
    const store = await create({ endpoint: server.endpoint, table: 'sessions', client: null }, { log });
    opened.push(store);
    // What the environment says is read with the first call.
    await store.read('key').catch(() => undefined);
    return store;
  });
}

/** Dynalite's tables are gone when it is killed. */
async function makeTable(): Promise<void> {
  const client = server.client();
  await createSessionTable(client);
  client.destroy();
}

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

function isNull(value: unknown): boolean {
  return value === null;
}

function isUnavailable(error: unknown): boolean {
  return error instanceof SessionStoreUnavailableError;
}
