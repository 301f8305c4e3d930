import { describe, expect, it } from '@jest/globals';
import { SessionValueError } from '../../../../lib/errors.js';
import {
  decodeFlaskSessionRecord,
  encodeFlaskSessionRecord,
  FlaskFloat,
  FlaskMarkup,
  FlaskPickleError,
  FlaskTuple,
  FlaskUuid,
  type FlaskData,
} from '../../../../lib/interop/flask/index.js';

type Format = 'msgpack' | 'json';

const msgpack = (data: FlaskData) => hexOf(encodeFlaskSessionRecord(data, { format: 'msgpack' }));
const json = (data: FlaskData) => Buffer.from(encodeFlaskSessionRecord(data, { format: 'json' })).toString();
const read = (hex: string) => decodeFlaskSessionRecord(Buffer.from(hex, 'hex'));

/** Session, format, what Flask-Session 0.8 stores of it, and what is read, where that is something else. */
const golden: readonly (readonly [name: string, data: FlaskData, format: Format, hex: string, read?: FlaskData])[] = [
  ['permanent', { _permanent: true, a: 1 }, 'msgpack', '82aa5f7065726d616e656e74c3a16101'],
  ['one key', { a: 1 }, 'msgpack', '81a16101'],
  ['not permanent', { _permanent: false, a: 1 }, 'msgpack', '82aa5f7065726d616e656e74c2a16101'],
  [
    'scalars and a list',
    { _permanent: true, user_id: 42, name: 'Zoë', roles: ['admin', 'x'], f: 1.5, n: null, neg: -1, big: 2 ** 40 },
    'msgpack',
    '88aa5f7065726d616e656e74c3a7757365725f69642aa46e616d65a45a6fc3aba5726f6c657392a561646d696ea178a166cb3ff8000000000000a16ec0a36e6567ffa3626967cf0000010000000000',
  ],
  [
    'flashes',
    { _permanent: true, _flashes: [['info', 'Hello']] },
    'msgpack',
    '82aa5f7065726d616e656e74c3a85f666c61736865739192a4696e666fa548656c6c6f',
  ],
  [
    'a date, bytes, a tuple, a UUID, a decimal, a set',
    {
      _permanent: true,
      d: new Date('2024-02-29T12:30:45Z'),
      b: Buffer.from([0xff]),
      t: FlaskTuple.of(1, 2),
      u: new FlaskUuid('12345678-1234-5678-9abc-def012345678'),
      dec: '1.10',
      s: [1],
    },
    'msgpack',
    '87aa5f7065726d616e656e74c3a164d6ff65e078f5a162c401ffa174920102a175d92431323334353637382d313233342d353637382d396162632d646566303132333435363738a3646563a4312e3130a1739101',
    {
      _permanent: true,
      d: new Date('2024-02-29T12:30:45Z'),
      b: Buffer.from([0xff]),
      t: [1, 2],
      u: '12345678-1234-5678-9abc-def012345678',
      dec: '1.10',
      s: [1],
    },
  ],
  ['JSON', { _permanent: true, a: 1 }, 'json', '7b225f7065726d616e656e74223a747275652c2261223a317d'],
];

describe("Flask-Session's record:", () => {
  it.each(golden)('%s is written, read and written back', (_, data, format, hex, readAs = data) => {
    expect(hexOf(encodeFlaskSessionRecord(data, { format }))).toBe(hex);
    const back = read(hex);
    expect(back).toStrictEqual(readAs);
    expect(hexOf(encodeFlaskSessionRecord(back ?? {}, { format }))).toBe(hex);
  });

  it('a pickle of an old version is refused with a reason', () => {
    const pickle = '80059519000000000000007d94288c0a5f7065726d616e656e7494888c0161944b01752e';
    expect(() => read(pickle)).toThrow(FlaskPickleError);
    expect(() => read(pickle)).toThrow(/runs the code that it names/);
  });
});

/** Value, its MessagePack, its JSON, as Flask-Session 0.8 writes them. */
const types: readonly (readonly [value: unknown, bytes: string, text: string])[] = [
  [null, 'c0', 'null'],
  [true, 'c3', 'true'],
  [false, 'c2', 'false'],
  [1, '01', '1'],
  [-1, 'ff', '-1'],
  [-32, 'e0', '-32'],
  [-33, 'd0df', '-33'],
  [-128, 'd080', '-128'],
  [-129, 'd1ff7f', '-129'],
  [-32_769, 'd2ffff7fff', '-32769'],
  [-2_147_483_648, 'd280000000', '-2147483648'],
  [-2_147_483_649, 'd3ffffffff7fffffff', '-2147483649'],
  [127, '7f', '127'],
  [128, 'cc80', '128'],
  [255, 'ccff', '255'],
  [256, 'cd0100', '256'],
  [65_535, 'cdffff', '65535'],
  [65_536, 'ce00010000', '65536'],
  [2 ** 32 - 1, 'ceffffffff', '4294967295'],
  [2 ** 32, 'cf0000000100000000', '4294967296'],
  [2 ** 40, 'cf0000010000000000', '1099511627776'],
  [2n ** 63n, 'cf8000000000000000', '9223372036854775808'],
  [2n ** 64n - 1n, 'cfffffffffffffffff', '18446744073709551615'],
  [-(2n ** 63n), 'd38000000000000000', '-9223372036854775808'],
  [1.5, 'cb3ff8000000000000', '1.5'],
  [new FlaskFloat(1), 'cb3ff0000000000000', '1.0'],
  [-0, 'cb8000000000000000', '-0.0'],
  [1e16, 'cb4341c37937e08000', '1e+16'],
  [NaN, 'cb7ff8000000000000', 'null'],
  [Infinity, 'cb7ff0000000000000', 'null'],
  [new FlaskFloat(NaN), 'cb7ff8000000000000', 'null'],
  ['Zoë', 'a45a6fc3ab', '"Zoë"'],
  ['a'.repeat(31), `bf${'61'.repeat(31)}`, `"${'a'.repeat(31)}"`],
  ['a'.repeat(32), `d920${'61'.repeat(32)}`, `"${'a'.repeat(32)}"`],
  ['a'.repeat(256), `da0100${'61'.repeat(256)}`, `"${'a'.repeat(256)}"`],
  ['\u007f😀"\\/\n\u0001', 'aa7ff09f9880225c2f0a01', '"\u007f😀\\"\\\\/\\n\\u0001"'],
  [[], '90', '[]'],
  [[1, 'a'], '9201a161', '[1,"a"]'],
  [FlaskTuple.of(1, 2), '920102', '[1,2]'],
  [Buffer.from([0xff]), 'c401ff', '"/w=="'],
  [Buffer.alloc(256), `c50100${'00'.repeat(256)}`, `"${Buffer.alloc(256).toString('base64')}"`],
  [{ b: 1, a: 2 }, '82a16201a16102', '{"b":1,"a":2}'],
  [{ a: undefined, b: 1 }, '81a16201', '{"b":1}'],
  [new Date('2024-02-29T12:30:45Z'), 'd6ff65e078f5', '"2024-02-29T12:30:45Z"'],
  [new Date('2024-02-29T12:30:45.987Z'), 'd7ffeb51b30065e078f5', '"2024-02-29T12:30:45.987000Z"'],
  [new Date('1960-01-01T00:00:00Z'), 'c70cff00000000ffffffffed300880', '"1960-01-01T00:00:00Z"'],
  [new Date('1960-01-01T00:00:00.500Z'), 'c70cff1dcd6500ffffffffed300880', '"1960-01-01T00:00:00.500000Z"'],
  [new Date('2600-01-01T00:00:00Z'), 'c70cff0000000000000004a0fe7280', '"2600-01-01T00:00:00Z"'],
  [new Date('2106-02-07T06:28:16Z'), 'd7ff0000000100000000', '"2106-02-07T06:28:16Z"'],
  [new Date('2242-03-16T12:56:32Z'), 'd7ff0000000200000000', '"2242-03-16T12:56:32Z"'],
  [new Date('0001-01-01T00:00:00Z'), 'c70cff00000000fffffff1886e0900', '"0001-01-01T00:00:00Z"'],
  [
    new FlaskUuid('0'.repeat(31) + '5'),
    `d924${ascii('00000000-0000-0000-0000-000000000005')}`,
    '"00000000-0000-0000-0000-000000000005"',
  ],
];

describe('what Flask-Session writes of', () => {
  it.each(types)('%p', (value, bytes, text) => {
    expect(msgpack({ v: value })).toBe(`81a176${bytes}`);
    expect(json({ v: value })).toBe(`{"v":${text}}`);
  });

  it('long lists and objects', () => {
    const list = Array.from({ length: 16 }, () => 0);
    const object = Object.fromEntries(list.map((_, at) => [`k${String.fromCharCode(97 + at)}`, 0]));
    expect(msgpack({ v: list })).toBe(`81a176dc0010${'00'.repeat(16)}`);
    expect(msgpack({ v: object }).slice(0, 20)).toBe('81a176de0010a26b6100');
    const longer = Array.from({ length: 65_536 }, () => 0);
    expect(msgpack({ v: longer }).slice(0, 18)).toBe('81a176dd0001000000');
    expect(read(msgpack({ v: longer, o: object }))).toEqual({ v: longer, o: object });
    const text = 'a'.repeat(65_536);
    expect(msgpack({ v: text }).slice(0, 16)).toBe('81a176db00010000');
    expect(read(msgpack({ v: text, b: Buffer.from(text) }))).toEqual({ v: text, b: Buffer.from(text) });
    const many = Object.fromEntries(longer.map((_, at) => [`k${String(at)}`, at]));
    expect(read(msgpack(many))).toEqual(many);
  });
});

describe('a record refuses to be written with', () => {
  it.each<[string, unknown, readonly Format[], RegExp]>([
    ['Markup', new FlaskMarkup('<b>'), ['msgpack', 'json'], /does not support Markup/],
    ['a Map', new Map(), ['msgpack', 'json'], /no Map and no Set/],
    ['undefined in a list', [undefined], ['msgpack', 'json'], /no undefined/],
    ['a number of more than 64 bits', 2n ** 64n, ['msgpack'], /64 bits/],
    ['a negative one', -(2n ** 63n) - 1n, ['msgpack'], /64 bits/],
    ['an invalid date', new Date(NaN), ['msgpack', 'json'], /years 1 to 9999/],
    ['a date before all of Python', new Date('0000-12-31T23:59:59Z'), ['msgpack', 'json'], /years 1 to 9999/],
    ['a key __proto__', JSON.parse('{"__proto__":1}'), ['msgpack', 'json'], /cannot be a key/],
  ])('%s', (_, value, formats, reason) => {
    for (const format of formats) {
      const write = () => encodeFlaskSessionRecord({ a: [value] }, { format });
      expect(write).toThrow(SessionValueError);
      expect(write).toThrow(reason);
      expect(write).toThrow(/^session\.a\[0\]/);
    }
  });

  it('and JSON has numbers of any size', () => {
    expect(json({ v: 2n ** 70n })).toBe('{"v":1180591620717411303424}');
    expect(read(hexOf(Buffer.from('{"v":1180591620717411303424}')))).toEqual({ v: 2n ** 70n });
  });

  it('half a character is replaced, as in every record', () => {
    expect(json({ '\ud83d': '\ude00!' })).toBe('{"\ufffd":"\ufffd!"}');
    expect(msgpack({ v: '\ud83d!' })).toBe('81a176a4efbfbd21');
  });
});

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function ascii(text: string): string {
  return Buffer.from(text).toString('hex');
}
