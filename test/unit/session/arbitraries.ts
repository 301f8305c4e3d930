import fc from 'fast-check';

/** Texts of whole characters: half of a surrogate pair is no UTF-8, and does not come back from MessagePack. */
export const text = fc.string({ unit: 'binary', maxLength: 20 });

/** Any number but -0, which comes back as 0. */
const number = fc.oneof(fc.integer(), fc.double()).map((value) => (value === 0 ? 0 : value));

const flat = fc.oneof(fc.constant(null), fc.constant(undefined), fc.boolean(), number, fc.bigInt(), text);

/** The other typed arrays are left to a test of their own: those of Jest's realm are not Node's. */
const binary = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
);

/** Data keys; `__proto__` is refused. */
export const dataKey = text.filter((key) => key !== '__proto__');

/** Anything that MessagePack gives back as it went in. */
export const { storable } = fc.letrec<{ storable: unknown }>((tie) => ({
  storable: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    flat,
    fc.date({ noInvalidDate: false }),
    binary,
    fc.array(tie('storable'), { maxLength: 4 }),
    fc.dictionary(dataKey, tie('storable'), { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.tuple(tie('storable'), tie('storable')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie('storable'), { maxLength: 3 }).map((values) => new Set(values)),
  ),
}));

/** Anything that JSON gives back as it went in. */
export const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(dataKey, tie('json'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

/** Names of data keys that no session refuses. */
export const sessionKey = fc.constantFrom('a', 'b', 'c', 'd', 'e');

export const sessionData = fc.dictionary(sessionKey, storable, { noNullPrototype: true });
