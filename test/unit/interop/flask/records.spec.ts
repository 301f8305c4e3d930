import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cachelibFileName,
  decodeCachelibFile,
  encodeCachelibFile,
  flaskFileRecords,
  flaskRedisRecords,
  flaskSqlRecords,
  type FlaskSessionRow,
} from '../../../../lib/interop/flask/index.js';
import { temporaryFolder } from '../../../support/temporary-folder.js';

const key = `session:${'A'.repeat(43)}`;
const body = Buffer.from('81a16101', 'hex');
const inAnHour = Math.floor(Date.now() / 1000) + 3600;

describe("cachelib's file", () => {
  it('is named by a hash of the key', () => {
    expect(cachelibFileName(key)).toBe('eb4d71716371e474e7d250f02928cf03382e78d1477a5fc9788721ac7b0179c4');
    expect(cachelibFileName('__wz_cache_count', 'md5')).toBe('2029240f6d1128be89ddc32729463129');
  });

  it('has the expiry before the record, in seconds', () => {
    const file = encodeCachelibFile(body, 1_700_000_000.9);
    expect(Buffer.from(file).toString('hex')).toBe('00f1536581a16101');
    expect(decodeCachelibFile(file, 1_700_000_000)).toEqual(body);
    expect(decodeCachelibFile(file, 1_700_000_000.5)).toBeNull();
  });

  it('never expires with an expiry of 0, and goes by the clock where no time is given', () => {
    expect(decodeCachelibFile(encodeCachelibFile(body, 0), 1e12)).toEqual(body);
    expect(decodeCachelibFile(encodeCachelibFile(body, inAnHour))).toEqual(body);
    expect(decodeCachelibFile(encodeCachelibFile(body, inAnHour - 7200))).toBeNull();
  });

  it('is none when it is cut short, and may hold nothing', () => {
    expect(decodeCachelibFile(Buffer.from('00f153', 'hex'))).toBeNull();
    expect(decodeCachelibFile(Buffer.from('00000000', 'hex'))).toEqual(Buffer.alloc(0));
  });

  it.each([-1, 2 ** 32, NaN])('has no room for the time %p', (expiry) => {
    expect(() => encodeCachelibFile(body, expiry)).toThrow(RangeError);
  });

  it('is a window on other bytes without harm', () => {
    const around = Buffer.concat([Buffer.from('ffff', 'hex'), encodeCachelibFile(body, 0)]);
    expect(decodeCachelibFile(around.subarray(2))).toEqual(body);
  });
});

describe('the records in files', () => {
  let folder: ReturnType<typeof temporaryFolder>;

  beforeEach(() => {
    folder = temporaryFolder('flask-records');
  });

  afterEach(() => {
    folder.remove();
  });

  it.each(['sha256', 'md5'] as const)('are found under their %s, and removed', async (hash) => {
    const records = flaskFileRecords({ dir: folder.path });
    const path = join(folder.path, cachelibFileName(key, hash));
    writeFileSync(path, encodeCachelibFile(body, inAnHour));
    expect(await records.get(key)).toEqual(body);
    await records.delete?.(key);
    expect(existsSync(path)).toBe(false);
    expect(await records.get(key)).toBeNull();
    await records.delete?.(key);
  });

  it('are absent when they have expired, and where there is no folder', async () => {
    writeFileSync(join(folder.path, cachelibFileName(key)), encodeCachelibFile(body, 1));
    expect(await flaskFileRecords({ dir: folder.path }).get(key)).toBeNull();
    expect(await flaskFileRecords({ dir: join(folder.path, 'none') }).get(key)).toBeNull();
  });

  it('are an error where a file cannot be read', async () => {
    mkdirSync(join(folder.path, cachelibFileName(key)));
    await expect(flaskFileRecords({ dir: folder.path }).get(key)).rejects.toThrow(/EISDIR/);
  });
});

describe('the records in a database', () => {
  const clock = () => Date.parse('2026-06-01T12:00:00.000Z');
  const recordsWith = (row: FlaskSessionRow | null | undefined) =>
    flaskSqlRecords({ find: (asked) => Promise.resolve(asked === key ? row : null) }, clock);

  it.each<[string, FlaskSessionRow['expiry']]>([
    ['a text of SQLite', '2026-06-01 12:00:00.001000'],
    ['a text without fraction', '2026-06-01 12:00:01'],
    ['a text of ISO 8601', '2026-06-01T12:00:01'],
    ['a text that names its zone', '2026-06-01T14:00:01+02:00'],
    ['a Date', new Date('2026-06-01T12:00:01Z')],
  ])('are there before their expiry, %s', async (_, expiry) => {
    expect(await recordsWith({ data: body, expiry }).get(key)).toEqual(body);
  });

  it.each<[string, FlaskSessionRow | null | undefined]>([
    ['its expiry is now', { data: body, expiry: '2026-06-01 12:00:00.000000' }],
    ['its expiry is over', { data: body, expiry: '2026-06-01 11:59:59' }],
    ['it has no expiry', { data: body, expiry: null }],
    ['its expiry is no time', { data: body, expiry: 'soon' }],
    ['its expiry is an invalid Date', { data: body, expiry: new Date(NaN) }],
    ['it has no data', { data: null, expiry: '2026-06-01 13:00:00' }],
    ['there is no row', null],
    ['there is no row at all', undefined],
  ])('are absent where %s', async (_, row) => {
    expect(await recordsWith(row).get(key)).toBeNull();
  });

  it('go by the clock, and can be removed where the table can', async () => {
    const removed: string[] = [];
    const records = flaskSqlRecords({
      find: () => Promise.resolve({ data: body, expiry: new Date(Date.now() + 60_000) }),
      remove: (asked) => Promise.resolve(removed.push(asked)),
    });
    expect(await records.get(key)).toEqual(body);
    await records.delete?.(key);
    expect(removed).toEqual([key]);
    expect(recordsWith(null).delete).toBeUndefined();
  });
});

describe('the records in Redis', () => {
  it('are read as bytes, and removed', async () => {
    const kept = new Map([[key, body]]);
    const records = flaskRedisRecords({
      getBuffer: (asked) => Promise.resolve(kept.get(asked) ?? null),
      del: (asked) => Promise.resolve(Number(kept.delete(asked))),
    });
    expect(await records.get(key)).toEqual(body);
    await records.delete?.(key);
    expect(await records.get(key)).toBeNull();
  });
});
