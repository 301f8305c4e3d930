import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { SessionValueError } from '../../../../lib/errors.js';
import {
  decodeFlaskCookie,
  encodeFlaskCookie,
  FlaskFloat,
  FlaskMarkup,
  FlaskTuple,
  FlaskUuid,
  type FlaskData,
} from '../../../../lib/interop/flask/index.js';
import { cookieData, exactCookieData } from './arbitraries.js';
import { issued, jsonIn, secretKey, signedJson } from './signed-cookie.js';

const options = { secretKey, now: issued };
const encode = (data: FlaskData) => encodeFlaskCookie(data, options);
const decode = (cookie: string) => decodeFlaskCookie(cookie, options);
const comesBack = (value: unknown) => decode(encode({ v: value }))?.['v'];
const writtenBack = (json: string) => encode(decode(signedJson(json)) ?? {});

describe("Flask's cookie brings back", () => {
  it('any data', () => {
    fc.assert(
      fc.property(cookieData, (data) => {
        expect(isDeepStrictEqual(decode(encode(data)), data)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('what was read, to the letter', () => {
    fc.assert(
      fc.property(exactCookieData, (data) => {
        const cookie = encode(data);
        expect(encode(decode(cookie) ?? {})).toBe(cookie);
      }),
      { numRuns: 200 },
    );
  });

  it('a float that looks like an int, in an object, a list, a tuple, and beside a tag', () => {
    const json = '{"a":1.0,"b":[1,1.0,-0.0],"c":{" t":[2.0,2]},"d":{" di":{" t__":3.0}},"e":{"f":[{"g":4.0}]}}';
    expect(decode(signedJson(json))).toStrictEqual({
      a: 1,
      b: [1, 1, -0],
      c: FlaskTuple.of(2, 2),
      d: { ' t': 3 },
      e: { f: [{ g: 4 }] },
    });
    expect(jsonIn(writtenBack(json))).toBe(json);
  });

  it('an int where a float was changed, or moved away', () => {
    const data = decode(signedJson('{"a":1.0,"b":2.0,"l":[1.0,2.0]}')) ?? {};
    data['a'] = 3;
    data['b'] = 2;
    (data['l'] as number[]).unshift(5);
    expect(encode(data)).toBe(signedJson('{"a":3,"b":2.0,"l":[5,1,2]}'));
    expect(encode({ ...(decode(signedJson('{"a":1.0}')) ?? {}) })).toBe(signedJson('{"a":1}'));
  });

  it.each([
    [0, '0'],
    [-1, '-1'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [2 ** 53, '9007199254740992.0'],
    [9_007_199_254_740_993n, '9007199254740993'],
    [-(10n ** 30n), '-1000000000000000000000000000000'],
    [-0, '-0.0'],
    [1.5, '1.5'],
    [100.25, '100.25'],
    [0.1, '0.1'],
    [0.0001, '0.0001'],
    [0.000123, '0.000123'],
    [0.00001, '1e-05'],
    [1.25e-7, '1.25e-07'],
    [-1e-7, '-1e-07'],
    [5e-324, '5e-324'],
    [1e16, '1e+16'],
    [1.2345e20, '1.2345e+20'],
    [1e21, '1e+21'],
    [1e100, '1e+100'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [-Infinity, '-Infinity'],
    [new FlaskFloat(1), '1.0'],
    [new FlaskFloat(-20), '-20.0'],
    [new FlaskFloat(0.5), '0.5'],
    [new FlaskFloat(123456789012345), '123456789012345.0'],
    [new FlaskFloat(9007199254740991), '9007199254740991.0'],
  ])('the number %p, which Python writes %s', (value, text) => {
    expect(jsonIn(encode({ v: value }))).toBe(`{"v":${text}}`);
    expect(comesBack(value)).toBe(value instanceof FlaskFloat ? value.value : value);
  });

  it('-0 without a fraction as the int that it is for Python', () => {
    expect(decode(signedJson('{"v":-0}'))).toStrictEqual({ v: 0 });
  });

  it('half a character, and what JSON need not escape', () => {
    expect(comesBack('\ud83d!')).toBe('\ud83d!');
    expect(jsonIn(encode({ v: '\ud83d/<>&\u007f\u0080\u2028é😀"\\\b\t' }))).toBe(
      '{"v":"\\ud83d/<>&\\u007f\\u0080\\u2028\\u00e9\\ud83d\\ude00\\"\\\\\\b\\t"}',
    );
  });

  it('keys in the order of their code points, at every level', () => {
    const keys = [
      'a',
      'B',
      'aa',
      'é',
      '\ud83d',
      '\ud83d\ue000',
      '\ud83d\ude00',
      '\ud83d\ude01',
      '\uffee',
      '',
      '2',
      '10',
    ];
    const object = Object.fromEntries(keys.map((key) => [key, 1]));
    const sorted = Object.keys(decode(encode({ v: object }))?.['v'] as object);
    // JavaScript moves keys that look like indices to the front.
    const expected = [
      '2',
      '10',
      '',
      'B',
      'a',
      'aa',
      'é',
      '\ud83d',
      '\ud83d\ue000',
      '\uffee',
      '\ud83d\ude00',
      '\ud83d\ude01',
    ];
    expect(sorted).toEqual(expected);
    expect(jsonIn(encode({ v: object }))).toContain('"":1,"10":1,"2":1,"B":1');
  });

  it('a date in whole seconds', () => {
    expect(comesBack(new Date('1999-12-31T23:59:59.999Z'))).toEqual(new Date('1999-12-31T23:59:59Z'));
    expect(comesBack(new Date(-1))).toEqual(new Date(-1000));
  });

  it('any form of a UUID as one', () => {
    const uuid = new FlaskUuid('12345678123456789ABCDEF012345678');
    expect(String(comesBack(uuid))).toBe('12345678-1234-5678-9abc-def012345678');
  });

  it('bytes that are a window on others', () => {
    expect(comesBack(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))).toEqual(Buffer.from([2, 3]));
  });

  it('what JSON would make of an instance of a class', () => {
    class Money {
      constructor(readonly amount: number) {}
    }
    expect(comesBack({ price: new Money(5), home: new URL('https://example.org/') })).toEqual({
      price: { amount: 5 },
      home: 'https://example.org/',
    });
  });

  it('an object without a prototype as any other, and no member that is undefined', () => {
    const bare = Object.assign(Object.create(null) as FlaskData, { a: 1 });
    expect(comesBack(bare)).toStrictEqual({ a: 1 });
    expect(comesBack({ ' t': 1, other: undefined })).toStrictEqual({ ' t': 1 });
  });
});

describe("Flask's cookie refuses", () => {
  it.each<[string, unknown, RegExp]>([
    ['undefined in a list', [undefined], /no undefined/],
    ['a function', () => 1, /it is a function/],
    ['a symbol', Symbol('s'), /it is a symbol/],
    ['a Map', new Map(), /no Map and no Set/],
    ['a Set', new Set(), /no Map and no Set/],
    ['a regular expression', /a/, /it is a RegExp/],
    ['an Error', new Error('e'), /it is an Error/],
    ['an ArrayBuffer', new ArrayBuffer(1), /Use a Uint8Array/],
    ['floats in a buffer', new Float64Array(1), /Use a Uint8Array/],
    ['an invalid date', new Date(NaN), /years 1 to 9999/],
    ['a date that Python does not have', new Date(Date.UTC(10_000, 0)), /years 1 to 9999/],
    ['a date that Flask would read wrongly', new Date('0050-01-01T00:00:00Z'), /from the year 100 on/],
    ['a key __proto__', JSON.parse('{"__proto__":1}'), /cannot be a key/],
    ['a number that Python does not read', 10n ** 4300n, /so many digits/],
    ['a negative one', -(10n ** 4300n), /so many digits/],
  ])('%s, and names the way to it', (_, value, reason) => {
    const error = thrownBy(() => encode({ cart: [{ item: value }] }));
    expect(error).toBeInstanceOf(SessionValueError);
    expect((error as SessionValueError).path).toMatch(/^session\.cart\[0\]\.item/);
    expect((error as SessionValueError).message).toMatch(reason);
  });

  it('what contains itself, and what is nested too deeply', () => {
    const data: FlaskData = {};
    data['self'] = { data };
    expect(() => encode(data)).toThrow(/contains itself/);
    const nested = (levels: number): unknown => (levels === 0 ? 1 : FlaskTuple.of(nested(levels - 1)));
    expect(comesBack(nested(100))).toEqual(nested(100));
    // Tags are levels of their own.
    expect(decode(encode({ ' t': nested(100) }))).toEqual({ ' t': nested(100) });
    expect(() => encode({ v: nested(101) })).toThrow(/more than 100 levels/);
  });

  it.each([[[1]], [null], ['text'], [new Date(0)]])('data that are no object: %p', (data) => {
    expect(() => encode(JSON.parse(JSON.stringify(data)) as FlaskData)).toThrow(SessionValueError);
  });
});

describe('the values of Python', () => {
  it('are themselves in JSON: a list, a text, a number', () => {
    const values = [
      FlaskTuple.of(1, 2),
      new FlaskMarkup('<b>'),
      new FlaskUuid('12345678123456789abcdef012345678'),
      new FlaskFloat(1),
    ];
    expect(JSON.stringify(values)).toBe('[[1,2],"<b>","12345678-1234-5678-9abc-def012345678",1]');
    expect(String(values[1])).toBe('<b>');
    expect(Number(values[3])).toBe(1);
  });

  it('a tuple is a list that stays a tuple', () => {
    const tuple = FlaskTuple.of('info', 'Hello');
    const [category, message] = tuple;
    expect([category, message, tuple.length, Array.isArray(tuple)]).toEqual(['info', 'Hello', 2, true]);
    expect(tuple.map((text) => text.length)).toBeInstanceOf(FlaskTuple);
    expect(FlaskTuple.from(['a'])).toBeInstanceOf(FlaskTuple);
  });

  it.each(['', 'x', '12345678-1234-5678-9abc-def01234567', '1'.repeat(33), 'g'.repeat(32)])(
    'a UUID has 32 digits, and is not %j',
    (text) => {
      expect(() => new FlaskUuid(text)).toThrow(RangeError);
    },
  );
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
