import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { pack, Unpackr } from 'msgpackr';
import { isSessionError } from '../../../../lib/errors.js';
import {
  decodeFlaskSessionRecord,
  encodeFlaskSessionRecord,
  FlaskPickleError,
  FlaskTuple,
  type FlaskData,
} from '../../../../lib/interop/flask/index.js';
import { exactRecordData, recordData } from './arbitraries.js';
import { scaled } from '../../../support/patience.js';

const msgpack = (data: FlaskData) => encodeFlaskSessionRecord(data, { format: 'msgpack' });
const json = (data: FlaskData) => encodeFlaskSessionRecord(data, { format: 'json' });
const read = decodeFlaskSessionRecord;
const readHex = (hex: string) => read(Buffer.from(hex, 'hex'));
/** `{"a": <value>}` in MessagePack. */
const under = (hex: string) => `81a161${hex}`;
const writtenBack = (hex: string) => Buffer.from(msgpack(readHex(hex) ?? {})).toString('hex');

describe("Flask-Session's record brings back", () => {
  it('any data in MessagePack, tuples as lists', () => {
    fc.assert(
      fc.property(recordData, (data) => {
        expect(isDeepStrictEqual(read(msgpack(data)), withoutTuples(data))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('what was read, to the byte, in both formats', () => {
    fc.assert(
      fc.property(exactRecordData, (data) => {
        for (const write of [msgpack, json]) {
          const record = write(data);
          expect(Buffer.compare(write(read(record) ?? {}), record)).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('what another reader of MessagePack finds in it', () => {
    // Its types do not know this setting: a bigint for what is no exact number.
    const int64AsType = 'auto' as 'bigint';
    const other = new Unpackr({ useRecords: false, int64AsType });
    const atTheLimit = ['cf0020000000000000', 'd3ffe0000000000000'].map((hex) => Buffer.from(hex, 'hex'));
    fc.assert(
      fc.property(recordData, (data) => {
        const record = Buffer.from(msgpack(data));
        // It takes 2^53 itself for an exact number.
        fc.pre(!atTheLimit.some((bytes) => record.includes(bytes)));
        expect(isDeepStrictEqual(other.unpack(record), withoutTuples(data))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('floats, times to the nanosecond, and keys that are numbers', () => {
    for (const hex of [
      under('cb3ff0000000000000'),
      under('92cb400000000000000002'),
      under('d7ffeb799dc065e078f5'),
      under('c70cff3b9ac6180000003afff4417f'),
      '8101a161',
      under('8301a1612aa162cb3ff8000000000000a163'),
      under('81cf8000000000000000a161'),
    ]) {
      expect(writtenBack(hex)).toBe(hex);
    }
    expect(readHex('8101a161')).toEqual({ 1: 'a' });
    expect(readHex(under('81cb3ff8000000000000c3'))).toEqual({ a: { '1.5': true } });
    expect(readHex(under('d7ffeb799dc065e078f5'))).toEqual({ a: new Date('2024-02-29T12:30:45.987Z') });
  });

  it('a time to the millisecond once it was changed', () => {
    const data = readHex(under('d7ffeb799dc065e078f5')) ?? {};
    (data['a'] as Date).setUTCFullYear(2025);
    expect(read(msgpack(data))).toEqual(data);
    expect(Buffer.from(json(data)).toString()).toBe('{"a":"2025-03-01T12:30:45.987000Z"}');
  });

  it('numbers and texts in longer forms than needed', () => {
    const same = [
      'cc01',
      'cd0001',
      'ce00000001',
      'cf0000000000000001',
      'd001',
      'd10001',
      'd200000001',
      'd30000000000000001',
    ];
    expect(same.map((hex) => readHex(under(hex)))).toEqual(same.map(() => ({ a: 1 })));
    expect(readHex(under('ca3fc00000'))).toEqual({ a: 1.5 });
    expect(readHex(under('c8000cff3b9ac6180000003afff4417f'))).toEqual({ a: new Date('9999-12-31T23:59:59.999Z') });
    for (const hex of ['d90162', 'da000162', 'db0000000162']) expect(readHex(under(hex))).toEqual({ a: 'b' });
    for (const hex of ['dc000101', 'dd0000000101']) expect(readHex(under(hex))).toEqual({ a: [1] });
    for (const hex of ['de0001a16101', 'df00000001a16101']) expect(readHex(hex)).toEqual({ a: 1 });
    for (const hex of ['c50001ff', 'c600000001ff']) expect(readHex(under(hex))).toEqual({ a: Buffer.from([255]) });
  });

  it('bytes that share no memory with the record', () => {
    const record = Buffer.from(under('c402aabb'), 'hex');
    const { a } = read(record) as { a: Buffer };
    record.fill(0);
    expect(a).toEqual(Buffer.from('aabb', 'hex'));
  });

  it('an empty session in both formats', () => {
    expect(readHex('80')).toStrictEqual({});
    expect(read(Buffer.from('{}'))).toStrictEqual({});
  });
});

describe('a broken record is null:', () => {
  it.each([
    ['no bytes', ''],
    ['a number', '01'],
    ['a text', 'a161'],
    ['a list', '9101'],
    ['nil', 'c0'],
    ['a timestamp', 'd6ff65e078f5'],
    ['a byte that has no meaning', under('c1')],
    ['something after its end', '81a1610100'],
    ['an unknown extension of one byte', under('d401ff')],
    ['an unknown extension of three bytes', under('c70305aabbcc')],
    ['an unknown extension of no byte', under('c70005')],
    ["an extension that this package's own records have", under('c7024d9190')],
    ["msgpackr's record structure", under('d47240')],
    ['a timestamp of five bytes', under('c705ff0000000000')],
    ['a timestamp with too many nanoseconds', under('d7ffffffffffffffffff')],
    ['a timestamp after the year 9999', under('c70cff000000000000003afff44180')],
    ['a timestamp before the year 1', under('c70cff00000000fffffff1886e08ff')],
    ['a text that is no UTF-8', under('a1ff')],
    ['a key that is nil', '81c001'],
    ['a key that is a boolean', '81c301'],
    ['a key that is a list', '819001'],
    ['a key that is bytes', '81c4016101'],
    ['a key that is a date', '81d6ff65e078f501'],
    ['two keys of one name', '820101a13102'],
    ['a key twice', '82a16101a16102'],
    ['a key __proto__', `81a9${Buffer.from('__proto__').toString('hex')}81a561646d696ec3`],
    ['a list that promises more than there is', under('ddffffffff')],
    ['a map that promises more than there is', 'dfffffffff'],
    ['a text that promises more than there is', under('dbffffffff61')],
    ['bytes that promise more than there are', under('c6ffffffff61')],
    ['an extension that promises more than there is', under('c9ffffffffff')],
    ['JSON that is cut short', Buffer.from('{"a":1').toString('hex')],
    ['JSON that is no UTF-8', '7b22ff223a317d'],
    ['JSON after a mark of its encoding', Buffer.from('\ufeff{"a":1}').toString('hex')],
    ['JSON with a key __proto__', Buffer.from('{"a":{"__proto__":{"admin":true}}}').toString('hex')],
    ['JSON of a list', Buffer.from('[1]').toString('hex')],
    ['a cut pickle', '80059519000000000000007d94'],
  ])('%s', (_, hex) => {
    const started = performance.now();
    expect(readHex(hex)).toBeNull();
    expect(performance.now() - started).toBeLessThan(scaled(500));
    expect('admin' in {}).toBe(false);
  });

  it('cut short anywhere', () => {
    fc.assert(
      fc.property(recordData, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (data, share) => {
        for (const record of [msgpack(data), json(data)]) {
          expect(read(record.subarray(0, Math.floor(record.length * share)))).toBeNull();
        }
      }),
    );
  });

  it('any bytes whatever, or they are data; never a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect([null, Object.prototype]).toContain(prototypeOf(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    [
      'lists',
      (levels: number) => Buffer.concat([Buffer.from('81a161', 'hex'), Buffer.alloc(levels, 0x91), Buffer.of(1)]),
    ],
    ['maps', (levels: number) => Buffer.concat([Buffer.from('81a161'.repeat(levels), 'hex'), Buffer.of(1)])],
    ['lists in JSON', (levels: number) => Buffer.from(`{"a":${'['.repeat(levels)}1${']'.repeat(levels)}}`)],
  ])('nested too deeply, in %s', (_, nested) => {
    expect(read(nested(90))).not.toBeNull();
    expect(read(nested(102))).toBeNull();
    expect(read(nested(100_000))).toBeNull();
  });

  it('or has keys that name what every object inherits, as its own', () => {
    const record = pack({ constructor: { prototype: { admin: true } }, hasOwnProperty: 1 });
    expect(Object.keys(read(record) ?? {})).toEqual(['constructor', 'hasOwnProperty']);
    expect('admin' in {}).toBe(false);
  });
});

describe('a pickle is refused and never read', () => {
  it.each([
    ['protocol 0', Buffer.from('(dp0\nVa\np1\nI1\ns.')],
    ['protocol 1', Buffer.from('7d710058010000006171014b01732e', 'hex')],
    ['protocol 2', Buffer.from('80027d710058010000006171014b01732e', 'hex')],
    ['protocol 4', Buffer.from('80049508000000000000007d948c0161944b01732e', 'hex')],
    ['protocol 5', Buffer.from('80059508000000000000007d948c0161944b01732e', 'hex')],
    ["cachelib's Redis cache", Buffer.from('2180059508000000000000007d948c0161944b01732e', 'hex')],
    ['one that would run a command', Buffer.from("cos\nsystem\n(S'touch /tmp/x'\ntR.")],
  ])('%s', (_, bytes) => {
    expect(() => read(bytes)).toThrow(FlaskPickleError);
  });

  it('with a code, and a message that says what to do and shows nothing of it', () => {
    const error = new FlaskPickleError();
    expect([error.name, error.code]).toEqual(['FlaskPickleError', 'FLASK_RECORD_PICKLED']);
    expect(isSessionError(error)).toBe(true);
    expect(error.message).toMatch(/Flask-Session 0\.7/);
  });

  it('and no record is taken for one', () => {
    fc.assert(
      fc.property(recordData, (data) => {
        for (const write of [msgpack, json]) expect(() => read(write(data))).not.toThrow();
      }),
    );
  });
});

/** The prototype of what bytes are read as; `null` for what is broken, or a pickle. */
function prototypeOf(bytes: Uint8Array): unknown {
  try {
    const data = read(bytes);
    return data === null ? null : Object.getPrototypeOf(data);
  } catch (error) {
    if (error instanceof FlaskPickleError) return null;
    throw error;
  }
}

function withoutTuples(value: unknown): unknown {
  if (value instanceof FlaskTuple) return Array.from(value, withoutTuples);
  if (Array.isArray(value)) return value.map(withoutTuples);
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutTuples(member)]));
}
