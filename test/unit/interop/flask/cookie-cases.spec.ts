import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeFlaskCookie,
  encodeFlaskCookie,
  type DecodeFlaskCookieOptions,
} from '../../../../lib/interop/flask/index.js';
import { issued, secretKey, signedAndDeflated, signedCookie, signedJson } from './signed-cookie.js';
import { scaled } from '../../../support/patience.js';

const simple = 'eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.LIr3YcHFjdrdtQSuFvBzSarrgwM';
const read = (cookie: string, options: Partial<DecodeFlaskCookieOptions> = {}) =>
  decodeFlaskCookie(cookie, { secretKey, now: issued, ...options });

describe("Flask's cookie, the cases of the specification", () => {
  const rotated = 'eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.A3AIR5W2uHRD_Hm82_lWem52u1o';
  const user = { user_id: 42 };

  it.each<[string, string, Partial<DecodeFlaskCookieOptions>, unknown]>([
    ['T1 expired', simple, { now: issued + 2_678_401 }, null],
    ['T2 the last second', simple, { now: issued + 2_678_400 }, user],
    ['T3 from the future', simple, { now: 1_699_999_999 }, null],
    ['T4 payload changed', 'eyJ1c2VyX2lkIjo0M30.ZVPxAA.LIr3YcHFjdrdtQSuFvBzSarrgwM', {}, null],
    ['T5 timestamp changed', 'eyJ1c2VyX2lkIjo0Mn0.ZVPxAQ.LIr3YcHFjdrdtQSuFvBzSarrgwM', { now: issued + 1 }, null],
    ['T6 signature cut', 'eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.LIr3YcHFjdrdtQSuFvBzSarrgw', {}, null],
    ['T7 another secret', simple, { secretKey: 'other' }, null],
    ['T8 garbage', 'garbage', {}, null],
    ['T8 three pieces of garbage', 'a.b.c', {}, null],
    ['T8 no signature', 'eyJ1c2VyX2lkIjo0Mn0', {}, null],
    ['T8 an empty value', '', {}, null],
    ['T9 rotation', rotated, { secretKey: 'new-key', fallbacks: ['older-key', 'old-key'], now: issued + 5 }, user],
    ['T10 rotation without fallbacks', rotated, { secretKey: 'new-key', now: issued + 5 }, null],
    ['T10 rotation without the old key', rotated, { secretKey: 'new-key', fallbacks: ['older-key'] }, null],
    ['T11 a payload that is no base64', '!!!.ZVPxAA.AJP5mV6vI_ynC6R292gD_NqsRwI', {}, null],
    ['T12 a payload that is no JSON', 'abcd.ZVPxAA.0dKqBjeatw5uEVFTTL169j92LLA', {}, null],
    ['T13 a payload that cannot be inflated', '.abcd.ZVPxAA.fCdS_l_UVB7rFn0tgkmA57EMKi8', {}, null],
    ['T14 a list', 'W10.ZVPxAA.FNfIZZLrXJkxbU28AA85MMLLYEw', {}, null],
    ['T15 a number', 'NDI.ZVPxAA.69DDkt1r9qLAfoLeUR1Z8rRyQWM', {}, null],
    ['T16 an empty object', 'e30.ZVPxAA.hH2qA2YRrC7f_HpZizfuODqIo0U', {}, {}],
    [
      'T17 an integer above 2^53',
      'eyJuIjo5MDA3MTk5MjU0NzQwOTkzfQ.ZVPxAA.Lm38Ce6jUmG-NeM29kT81Xik1CU',
      {},
      { n: 9_007_199_254_740_993n },
    ],
    [
      'T18 floats',
      'eyJhIjoxZSsxNiwiYiI6MWUtMDcsImMiOjEuMCwiZCI6LTAuMH0.ZVPxAA.oHQiTVxk1uEsPnw0bMunXAfpaEQ',
      {},
      { a: 1e16, b: 1e-7, c: 1, d: -0 },
    ],
    [
      'T19 escapes',
      'eyJ4IjoiXHUwMDdmXHUwMGU5XCJcXC88PiYifQ.ZVPxAA.bInl6a-mp1oImvc-eVdH1oLx8nU',
      {},
      { x: '\u007fé"\\/<>&' },
    ],
    [
      'T20 key order by code point',
      'eyJcdWZmZWUiOjEsIlx1ZDgzZFx1ZGUwMCI6Mn0.ZVPxAA.o_ow6OxNO7vh3eL3utdOvAfGtB0',
      {},
      { '\uffee': 1, '😀': 2 },
    ],
    [
      'T21 the shortest run that is compressed',
      '.eJyrVipRslJKRAJKtQBDpQa7.ZVPxAA.e2MlQ2Fq_q2j9ieq270CLz8nWms',
      {},
      { t: 'a'.repeat(12) },
    ],
    [
      'T22 SHA-256',
      'eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.T3_oUG3fnh4a6awQZVFEUJD17v5qFDPW5wdzGEERltE',
      { digest: 'sha256' },
      user,
    ],
    [
      'T23 SHA-512',
      'eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.po2KVJU9btLqvVW8LvZxYd4KZa4Z186o_tq6Pm-Y0m7E9IlTu89m32ihX4STFBqX-cDv85ZiFvvufsEaY-33jA',
      { digest: 'sha512' },
      user,
    ],
  ])('%s', (_, cookie, options, expected) => {
    expect(read(cookie, options)).toStrictEqual(expected);
    if (expected === null) return;
    // And all that can be read is written in the same letters, compressed ones by another zlib.
    const { secretKey: own = secretKey, ...rest } = options;
    const keys = options.fallbacks === undefined ? { ...rest, secretKey: own } : { secretKey: 'old-key' };
    const back = encodeFlaskCookie(read(cookie, options) ?? {}, { ...keys, now: issued });
    expect(cookie.startsWith('.') ? read(back) : back).toEqual(cookie.startsWith('.') ? expected : cookie);
  });

  it('eleven times a letter are not compressed, twelve are', () => {
    const payload = (count: number) => encodeFlaskCookie({ t: 'a'.repeat(count) }, { secretKey })[0];
    expect([payload(11), payload(12)]).toEqual(['e', '.']);
  });
});

describe("Flask's cookie", () => {
  it('has one spelling: no padding, no spare bits, nothing after it', () => {
    const others = ['=', '==', '!!!!', ' ', '\n', '.'].map((end) => simple + end);
    const bits = ['N', 'O', 'P'].map((last) => simple.slice(0, -1) + last);
    expect([...others, ...bits].filter((spelling) => read(spelling) !== null)).toEqual([]);
  });

  it('is not read after any change of any of its characters', () => {
    const changed = Array.from(simple, (character, at) => {
      const other = character === 'A' ? 'B' : 'A';
      return simple.slice(0, at) + other + simple.slice(at + 1);
    });
    expect(changed.filter((cookie) => read(cookie) !== null)).toEqual([]);
  });

  it('is not read when it is cut short anywhere', () => {
    const cuts = Array.from(simple, (_, at) => simple.slice(0, at));
    expect(cuts.filter((cookie) => read(cookie) !== null)).toEqual([]);
  });

  it('is signed with the current secret, whatever the fallbacks, and verified with each of them', () => {
    const fallbacks = ['first', 'second', 'third'];
    const made = encodeFlaskCookie({ user_id: 42 }, { secretKey, fallbacks, now: issued });
    expect(made).toBe(simple);
    for (const old of fallbacks) {
      const cookie = encodeFlaskCookie({ old }, { secretKey: old, now: issued });
      expect(read(cookie, { fallbacks })).toEqual({ old });
      expect(read(cookie, { fallbacks: fallbacks.filter((other) => other !== old) })).toBeNull();
    }
  });

  it('goes by the clock where no time is given, and by the greatest age, to the second', () => {
    const cookie = encodeFlaskCookie({ a: 1 }, { secretKey });
    expect(decodeFlaskCookie(cookie, { secretKey })).toEqual({ a: 1 });
    expect(read(simple, { maxAge: 10, now: issued + 10.9 })).toEqual({ user_id: 42 });
    expect(read(simple, { maxAge: 10, now: issued + 11 })).toBeNull();
    expect(read(simple, { maxAge: 0 })).toEqual({ user_id: 42 });
    expect(read(simple, { maxAge: Infinity, now: 1e12 })).toEqual({ user_id: 42 });
  });

  it('may be issued at time 0, which is written as nothing', () => {
    const cookie = encodeFlaskCookie({ a: 1 }, { secretKey, now: 0 });
    expect(cookie).toMatch(/^[^.]+\.\.[^.]+$/);
    expect(read(cookie, { now: 5 })).toEqual({ a: 1 });
  });

  it.each([
    ['no time', signedCookie('e30', '').slice(0, 3)],
    ['a time that is no base64', signedCookie('e30', 'ZVPxA!')],
    ['a time of nine bytes', signedCookie('e30', Buffer.from('00000000006553f100', 'hex').toString('base64url'))],
    ['a time beyond all dates', signedCookie('e30', Buffer.alloc(8, 255).toString('base64url'))],
  ])('is not read with %s', (_, cookie) => {
    expect(read(cookie)).toBeNull();
  });

  it('is not read where there is none', () => {
    expect(decodeFlaskCookie(undefined, { secretKey })).toBeNull();
  });

  it.each<[string, Partial<DecodeFlaskCookieOptions>, RegExp]>([
    ['an empty secret', { secretKey: '' }, /must not be empty/],
    ['a secret of white space', { secretKey: ' \n' }, /must not be empty/],
    ['an empty fallback', { fallbacks: [''] }, /must not be empty/],
    ['a text for the fallbacks', { fallbacks: JSON.parse('"old-key"') as string[] }, /must be an array/],
    ['a time that is none', { now: NaN }, /seconds since 1970/],
    ['a time before 1970', { now: -1 }, /seconds since 1970/],
    ['an age that is none', { maxAge: NaN }, /number of seconds/],
    ['an age below zero', { maxAge: -1 }, /number of seconds/],
  ])('is neither read with %s, nor silently', (_, options, message) => {
    expect(() => read(simple, options)).toThrow(message);
    if (!('maxAge' in options)) {
      expect(() => encodeFlaskCookie({}, { secretKey, now: issued, ...options })).toThrow(message);
    }
  });

  it('is refused in full beyond 1 MiB of data', () => {
    const text = 'a'.repeat(1_048_576 - '{"t":""}'.length);
    const largest = encodeFlaskCookie({ t: text }, { secretKey, now: issued });
    expect(read(largest)).toEqual({ t: text });
    expect(() => encodeFlaskCookie({ t: `${text}a` }, { secretKey })).toThrow('1 MiB');
  });
});

describe('a cookie with a valid signature', () => {
  it('that inflates to more than 1 MiB is not read, nor inflated', () => {
    const bomb = signedAndDeflated(Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(50_000_000, 'a')]));
    const [before, started] = [process.memoryUsage().arrayBuffers, performance.now()];
    expect(read(bomb)).toBeNull();
    expect(performance.now() - started).toBeLessThan(scaled(500));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });

  it('that is longer than any session is not read', () => {
    expect(read(signedJson(JSON.stringify({ a: 'a'.repeat(1_300_000) })))).toBeNull();
  });

  it.each(['[', '{"a":'])('that is nested deeper than a session can be, in %s, is not read', (open) => {
    const close = open === '[' ? ']' : '}';
    const nested = (levels: number) => signedJson(`{"a":${open.repeat(levels)}1${close.repeat(levels)}}`);
    expect(read(nested(90))).not.toBeNull();
    expect(read(nested(300))).toBeNull();
    expect(read(nested(100_000))).toBeNull();
    expect(read(signedJson(`{"a":${open.repeat(100_000)}`))).toBeNull();
  });

  it('may have any number of lists and objects beside each other', () => {
    const data = { a: Array.from({ length: 1000 }, () => [{}]) };
    expect(read(signedJson(JSON.stringify(data)))).toEqual(data);
  });

  it.each([
    ['at the top', '{"__proto__":{"admin":true},"a":1}'],
    ['inside', '{"a":[{"__proto__":{"admin":true}}]}'],
    ['escaped', '{"a":{"\\u005f_proto__":{"admin":true}}}'],
    ['under a tag', '{"a":{" di":{"__proto____":{"admin":true}}}}'],
    ['beside a tag', '{"a":{" t":[{"__proto__":[]}]}}'],
  ])('with a key __proto__ %s is not read', (_, json) => {
    expect(read(signedJson(json))).toBeNull();
    expect('admin' in {}).toBe(false);
  });

  it('may have keys that name what every object inherits', () => {
    const data = read(signedJson('{"constructor":{"prototype":{"admin":true}},"toString":1,"hasOwnProperty":2}'));
    expect(Object.keys(data ?? {})).toEqual(['constructor', 'toString', 'hasOwnProperty']);
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect('admin' in {}).toBe(false);
    expect(encodeFlaskCookie(data ?? {}, { secretKey })).not.toBe('');
  });

  it.each([
    '{" t":[1]}',
    '{"x":{" t":{"a":1}}}',
    '{"x":{" t":"abc"}}',
    '{"x":{" t":{" t":[1]}}}',
    '{"x":{" b":"AQ"}}',
    '{"x":{" b":"A Q=="}}',
    '{"x":{" b":5}}',
    '{"x":{" m":5}}',
    '{"x":{" m":null}}',
    '{"x":{" u":"1234"}}',
    '{"x":{" u":["12345678123456789abcdef012345678"]}}',
    '{"x":{" d":"yesterday"}}',
    '{"x":{" d":"Thu, 31 Feb 2024 12:30:45 GMT"}}',
    '{"x":{" d":"Thu, 29 Foo 2024 12:30:45 GMT"}}',
    '{"x":{" d":0}}',
    '{"x":{" di":{}}}',
    '{"x":{" di":{" t__":1," b__":2}}}',
    '{"x":{" di":{"a__":1}}}',
    '{"x":{" di":[1]}}',
    '{"x":{" di":{" t":[1]}}}',
    '{"x":{" di":null}}',
  ])('whose tag is broken is not read: %s', (json) => {
    expect(read(signedJson(json))).toBeNull();
  });

  it.each([
    ['{"x":{" zz":1}}', { x: { ' zz': 1 } }],
    ['{"x":{" t":[1],"y":2}}', { x: { ' t': [1], y: 2 } }],
    ['{"x":{"t":[1]}}', { x: { t: [1] } }],
    ['{" t":1," b":2}', { ' t': 1, ' b': 2 }],
  ])('keeps an object that only looks like a tag: %s', (json, expected) => {
    expect(read(signedJson(json))).toStrictEqual(expected);
  });

  it.each([
    '',
    '{',
    '{"a"}',
    '{"a":}',
    '{"a":1',
    '{"a":1,}',
    '{"a":1}}',
    '{"a":1} x',
    '{a:1}',
    "{'a':1}",
    '{"a":[1,]}',
    '{"a":[1 2]}',
    '{"a":01}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":+1}',
    '{"a":0x1}',
    '{"a":1e}',
    '{"a":nan}',
    '{"a":tru}',
    '{"a":"\u0001"}',
    '{"a":"\n"}',
    '{"a":"\\x41"}',
    '{"a":"\\u12"}',
    '{"a":"b',
    '{"a":"b\\',
    '{"a":"b\\"',
    '\ufeff{"a":1}',
    '{"a":\u00a01}',
    'null',
    '"text"',
    '42',
  ])('whose JSON is broken is not read: %j', (json) => {
    expect(read(signedJson(json))).toBeNull();
  });

  it('that is no UTF-8 is not read', () => {
    expect(read(signedJson(Buffer.from([...Buffer.from('{"a":"'), 0xff, ...Buffer.from('"}')])))).toBeNull();
  });

  it('is read with blanks where JSON has them', () => {
    expect(read(signedJson(' {\t"a" :\r[ 1 , 2 ]\n, "b" : { } , "c" : [ ] } '))).toEqual({ a: [1, 2], b: {}, c: [] });
  });

  it('has the last of two values under one name, as it has for Python', () => {
    const data = read(signedJson('{"a":1.0,"a":1}')) ?? {};
    expect(encodeFlaskCookie(data, { secretKey, now: issued })).toBe(signedJson('{"a":1}'));
  });

  it('is data or null, whatever was signed; never a crash', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '\\u',
      ' t',
      ' di',
      '__',
      'a',
      '1',
      '.',
      'e',
      '-',
      'NaN',
      'true',
    ];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 20 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          text.map((inner) => `{"a":${inner}}`),
          fc.string({ unit: 'binary' }),
        ),
        (json) => {
          for (const cookie of [signedJson(json), signedAndDeflated(json), signedCookie(json), json]) {
            const data = read(cookie);
            expect([null, Object.prototype]).toContain(data === null ? null : Object.getPrototypeOf(data));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('may have numbers of 4300 digits and no longer ones', () => {
    const digits = (count: number) => signedJson(`{"n":-${'9'.repeat(count - 1)}}`);
    expect(read(digits(4300))).toEqual({ n: -(10n ** 4299n) + 1n });
    expect(read(digits(50_000))).toBeNull();
  });
});
