import { describe, expect, it } from '@jest/globals';
import { deflateSync } from 'node:zlib';
import {
  decodeFlaskCookie,
  encodeFlaskCookie,
  FlaskMarkup,
  FlaskTuple,
  FlaskUuid,
} from '../../../../lib/interop/flask/index.js';
import { jsonIn } from './signed-cookie.js';
import { cookieVectors, type CookieVector } from './vectors.js';

/** What each vector holds, in values of JavaScript. */
const meant: Record<string, Record<string, unknown>> = {
  simple: { user_id: 42 },
  sorted: { zeta: 1, alpha: { y: 1, b: 2 } },
  scalars: { f: false, i: -7, l: [1, 'a', []], n: null, o: {}, one: 1, t: true, x: 1.5 },
  permanent: { user_id: 42, _permanent: true },
  nonascii: { name: 'Zoë ☃ 😀' },
  tuple: { t: FlaskTuple.of(1, 2, 3) },
  bytes: { b: Buffer.from('ff006162', 'hex') },
  markup: { m: new FlaskMarkup('<b>hi</b>') },
  uuid: { u: new FlaskUuid('12345678-1234-5678-9abc-def012345678') },
  datetime: { d: new Date('2024-02-29T12:30:45.000Z') },
  'dict-tagkey': { x: { ' t': 'not-a-tuple' } },
  'dict-tagkey2': { x: { ' t__': 'plain' } },
  'dict-ditag': { x: { ' di': 'v' } },
  nested: { x: [FlaskTuple.of<unknown>(Buffer.from([1]), { ' b': FlaskTuple.of(1) })] },
  'top-level-tagkey': { ' t': FlaskTuple.of(1, 2) },
  flashes: { _flashes: [FlaskTuple.of('message', 'Hello'), FlaskTuple.of('error', 'Bad')] },
  compressed: { text: 'a'.repeat(200) },
  secretbytes: { user_id: 42 },
  unicodesecret: { user_id: 42 },
  ts2038: { user_id: 42 },
};

describe.each(cookieVectors)("Flask's cookie: $name", (vector) => {
  const { name, secret, ts, cookie } = vector;
  const keys = { secretKey: secret };

  it('is read', () => {
    expect(decodeFlaskCookie(cookie, { ...keys, now: ts })).toStrictEqual(meant[name]);
  });

  it('is read until its time is over, that second included, and not before it was made', () => {
    const at = (now: number) => decodeFlaskCookie(cookie, { ...keys, now });
    expect(at(ts + 2_678_400)).toStrictEqual(meant[name]);
    expect(at(ts + 2_678_401)).toBeNull();
    expect(at(ts - 1)).toBeNull();
  });

  it('is written back as it was read', () => {
    const data = decodeFlaskCookie(cookie, { ...keys, now: ts }) ?? {};
    expectSame(encodeFlaskCookie(data, { ...keys, now: ts }), vector);
  });

  it('is not read with another secret', () => {
    expect(decodeFlaskCookie(cookie, { secretKey: 'other', now: ts })).toBeNull();
  });
});

// JavaScript cannot say 1.0 without help; see the tests of floats.
describe.each(cookieVectors.filter(({ name }) => name !== 'scalars'))("Flask's cookie: $name", (vector) => {
  it('is written', () => {
    const { name, secret, ts } = vector;
    expectSame(encodeFlaskCookie(meant[name] ?? {}, { secretKey: secret, now: ts }), vector);
  });
});

/**
 * To the letter, but for what Python's zlib made: Node's makes other bytes, which say the same, and in one of the vectors so
 * many that compressing is not worth it.
 */
function expectSame(cookie: string, vector: CookieVector): void {
  if (!vector.compressed) return expect(cookie).toBe(vector.cookie);
  const json = jsonIn(cookie);
  expect(json).toBe(vector.json);
  expect(cookie.startsWith('.')).toBe(deflateSync(json).length < json.length - 1);
}
