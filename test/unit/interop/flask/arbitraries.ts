import fc from 'fast-check';
import { FlaskFloat, FlaskMarkup, FlaskTuple, FlaskUuid, type FlaskData } from '../../../../lib/interop/flask/index.js';

/** Texts of whole characters, which UTF-8 can hold. */
const wholeText = fc.string({ unit: 'binary', maxLength: 12 });
/** Any text, halves of characters among it. */
const anyText = fc.oneof(
  wholeText,
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units)),
);

const peculiarNames = fc.constantFrom(
  ' t',
  ' di',
  ' b',
  ' u',
  ' m',
  ' d',
  ' t__',
  ' di__',
  ' zz',
  'constructor',
  '1',
  '',
);
const names = (text: fc.Arbitrary<string>) => fc.oneof(text, peculiarNames).filter((name) => name !== '__proto__');

const numbers = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(-0, 1e15, 1e16, 123456789012345680, 1e-4, 1e-5, 1e22, 5e-324, Number.MAX_VALUE, NaN, -Infinity),
);

/** A smaller one comes back as a number. */
const bigInts = (most: bigint) =>
  fc.oneof(fc.bigInt({ min: 2n ** 53n, max: most }), fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }));

const flat = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  numbers,
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
);

function dates(min: string): fc.Arbitrary<Date> {
  return fc.date({ min: new Date(min), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
}

/** Data with these leaves, in lists, tuples and objects. */
export function dataOf(leaf: fc.Arbitrary<unknown>, name: fc.Arbitrary<string>): fc.Arbitrary<FlaskData> {
  const { data } = fc.letrec<{ value: unknown; data: FlaskData }>((tie) => ({
    data: fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => FlaskTuple.from(items)),
      tie('data'),
    ),
  }));
  return data;
}

const cookieLeaf = fc.oneof(
  flat,
  bigInts(10n ** 40n),
  anyText,
  anyText.map((html) => new FlaskMarkup(html)),
  fc.uuid().map((text) => new FlaskUuid(text)),
  dates('0100-01-01T00:00:00Z').map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000)),
);
const recordLeaf = fc.oneof(flat, bigInts(2n ** 64n - 1n), wholeText, dates('0001-01-01T00:00:00Z'));
const floats = fc.oneof(fc.integer(), fc.double()).map((value) => new FlaskFloat(value));

/** Data that Flask's cookie brings back as they went in. */
export const cookieData = dataOf(cookieLeaf, names(anyText));
/** Data that MessagePack brings back as they went in, but for tuples. */
export const recordData = dataOf(recordLeaf, names(wholeText));
/** The same with floats that look like ints. Where NaN is, the walk over the data takes a copy, which has forgotten them. */
export const exactCookieData = dataOf(fc.oneof(cookieLeaf.filter(isNoNaN), floats), names(anyText));
export const exactRecordData = dataOf(fc.oneof(recordLeaf.filter(isNoNaN), floats), names(wholeText));

function isNoNaN(value: unknown): boolean {
  return !Number.isNaN(value);
}
