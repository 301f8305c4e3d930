import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import session from 'express-session';
import fc from 'fast-check';
import { SessionValueError } from '../../../../lib/errors.js';
import { decodeExpressRecord, encodeExpressRecord, type ExpressRecord } from '../../../../lib/interop/express/index.js';

const cookie = { originalMaxAge: null, expires: null, httpOnly: true, path: '/' };
/** What express-session writes, to the letter. */
const text = '{"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"},"visits":1,"user":{"id":7}}';
const withData = (json: string) => `{"cookie":{},"data":${json}}`;
const encodeWith = (value: unknown) => encodeExpressRecord({ cookie, value });

/** JSON as JSON.parse gives it, but for what no session may hold. */
const names = fc.string({ unit: 'binary' }).filter((name) => name !== '__proto__');
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe('a record of express-session', () => {
  it('is read from its text and from its bytes, and written back to the letter', () => {
    const record = decodeExpressRecord(text);
    expect(record).toEqual({ cookie, visits: 1, user: { id: 7 } });
    expect(decodeExpressRecord(Buffer.from(text))).toEqual(record);
    expect(decodeExpressRecord(new Uint8Array(Buffer.from(text)))).toEqual(record);
    expect(encodeExpressRecord(record ?? { cookie })).toBe(text);
  });

  it('brings back any data', () => {
    fc.assert(
      fc.property(fc.dictionary(names, json, { maxKeys: 4, noNullPrototype: true }), (data) => {
        const record = { ...data, cookie };
        expect(isDeepStrictEqual(decodeExpressRecord(encodeExpressRecord(record)), record)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is written of a live session as express-session does it', () => {
    const live: unknown = Object.assign(new session.Cookie(), { maxAge: 60_000, sameSite: 'lax' });
    const record = { cookie: live as ExpressRecord['cookie'], at: new Date(0), none: undefined };
    const written = encodeExpressRecord(record);
    expect(written).toBe(JSON.stringify(record));
    expect(decodeExpressRecord(written)?.cookie).toEqual({
      originalMaxAge: expect.any(Number),
      expires: expect.stringMatching(/^\d{4}-.*Z$/),
      httpOnly: true,
      path: '/',
      sameSite: 'lax',
    });
  });

  it.each<[string, string]>([
    ['none of its times', '{"cookie":{}}'],
    ['the time of a session that ends with the browser', '{"cookie":{"originalMaxAge":null,"expires":null}}'],
    ['the older form of that', '{"cookie":{"originalMaxAge":false,"expires":false}}'],
    ['a time', '{"cookie":{"originalMaxAge":60000,"expires":"2024-02-29T12:30:45.000Z"}}'],
    ['a time that is over', '{"cookie":{"originalMaxAge":-1,"expires":"1970-01-01T00:00:00.000Z"}}'],
    ['names that objects inherit', '{"cookie":{},"constructor":{"prototype":1},"toString":2,"hasOwnProperty":3}'],
    ['an empty name', '{"cookie":{},"":1}'],
    ['a hundred levels', withData('['.repeat(99) + ']'.repeat(99))],
  ])('is read with %s', (_, stored) => {
    expect(decodeExpressRecord(stored)).toEqual(JSON.parse(stored));
  });

  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['a word', 'null'],
    ['a number', '42'],
    ['a text', '"cookie"'],
    ['a list', '[]'],
    ['a list with a cookie', '[{"cookie":{}}]'],
    ['no cookie', '{"visits":1}'],
    ['null for a cookie', '{"cookie":null}'],
    ['a text for a cookie', '{"cookie":"connect.sid"}'],
    ['a list for a cookie', '{"cookie":[]}'],
    ['an age that is no number', '{"cookie":{"originalMaxAge":"60000"}}'],
    ['an age beyond all numbers', '{"cookie":{"originalMaxAge":1e999}}'],
    ['an end that is no time', '{"cookie":{"expires":"soon"}}'],
    ['an end that is a number', '{"cookie":{"expires":1700000000000}}'],
    ['an end that is an object', '{"cookie":{"expires":{}}}'],
    ['JSON that is cut short', text.slice(0, -1)],
    ['JSON and more', `${text}{}`],
    ['a mark of byte order', `\ufeff${text}`],
    ['the same in bytes', Buffer.from(`\ufeff${text}`)],
    ['bytes that are no UTF-8', Buffer.from('{"cookie":{},"a":"\xff"}', 'latin1')],
    ['MessagePack', Buffer.from('81a6636f6f6b696580', 'hex')],
    ['a pickle', Buffer.from('80059508000000000000007d948c0161944b01732e', 'hex')],
    ['more than a hundred levels', withData('['.repeat(101) + ']'.repeat(101))],
    ['a hundred thousand levels', withData('{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000))],
    ['a hundred thousand levels in its cookie', `{"cookie":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`],
    ['a prototype', '{"cookie":{},"__proto__":{"isAdmin":true}}'],
    ['a prototype further in', withData('[{"a":{"__proto__":{"isAdmin":true}}}]')],
    ['a prototype in other letters', withData('{"\\u005f_proto__":{"isAdmin":true}}')],
    ['a prototype of its cookie', '{"cookie":{"__proto__":{"isAdmin":true}}}'],
    ['a cookie in its prototype', '{"__proto__":{"cookie":{}}}'],
  ])('is none with %s', (_, stored) => {
    expect(decodeExpressRecord(stored)).toBeNull();
    expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false);
  });

  it('is a session or none in whatever bytes, which never throw', () => {
    const damaged = fc
      .tuple(fc.nat(text.length - 1), fc.nat(255))
      .map(([at, byte]) => Buffer.from(text).fill(byte, at, at + 1));
    const stored = fc.oneof(fc.uint8Array(), fc.json(), fc.string({ unit: 'binary' }), damaged);
    fc.assert(
      fc.property(stored, (any) => {
        const record = decodeExpressRecord(any);
        expect(record === null || typeof record.cookie === 'object').toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, unknown, string]>([
    ['a BigInt', 1n, 'session.value'],
    ['no number', NaN, 'session.value'],
    ['no end', [Infinity], 'session.value[0]'],
    ['an invalid Date', new Date(NaN), 'session.value'],
    ['a Map', { inside: new Map() }, 'session.value.inside'],
    ['a Set', new Set(), 'session.value'],
    ['bytes', Buffer.from('a'), 'session.value'],
    ['other bytes', new Float64Array(1), 'session.value'],
    ['a buffer', new ArrayBuffer(1), 'session.value'],
    ['undefined in a list', [1, undefined], 'session.value[1]'],
    ['a function', () => 1, 'session.value'],
    ['a prototype', JSON.parse('{"__proto__":{}}'), 'session.value.__proto__'],
  ])('is not written with %s, which JSON would lose', (_, value, path) => {
    expect(() => encodeWith(value)).toThrow(expect.objectContaining({ path, code: 'SESSION_VALUE_UNSUPPORTED' }));
  });

  it('is not written with more levels than are read, or with itself', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    expect(decodeExpressRecord(encodeWith(nested(100)))).not.toBeNull();
    expect(() => encodeWith(nested(101))).toThrow(SessionValueError);
    const round: Record<string, unknown> = {};
    round['self'] = round;
    expect(() => encodeWith(round)).toThrow(/nested more than 100 levels deep, or contains itself/);
  });

  it.each<[string, unknown]>([
    ['without', undefined],
    ['with null for', null],
    ['with the value for', 's:QzqK.abc'],
    ['with a broken time in', { expires: 'soon' }],
  ])('is not written %s its cookie', (_, broken) => {
    const record: unknown = { visits: 1, cookie: broken };
    expect(() => encodeExpressRecord(record as ExpressRecord)).toThrow(
      expect.objectContaining({ path: 'session.cookie', message: expect.not.stringContaining('QzqK') }),
    );
  });
});
