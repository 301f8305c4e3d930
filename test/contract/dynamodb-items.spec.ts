import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { create } from '../../lib/stores/dynamodb/create.js';
import { createSessionTable, type DynamoDbClient, DynamoDbStore } from '../../lib/stores/dynamodb/index.js';
import { Checkpoint } from '../support/checkpoint.js';
import { CollectedLog } from '../support/collected-log.js';
import { withEnvironment } from '../support/environment.js';
import { DynaliteServer } from '../support/servers/dynalite.js';

const aMinute = 60_000;
/** Two parts, and no more than a scan shows at once. */
const large = 400 * 1_024;

let server: DynaliteServer;
let client: DynamoDBClient;
let now = 1_800_000_000_000;
const log = new CollectedLog();

/** A client that does something else with some commands; `send` does what the real one does. */
function wrap(on: (name: string, send: () => Promise<unknown>) => Promise<unknown>): DynamoDbClient {
  const wrapped = {
    config: client.config,
    send: (command: object) =>
      on(command.constructor.name, () => (client.send as (command: object) => Promise<unknown>).call(client, command)),
  };
  return wrapped;
}

/** Holds the nth command of a kind before it is sent. */
function hold(name: string, nth: number): { readonly client: DynamoDbClient; readonly checkpoint: Checkpoint } {
  const checkpoint = new Checkpoint();
  let seen = 0;
  const held = wrap(async (command, send) => {
    if (command === name && ++seen === nth) await checkpoint.pass();
    return send();
  });
  return { client: held, checkpoint };
}

function open(through: DynamoDbClient = client, table = 'sessions'): DynamoDbStore {
  return new DynamoDbStore({ client: through, table }, { log, now: () => now });
}

/** The partition and sort keys of all items, but for what is random in them. */
async function items(): Promise<string[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: 'sessions', ConsistentRead: true }));
  return Items.map(({ pk, sk }) =>
    `${pk?.S ?? ''} ${sk?.S ?? ''}`.replace(/(?<=part#).{16}|(?<= ).{8}(?=key)/, '*'),
  ).sort();
}

async function item(pk: string): Promise<Record<string, unknown> | undefined> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: 'sessions', ConsistentRead: true }));
  return Items.find((found) => found['pk']?.S === pk);
}

function bytes(length: number, value = 1): Uint8Array {
  return new Uint8Array(length).fill(value);
}

/** What there is in the item of a record. */
function whole(): Record<string, AttributeValue> {
  return { record_version: { S: 'version' }, expires_at: { N: '99999999999999' }, record_bytes: { B: bytes(3) } };
}

function omit(item: Record<string, AttributeValue>, name: string): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).filter(([other]) => other !== name));
}

function at(item: Record<string, AttributeValue> | undefined, name: string): AttributeValue {
  const value = item?.[name];
  if (value === undefined) throw new Error(`there is no ${name}`);
  return value;
}

describe('The items of the DynamoDB store', () => {
  beforeAll(async () => {
    server = await DynaliteServer.start();
    client = server.client();
    await createSessionTable(client);
  });

  afterEach(async () => {
    const store = open();
    for (const key of ['key', 'key2']) await store.delete(key);
    await store.deleteOwnedBy('owner');
    expect(await items()).toEqual([]);
    expect(log.warnings.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  it('are one for a record, and one more for its owner, each with the time for DynamoDB to delete it', async () => {
    await open().write('key', bytes(3), aMinute, 'absent', 'owner');
    expect(await items()).toEqual(['owner#owner *key', 'record#key record']);
    expect(await item('record#key')).toMatchObject({
      record_bytes: { B: bytes(3) },
      expires_at: { N: String(now + aMinute) },
      delete_at: { N: String((now + aMinute) / 1_000) },
      owner_name: { S: 'owner' },
    });
    expect(await item('owner#owner')).toMatchObject({ delete_at: { N: String((now + 2 * aMinute) / 1_000) } });
    expect(await open().delete('key')).toBe('deleted');
    expect(await items()).toEqual([]);
  });

  it('are kept for as long as the record, however often it is touched or written', async () => {
    const store = open();
    await store.write('key', bytes(large), aMinute, 'absent', 'owner');
    const lifeOf = async (pk: string): Promise<number> =>
      Number(Reflect.get((await item(pk))?.['delete_at'] ?? {}, 'N'));
    const ends: number[] = [];
    for (let round = 0; round < 4; round++) {
      now += aMinute - 1;
      if (round < 2) expect(await store.touch('key', aMinute)).toBe(true);
      else {
        const { version } = (await store.read('key')) ?? {};
        expect(await store.write('key', bytes(large, round), aMinute, version)).toHaveProperty('written');
      }
      expect(await lifeOf('owner#owner')).toBeGreaterThanOrEqual((now + aMinute) / 1_000);
      const { Items = [] } = await client.send(new ScanCommand({ TableName: 'sessions', ConsistentRead: true }));
      ends.push(...Items.map((found) => Number(found['delete_at']?.N) - (now + aMinute) / 1_000));
    }
    expect(Math.min(...ends)).toBeGreaterThanOrEqual(0);
    expect(await store.deleteOwnedBy('owner')).toBe(1);
  });

  it('are several for a large record, and those of a version that is over are removed', async () => {
    const store = open();
    const result = await store.write('key', bytes(large), aMinute, 'absent');
    expect(await items()).toEqual([...[0, 1].map((n) => `record#key part#*#${String(n)}`), 'record#key record']);
    const version = 'written' in result ? result.written : undefined;
    expect(await store.write('key', bytes(3), aMinute, version)).toHaveProperty('written');
    expect(await items()).toEqual(['record#key record']);
    expect(await store.write('key', bytes(large), aMinute, version)).toMatchObject({ conflict: { bytes: bytes(3) } });
    expect(await items()).toEqual(['record#key record']);
  });

  it('are never half of one record and half of another, for who has read the head of a version that is over', async () => {
    const store = open();
    await store.write('key', bytes(large, 1), aMinute, 'absent');
    const held = hold('GetItemCommand', 2);
    const reading = open(held.client).read('key');
    await held.checkpoint.reached;
    const { version } = (await store.read('key')) ?? {};
    expect(await store.write('key', bytes(large + 1, 2), aMinute, version)).toHaveProperty('written');
    held.checkpoint.release();
    expect(Buffer.compare((await reading)?.bytes ?? bytes(0), bytes(large + 1, 2))).toBe(0);
  });

  it('are no session, and the log says so, where a part is missing that the head names', async () => {
    const store = open();
    await store.write('key', bytes(large), aMinute, 'absent');
    const { Items = [] } = await client.send(new ScanCommand({ TableName: 'sessions', ConsistentRead: true }));
    const part = Items.find(({ part_bytes }) => part_bytes !== undefined);
    await client.send(
      new DeleteItemCommand({ TableName: 'sessions', Key: { pk: at(part, 'pk'), sk: at(part, 'sk') } }),
    );
    expect(await store.read('key')).toBeNull();
    expect(log.warnings.splice(0)).toEqual([expect.stringContaining('A part of a session’s record is missing')]);
    expect(await store.write('key', bytes(3), aMinute, 'absent')).toHaveProperty('written');
    expect(log.warnings.splice(0)).toHaveLength(1);
    expect(await items()).toEqual(['record#key record']);
  });

  it.each<[string, Record<string, AttributeValue>]>([
    ['with nothing in it', {}],
    ['with a text for its end', { ...whole(), expires_at: { S: '99999999999999' } }],
    ['without a version', omit(whole(), 'record_version')],
    ['with a number for its version', { ...whole(), record_version: { N: '1' } }],
    ['with a text for its bytes', { ...whole(), record_bytes: { S: 'text' } }],
    ['without bytes', omit(whole(), 'record_bytes')],
    ['with parts that nobody could read', { ...whole(), part_count: { N: '1000000000' } }],
    ['with part of a part', { ...whole(), part_count: { N: '1.5' } }],
    ['with fewer parts than none', { ...whole(), part_count: { N: '-1' } }],
    ['with a text for its parts', { ...whole(), part_count: { S: '2' } }],
    ['with a text for the time it is kept until', { ...whole(), kept_until: { S: '1' } }],
  ])('of somebody else are no session, and are written over: one %s', async (_, foreign) => {
    const store = open();
    const put = (): Promise<unknown> =>
      client.send(
        new PutItemCommand({
          TableName: 'sessions',
          Item: { pk: { S: 'record#key' }, sk: { S: 'record' }, ...foreign },
        }),
      );
    await put();
    expect(await store.read('key')).toBeNull();
    expect(log.warnings.splice(0)).toEqual([expect.stringContaining('was not written by this store')]);
    await store.touch('key', aMinute);
    expect(await store.delete('key')).toBe('absent');
    await put();
    expect(await store.write('key', bytes(3), aMinute, 'absent')).toHaveProperty('written');
    expect(await store.read('key')).toMatchObject({ bytes: bytes(3) });
    log.warnings.length = 0;
  });

  it.each([
    ['before the record is there', 'PutItemCommand', 2, 0],
    ['once the record is there', 'GetItemCommand', 1, 1],
  ])('leave no record without an owner’s entry if all is ended %s', async (_, command, nth, ended) => {
    const held = hold(command, nth);
    const creation = open(held.client).write('key', bytes(3), aMinute, 'absent', 'owner');
    await held.checkpoint.reached;
    expect(await open().deleteOwnedBy('owner')).toBe(ended);
    held.checkpoint.release();
    expect(await creation).toEqual({ gone: true });
    expect(await items()).toEqual([]);
  });

  it('tell a creation of an ending that has looked for its record too early, and is not over', async () => {
    // The ending has marked the entry, found no record yet, and not removed the entry: the creation goes by the mark.
    const ending = hold('DeleteItemCommand', 2);
    const creating = hold('PutItemCommand', 2);
    const creation = open(creating.client).write('key', bytes(3), aMinute, 'absent', 'owner');
    await creating.checkpoint.reached;
    const ended = open(ending.client).deleteOwnedBy('owner');
    await ending.checkpoint.reached;
    creating.checkpoint.release();
    expect(await creation).toEqual({ gone: true });
    ending.checkpoint.release();
    expect(await ended).toBe(0);
  });

  it('still know what could not be ended', async () => {
    await open().write('key', bytes(3), aMinute, 'absent', 'owner');
    const failing = wrap((name, send) => (name === 'DeleteItemCommand' ? Promise.reject(new Error('away')) : send()));
    await expect(open(failing).deleteOwnedBy('owner')).rejects.toThrow(
      'DynamoDB (SESSION_DYNAMODB, AWS_REGION) did not answer, or returned an error: away',
    );
    expect(await open().deleteOwnedBy('owner')).toBe(1);
  });

  it('are written once, also where the client sends a write again because its answer was lost', async () => {
    const twice = wrap(async (name, send) => {
      if (name === 'PutItemCommand') await send();
      return send();
    });
    const result = await open(twice).write('key', bytes(large), aMinute, 'absent');
    expect(result).toHaveProperty('written');
    const version = 'written' in result ? result.written : undefined;
    expect(await open(twice).write('key', bytes(4), aMinute, version)).toHaveProperty('written');
    expect(await open().read('key')).toMatchObject({ bytes: bytes(4) });
  });

  it('are not read again for a conflict where the service hands the newest out with its refusal', async () => {
    await open().write('key', bytes(3), aMinute, 'absent');
    const asked: string[] = [];
    const generous = wrap(async (name, send) => {
      asked.push(name);
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const Key = { pk: { S: 'record#key' }, sk: { S: 'record' } };
        const { Item } = await client.send(new GetItemCommand({ TableName: 'sessions', Key }));
        if (Item === undefined) throw error;
        throw new ConditionalCheckFailedException({ message: 'refused', $metadata: {}, Item });
      }
    });
    expect(await open(generous).write('key', bytes(4), aMinute, 'absent')).toMatchObject({
      conflict: { bytes: bytes(3) },
    });
    expect(asked).toEqual(['PutItemCommand']);
  });

  it('that could not be removed after the record make no failure of what has been done, and are told', async () => {
    await open().write('key', bytes(large), aMinute, 'absent');
    let deletions = 0;
    const failing = wrap((name, send) =>
      name === 'DeleteItemCommand' && ++deletions > 1 ? Promise.reject(new Error('away')) : send(),
    );
    expect(await open(failing).delete('key')).toBe('deleted');
    expect(log.warnings.splice(0)).toEqual([
      'Items of an ended session could not be removed at once. DynamoDB (SESSION_DYNAMODB, AWS_REGION) did not answer, or returned an error: away',
    ]);
    expect(await open().read('key')).toBeNull();
    await dropAll();
  });

  it('have keys and owners that DynamoDB takes, or there is an error that says how long they may be', async () => {
    const store = open();
    await expect(store.write('k'.repeat(1_017), bytes(3), aMinute, 'absent')).rejects.toThrow(
      /takes keys of at most 1016 bytes/,
    );
    await expect(store.write('key', bytes(3), aMinute, 'absent', 'o'.repeat(2_001))).rejects.toThrow(
      /takes owners of at most 2000 bytes/,
    );
    const longest = 'k'.repeat(1_016);
    expect(await store.write(longest, bytes(large), aMinute, 'absent', 'o'.repeat(2_000))).toHaveProperty('written');
    expect(await store.deleteOwnedBy('o'.repeat(2_000))).toBe(1);
  });

  it('need a table: where it is missing the error says what makes it, and nothing of the record', async () => {
    const error: unknown = await open(client, 'missing')
      .write('the key', Buffer.from('the record'), 1, 'absent')
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    expect(String(error)).toContain('no table missing (SESSION_DYNAMODB_TABLE)');
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/the key|the record/);
    await createSessionTable(client, 'missing');
    await createSessionTable(client, 'missing');
    expect(await open(client, 'missing').read('key')).toBeNull();
  });

  it('are reached by the endpoint of SESSION_DYNAMODB, with what the environment says of region and credentials', async () => {
    const variables = { AWS_REGION: 'local', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    await withEnvironment(variables, async () => {
      const store = await create({ endpoint: server.endpoint, table: 'sessions', client: null }, { log });
      expect(await store.write('key', bytes(3), aMinute, 'absent')).toHaveProperty('written');
      await store.close();
    });
  });

  it('are not for what is no client or no table', () => {
    expect(() => new DynamoDbStore({ client: JSON.parse('{}') as DynamoDbClient })).toThrow(
      /expected a DynamoDBClient/,
    );
    expect(() => open(client, 'a b')).toThrow(
      /SESSION_DYNAMODB_TABLE \(dynamodb.table\): expected the name of a table/,
    );
  });
});

async function dropAll(): Promise<void> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: 'sessions', ConsistentRead: true }));
  for (const { pk, sk } of Items) {
    if (pk !== undefined && sk !== undefined) {
      await client.send(new DeleteItemCommand({ TableName: 'sessions', Key: { pk, sk } }));
    }
  }
}
