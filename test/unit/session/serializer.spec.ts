import { join } from 'node:path';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SessionValueError } from '../../../lib/errors.js';
import { JsonSerializer } from '../../../lib/session/serializer/json.js';
import { StorableWalk } from '../../../lib/session/serializer/storable.js';
import { MsgpackSerializer } from '../../../lib/session/serializer/msgpack.js';
import type { Serializer } from '../../../lib/session/serializer/serializer.js';
import { sameValue } from '../../../lib/session/same-value.js';
import { ChildNode } from '../../support/child-node.js';
import { compiledLib } from '../../support/compiled-lib.js';
import { dataKey, json, storable } from './arbitraries.js';
import { scaled } from '../../support/patience.js';

const msgpack = new MsgpackSerializer();
const jsonSerializer = new JsonSerializer();

/** What a session's key `v` is after a journey. */
function comesBack(value: unknown, serializer: Serializer = msgpack): unknown {
  const decoded = serializer.decode(serializer.encode({ d: { v: value } })) as { d: { v: unknown } };
  return decoded.d.v;
}

function refusal(value: unknown, serializer: Serializer = msgpack): SessionValueError {
  try {
    serializer.encode({ d: { v: value } });
  } catch (error) {
    if (error instanceof SessionValueError) return error;
    throw error;
  }
  throw new Error('It was stored.');
}

function nestedIn(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = wrap(value);
  return value;
}

class Money {
  constructor(
    readonly amount: number,
    readonly currency: string,
  ) {}
}

const typedArrays = `
  import { deepStrictEqual } from 'node:assert';
  const { MsgpackSerializer } = await import(process.argv[1]);
  const serializer = new MsgpackSerializer();
  for (const value of [
    new Int8Array([-1]), new Uint8Array([255]), new Uint8ClampedArray([255]), new Int16Array([-1]), new Uint16Array([65_535]),
    new Int32Array([-1]), new Uint32Array([1]), new Float32Array([1.5]), new Float64Array([1.5, NaN, -Infinity]),
    new BigInt64Array([-5n]), new BigUint64Array([5n]), new Float64Array(new ArrayBuffer(32), 8, 2), new Float64Array(),
    new DataView(new Uint8Array([1, 2]).buffer), new ArrayBuffer(3), Buffer.from('bytes'), new Map([[0, new Float64Array([1])]]),
  ]) {
    const bytes = serializer.encode({ d: { v: [value] } });
    const decoded = serializer.decode(bytes);
    deepStrictEqual(decoded.d.v, [value]);
    deepStrictEqual(Buffer.from(serializer.encode(decoded)), Buffer.from(bytes));
  }
  // Those of a class that extends one of the language come back as the one of the language.
  class Key extends Uint8Array {}
  class Curve extends Float64Array {}
  const { v } = serializer.decode(serializer.encode({ d: { v: [new Key([1, 2]), new Curve([1, 2, 3]).subarray(1)] } })).d;
  deepStrictEqual(v, [new Uint8Array([1, 2]), new Float64Array([2, 3])]);
`;

describe('MessagePack brings back as it went in', () => {
  const key = { sku: 'a' };
  it.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['booleans', [true, false]],
    [
      'integers of every size',
      [0, 1, 127, 128, 255, 256, 65_536, 2 ** 31, 2 ** 32, 2 ** 53, -1, -33, -129, -(2 ** 31) - 1, -(2 ** 53)],
    ],
    ['fractions', [0.1, 1e300, 5e-324, Number.MAX_VALUE]],
    ['NaN and the infinities', [NaN, Infinity, -Infinity]],
    ['small BigInts', [0n, 5n, -5n]],
    [
      'BigInts at the edge of 64 bits',
      [2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n, -(2n ** 63n), -(2n ** 63n) - 1n],
    ],
    ['large BigInts', [2n ** 200n, -(2n ** 1000n)]],
    ['texts', ['', 'a', 'ü', '日本', '👩‍👩‍👧', '\0', 'x'.repeat(70_000)]],
    ['dates', [new Date(0), new Date(1.5e12), new Date(-1), new Date(8.64e15), new Date(-8.64e15)]],
    ['an invalid date', new Date(NaN)],
    [
      'a Map',
      new Map<unknown, unknown>([
        ['a', 1],
        [1, 'a'],
        [undefined, null],
        [NaN, NaN],
      ]),
    ],
    ['a Map in a Map, in a list', [new Map([['inner', new Map([['a', new Date(5)]])]])]],
    [
      'a Map with objects as keys',
      new Map([
        [key, 1],
        [{ sku: 'b' }, 2],
      ]),
    ],
    ['an empty Map and an empty Set', [new Map(), new Set()]],
    ['a Set', new Set([1, 'a', null, 5n])],
    ['a Set of Sets', new Set([new Set([1]), new Set([new Set()])])],
    ['a Uint8Array', new Uint8Array([0, 1, 255])],
    ['an ArrayBuffer', new ArrayBuffer(3)],
    ['a regular expression', /a+\/b/giu],
    ['an object with undefined in it', { a: undefined, b: [undefined] }],
    ['empty containers', [{}, []]],
    ['keys of every kind', { '': 1, '0': 2, 'a b': 3, constructor: 4, toString: 5, length: 6, ['k'.repeat(300)]: 7 }],
  ])('%s', (_, value) => {
    const back = comesBack(value);
    expect(sameValue(back, value)).toBe(true);
    expect(inspect(back)).toBe(inspect(value));
  });

  it('typed arrays of every kind, in a process without the realms that Jest adds', async () => {
    const lib = compiledLib('config', 'session', 'session/serializer');
    const child = new ChildNode(typedArrays, join(lib.path, 'session/serializer/msgpack.js'));
    try {
      expect([await child.end(), child.output]).toEqual([0, '']);
    } finally {
      lib.remove();
    }
  });

  it('a Buffer as a Buffer, and with it only its own bytes', () => {
    const back = comesBack(Buffer.from('secret text').subarray(7)) as Buffer;
    expect(Buffer.isBuffer(back)).toBe(true);
    expect(back.toString()).toBe('text');
  });

  it('bytes that share no memory with the record', () => {
    const bytes = msgpack.encode({ d: { v: Buffer.from([1, 2, 3]), w: new Uint8Array([4]) } });
    const before = Buffer.from(bytes);
    const { d } = msgpack.decode(bytes) as { d: { v: Uint8Array; w: Uint8Array } };
    d.v.fill(9);
    d.w.fill(9);
    expect(Buffer.compare(bytes, before)).toBe(0);
  });

  it('any storable value', () => {
    fc.assert(
      fc.property(storable, (value) => {
        expect(sameValue(comesBack(value), value)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('what was decoded, as the very same bytes', () => {
    fc.assert(
      fc.property(storable, (value) => {
        const once = msgpack.encode({ d: { v: value } });
        const twice = msgpack.encode(msgpack.decode(once) as Record<string, unknown>);
        expect(Buffer.compare(once, twice)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('with these exceptions: -0, holes, half characters, prototypes', () => {
    expect(comesBack(-0)).toBe(0);
    const sparse = [1];
    sparse[2] = 3;
    expect(1 in (comesBack(sparse) as unknown[])).toBe(true);
    expect(comesBack(sparse)).toEqual([1, undefined, 3]);
    expect(comesBack('\ud83d!')).toBe('\ufffd!');
    expect(Object.getPrototypeOf(comesBack(Object.assign(Object.create(null) as object, { a: 1 })))).toBe(
      Object.prototype,
    );
    expect(Object.getPrototypeOf(comesBack(new Money(5, 'EUR')))).toBe(Object.prototype);
    // They settle at once: what came back is the same from then on.
    for (const value of [-0, sparse, '\ud83d!']) {
      const back = comesBack(value);
      expect(sameValue(comesBack(back), back)).toBe(true);
    }
  });

  it.each<[string, unknown, unknown]>([
    ['an object', { '\ud83d': 1, '\ud83e': 2, a: 3 }, { '\ufffd': 2, a: 3 }],
    [
      'a Map',
      new Map([
        ['\ud83d', 1],
        ['\ud83e', 2],
      ]),
      new Map([['\ufffd', 2]]),
    ],
    ['a Set', new Set(['\ud83d', '\ud83e', 'a']), new Set(['\ufffd', 'a'])],
  ])('names in %s that differ by half a character alone as one, and the same bytes from then on', (_, value, back) => {
    const bytes = msgpack.encode({ d: { v: value } });
    expect(comesBack(value)).toEqual(back);
    expect(Buffer.compare(msgpack.encode(msgpack.decode(bytes) as Record<string, unknown>), bytes)).toBe(0);
  });

  it('any names that JSON may have, toJSON beside constructor, too', () => {
    const body: unknown = JSON.parse(
      '{"constructor":null,"toJSON":4,"then":1,"toString":{"constructor":1,"toJSON":"x"}}',
    );
    expect(comesBack(body)).toEqual(body);
    expect(comesBack(body, jsonSerializer)).toEqual(body);
  });
});

describe('what JSON would store, is stored in both formats', () => {
  it.each<[string, Serializer]>([
    ['msgpack', msgpack],
    ['json', jsonSerializer],
  ])('%s: the own data of an instance, and what toJSON gives', (_, serializer) => {
    expect(comesBack(new Money(5, 'EUR'), serializer)).toEqual({ amount: 5, currency: 'EUR' });
    expect(comesBack(new URL('https://example.org/a?b=1'), serializer)).toBe('https://example.org/a?b=1');
    expect(comesBack([{ at: { toJSON: undefined } }], serializer)).toEqual(
      serializer === msgpack ? [{ at: { toJSON: undefined } }] : [{ at: {} }],
    );
    expect(comesBack(new (class Empty {})(), serializer)).toEqual({});
  });

  it.each<[string, Serializer]>([
    ['msgpack', msgpack],
    ['json', jsonSerializer],
  ])('%s: the session is left as it is', (_, serializer) => {
    const money = new Money(1, 'EUR');
    const data = { list: [money], date: new Date(5) };
    serializer.encode({ d: data });
    expect(data.list[0]).toBe(money);
    expect(data.date).toEqual(new Date(5));
  });
});

describe.each<[string, Serializer]>([
  ['msgpack', msgpack],
  ['json', jsonSerializer],
])('%s refuses', (_name, serializer) => {
  const refuse = (value: unknown): SessionValueError => refusal(value, serializer);

  it.each<[string, unknown, RegExp]>([
    ['a function', () => 1, /it is a function/],
    ['a class', Money, /it is a function/],
    ['a symbol', Symbol('s'), /it is a symbol/],
    ['a stream', Readable.from([]), /it is a live Readable/],
    ['a promise', Promise.resolve(1), /it is a live Promise/],
    ['a web stream', new ReadableStream(), /it is a live ReadableStream/],
    ['a WeakMap', new WeakMap(), /it is a live WeakMap/],
    ['an Error', new TypeError('boom'), /it is an Error/],
    ['an object that hides its data', new URLSearchParams('a=1'), /it is a URLSearchParams/],
    ['an iterator', [1].values(), /whose content cannot be seen/],
    ['a boxed number', Object(1), /it is a Number/],
    ['an own toJSON', { toJSON: () => 1 }, /it is a function/],
    [
      'a toJSON that gives itself',
      new (class Self {
        toJSON() {
          return this;
        }
      })(),
      /toJSON of Self returns the object itself/,
    ],
  ])('%s', (_, value, reason) => {
    const error = refuse(value);
    expect(error.message).toMatch(reason);
    expect(error.path).toMatch(/^session\.v/);
    expect(error.code).toBe('SESSION_VALUE_UNSUPPORTED');
  });

  it('what lies deep inside, and names the way to it', () => {
    expect(refuse({ cart: [{ qty: 1 }, { render: () => 1 }] }).message).toMatch(
      /^session\.v\.cart\[1\]\.render cannot be stored: it is a function/,
    );
    expect(refuse([[Symbol('s')]]).path).toBe('session.v[0][0]');
    expect(
      refuse(
        new (class Cart {
          lines = [{ f: () => 1 }];
        })(),
      ).path,
    ).toBe('session.v.lines[0].f');
  });

  it('a key named __proto__, however it came to be', () => {
    expect(refuse(JSON.parse('{"a":{"__proto__":{"admin":true}}}')).path).toBe('session.v.a.__proto__');
  });

  it('what contains itself', () => {
    const object: Record<string, unknown> = {};
    object['self'] = { object };
    const list: unknown[] = [];
    list.push([list]);
    class Endless {
      toJSON(): Endless {
        return new Endless();
      }
    }
    for (const value of [object, list, new Endless()]) expect(refuse(value).message).toMatch(/contains itself/);
  });

  it('more than a hundred levels, and keeps a hundred', () => {
    const wrap = (inner: unknown): unknown => [inner];
    expect(comesBack(nestedIn(99, wrap), serializer)).toEqual(nestedIn(99, wrap));
    expect(refuse(nestedIn(101, wrap)).message).toMatch(/more than 100 levels/);
  });

  it('once, and goes on with the next', () => {
    refuse({ deep: [{ f: () => 1 }] });
    expect(refuse([() => 1]).path).toBe('session.v[0]');
    expect(comesBack([1], serializer)).toEqual([1]);
  });
});

describe('MessagePack refuses', () => {
  it('a Map or a Set that contains itself', () => {
    const map = new Map<string, unknown>();
    map.set('self', map);
    const set = new Set<unknown>();
    set.add([set]);
    for (const value of [map, set]) expect(refusal(value).message).toMatch(/contains itself/);
  });

  it('what lies in a Map or a Set, and names the way to it', () => {
    expect(refusal(new Map([['render', () => 1]])).path).toBe('session.v.render');
    expect(refusal(new Map([[{}, { f: () => 1 }]])).path).toBe('session.v[0].f');
    expect(refusal(new Map([[Symbol('s'), 1]])).path).toBe('session.v[0]');
    expect(refusal(new Set([() => 1])).message).toMatch(/it is a function/);
  });
});

describe('JSON', () => {
  it('brings back any JSON value, and the same bytes', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(sameValue(comesBack(value, jsonSerializer), value)).toBe(true);
        const once = jsonSerializer.encode({ d: value });
        expect(jsonSerializer.encode(jsonSerializer.decode(once) as Record<string, unknown>)).toEqual(once);
      }),
      { numRuns: 200 },
    );
  });

  it('brings a Date back as its ISO text, and leaves out a key without a value', () => {
    expect(comesBack(new Date(0), jsonSerializer)).toBe('1970-01-01T00:00:00.000Z');
    expect(comesBack({ a: undefined, b: 1 }, jsonSerializer)).toEqual({ b: 1 });
  });

  it.each<[string, unknown]>([
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set([1])],
    ['a BigInt', 5n],
    ['a Buffer', Buffer.from('x')],
    ['a Uint8Array', new Uint8Array([1])],
    ['a Float64Array', new Float64Array([1])],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['NaN', NaN],
    ['Infinity', -Infinity],
    ['an invalid Date', new Date(NaN)],
    ['undefined in a list', [1, undefined]],
    ['a regular expression', /a/],
  ])('refuses %s, which it would lose without a word', (_, value) => {
    expect(refusal({ deep: [value] }, jsonSerializer).path).toMatch(/^session\.v\.deep\[0\]/);
  });

  it('refuses holes in a list', () => {
    const sparse: number[] = [];
    sparse[1] = 2;
    const refused = refusal(sparse, jsonSerializer);
    // The index may have been a visitor's; an undefined that somebody wrote is the application's.
    expect([refused.path, refused.mayBeInput]).toEqual(['session.v[0]', true]);
    expect(refusal([undefined, 2], jsonSerializer).mayBeInput).toBe(false);
  });
});

describe('the walk over what is to be written', () => {
  it('copies nothing that can stay as it is, NaN neither', () => {
    const walk = new StorableWalk({ special: (value) => value, refuse: () => null, refuseUndefined: null });
    const record = { d: { number: NaN, list: [NaN, -0, new Date(0)] }, c: NaN };
    expect(walk.run(record)).toBe(record);
  });
});

describe('a stored record', () => {
  it.each([
    ['plain', '{"d":{"a":{"__proto__":{"admin":true}},"__proto__":{"admin":true}}}'],
    ['escaped', '{"d":{"a":{"\\u005f_proto__":{"admin":true}},"_\\u005fproto\\u005f_":{"admin":true}}}'],
  ])('in JSON with a %s __proto__ key changes no prototype', (_, text) => {
    const { d } = jsonSerializer.decode(Buffer.from(text)) as { d: { a: object } };
    expect(Object.keys(d)).toEqual(['a']);
    expect(Object.keys(d.a)).toEqual([]);
    expect(Object.getPrototypeOf(d)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(d.a)).toBe(Object.prototype);
    expect('admin' in {}).toBe(false);
  });

  it('in MessagePack with a __proto__ or constructor key changes no prototype', () => {
    const proto = Buffer.concat([
      Buffer.from([0x81, 0xa1, 0x64, 0x82, 0xa9]),
      Buffer.from('__proto__'),
      Buffer.from([0x81, 0xa5]),
      Buffer.from('admin'),
      Buffer.from([0xc3, 0xab]),
      Buffer.from('constructor'),
      Buffer.from([0x81, 0xa5]),
      Buffer.from('admin'),
      Buffer.from([0xc3]),
    ]);
    const { d } = msgpack.decode(proto) as { d: Record<string, unknown> };
    expect(Object.getPrototypeOf(d)).toBe(Object.prototype);
    expect(Object.hasOwn(d, '__proto__')).toBe(false);
    expect(Object.hasOwn(d, 'constructor')).toBe(true);
    expect('admin' in {}).toBe(false);
    expect(() => msgpack.encode({ d })).not.toThrow();
  });

  it('with lengths that promise more than there is, is refused at once', () => {
    const started = performance.now();
    for (const hex of ['ddffffffff', 'dfffffffff', 'dbffffffff', 'c6ffffffff', 'c9ffffffff4d', '81a164ddffffffff']) {
      expect(() => msgpack.decode(Buffer.from(hex, 'hex'))).toThrow();
    }
    expect(performance.now() - started).toBeLessThan(scaled(1_000));
  });

  it('keeps any name of a data key', () => {
    fc.assert(
      fc.property(dataKey, (key) => {
        const data = { [key]: 1 };
        for (const serializer of [msgpack, jsonSerializer]) expect(comesBack(data, serializer)).toEqual(data);
      }),
    );
  });
});
