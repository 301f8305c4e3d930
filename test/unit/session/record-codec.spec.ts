import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BrokenRecord, isPointer, type SessionRecord } from '../../../lib/session/record.js';
import { RecordCodec } from '../../../lib/session/record-codec.js';
import { openPointer, sealPointer } from '../../../lib/session/rotation-pointer.js';
import { newSessionId, storeKey } from '../../../lib/session/session-id.js';
import { sameValue } from '../../../lib/session/same-value.js';
import { json, sessionKey, storable, text } from './arbitraries.js';
import { HOUR, Setup } from './setup.js';

const msgpack = new RecordCodec('msgpack');
const jsonCodec = new RecordCodec('json');

const record = (data: fc.Arbitrary<unknown>): fc.Arbitrary<SessionRecord> =>
  fc.record({
    data: fc.dictionary(sessionKey, data, { noNullPrototype: true }),
    createdAt: fc.nat(),
    rotatedAt: fc.nat(),
    permanent: fc.boolean(),
    flashes: fc.array(fc.record({ category: text, message: text }), { maxLength: 3 }),
    auth: fc.option(
      fc.record({
        userId: fc.oneof(
          text,
          fc.integer().map((id) => id || 0),
        ),
        at: fc.nat(),
      }),
    ),
  });

const full: SessionRecord = {
  data: { cart: [{ sku: 'a', qty: 2 }], note: 'hello', seen: new Date(5) },
  createdAt: 1_764_000_000_000,
  rotatedAt: 1_764_000_001_000,
  permanent: true,
  flashes: [{ category: 'info', message: 'hi' }],
  auth: { userId: 'ann', at: 1_764_000_001_000 },
};

function readOrBroken(codec: RecordCodec, bytes: Uint8Array): unknown {
  try {
    return codec.decode(bytes);
  } catch (error) {
    if (error instanceof BrokenRecord) return 'broken';
    throw error;
  }
}

describe('a record whose login is the one that was read', () => {
  const member = record(storable).chain((whole) =>
    fc.record({
      whole: fc.constant({ ...whole, auth: whole.auth ?? { userId: 7, at: 5 } }),
      kept: fc.option(fc.constant(true), { nil: undefined }),
    }),
  );
  const asRead = ({ whole, kept }: { whole: SessionRecord; kept: true | undefined }): SessionRecord =>
    kept ? { ...whole, kept } : whole;

  it('is known to be what the bytes hold, kept or not', () => {
    fc.assert(
      fc.property(member, (parts) => {
        const bytes = msgpack.encode(asRead(parts));
        expect(msgpack.equalsApartFromLogin(bytes, asRead(parts))).toBe(true);
      }),
    );
  });

  it('is not once anything but the login differs', () => {
    fc.assert(
      fc.property(member, record(storable), (parts, other) => {
        const mine = asRead(parts);
        const theirs = { ...other, auth: mine.auth };
        fc.pre(!Buffer.from(msgpack.encode(mine)).equals(msgpack.encode(theirs)));
        expect(msgpack.equalsApartFromLogin(msgpack.encode(mine), theirs)).toBe(false);
        expect(msgpack.equalsApartFromLogin(msgpack.encode(theirs), mine)).toBe(false);
      }),
    );
    // Of the same length, so that only the bytes tell.
    const bytes = msgpack.encode(full);
    const cart = [{ sku: 'b', qty: 2 }];
    expect(msgpack.equalsApartFromLogin(bytes, { ...full, data: { ...full.data, cart } })).toBe(false);
    expect(msgpack.equalsApartFromLogin(bytes, { ...full, createdAt: full.createdAt + 1 })).toBe(false);
    const kept = { ...full, kept: true };
    expect(msgpack.equalsApartFromLogin(msgpack.encode(kept), full)).toBe(false);
    expect(msgpack.equalsApartFromLogin(msgpack.encode(full), kept)).toBe(false);
  });

  it('is left to a whole look where another format is written, and where nobody is logged in', () => {
    const nobody = { ...full, auth: null };
    expect(jsonCodec.equalsApartFromLogin(jsonCodec.encode(full), full)).toBe(false);
    expect(msgpack.equalsApartFromLogin(jsonCodec.encode(full), full)).toBe(false);
    expect(msgpack.equalsApartFromLogin(msgpack.encode(nobody), nobody)).toBe(false);
  });
});

describe('a record', () => {
  it('comes back whole, from either format, whichever is written', () => {
    fc.assert(
      fc.property(record(json), (whole) => {
        for (const writer of [msgpack, jsonCodec]) {
          for (const reader of [msgpack, jsonCodec]) {
            expect(sameValue(reader.decode(writer.encode(whole)), whole)).toBe(true);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('that was read and not changed encodes to the same bytes', () => {
    fc.assert(
      fc.property(record(storable), (whole) => {
        const bytes = msgpack.encode(whole);
        const again = msgpack.decode(bytes);
        expect(isPointer(again) || Buffer.compare(msgpack.encode(again), bytes)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the type of a user id: 7 is not "7"', () => {
    for (const userId of [7, '7']) {
      expect(msgpack.decode(msgpack.encode({ ...full, auth: { userId, at: 0 } }))).toMatchObject({ auth: { userId } });
    }
  });

  it('is written by a serializer of the application, which then also reads', () => {
    const reversed = new RecordCodec({
      encode: (value) => Buffer.from(JSON.stringify(value)).reverse(),
      decode: (bytes) => JSON.parse(Buffer.from(bytes).reverse().toString()) as unknown,
    });
    const plain = { ...full, data: { a: 1 } };
    expect(reversed.decode(reversed.encode(plain))).toEqual(plain);
    expect(readOrBroken(reversed, jsonCodec.encode(plain))).toBe('broken');
  });
});

describe.each([
  ['msgpack', msgpack],
  ['json', jsonCodec],
])('bytes that are no record (%s)', (_, codec) => {
  const whole = codec.encode({ ...full, data: { cart: [{ sku: 'a' }], note: 'hello' } });

  it('cut anywhere are broken: no part of a session is ever read', () => {
    for (let length = 0; length < whole.length; length++) {
      expect([length, readOrBroken(codec, whole.subarray(0, length))]).toEqual([length, 'broken']);
    }
  });

  it('with something after the end are broken', () => {
    expect(readOrBroken(codec, Buffer.concat([whole, Buffer.from([0x63])]))).toBe('broken');
  });

  it('at random throw nothing but BrokenRecord', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        readOrBroken(codec, bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  it('with some of them changed give a record of the right shape, or BrokenRecord', () => {
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(whole);
        for (const [index, value] of changes) bytes[index] = value;
        const read = readOrBroken(codec, bytes);
        if (read === 'broken') return;
        const found = read as SessionRecord;
        if (isPointer(found)) return;
        expect(Object.getPrototypeOf(found.data)).toBe(Object.prototype);
        expect([typeof found.createdAt, typeof found.rotatedAt, typeof found.permanent]).toEqual([
          'number',
          'number',
          'boolean',
        ]);
        for (const flash of found.flashes) {
          expect([typeof flash.category, typeof flash.message]).toEqual(['string', 'string']);
        }
        if (found.auth !== null) expect(['string', 'number']).toContain(typeof found.auth.userId);
        expect(() => codec.encodeLike(bytes, found)).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what is read can be written again, or no session with it could ever be saved', () => {
  const nested = (levels: number, open: number): Buffer =>
    Buffer.concat([Buffer.alloc(levels, open), Buffer.from([1])]);
  const withValue = (value: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from([0x82, 0xa1, 0x64, 0x81, 0xa1, 0x61]), value, Buffer.from([0xa1, 0x63, 0x01])]);

  it.each<[string, Uint8Array]>([
    ['an Error', withValue(Buffer.from('d4650093a54572726f72a178c0', 'hex'))],
    ['a reference', withValue(Buffer.from('d6690000000181a161c0', 'hex'))],
    ['lists in lists, 101 of them', withValue(nested(101, 0x91))],
    ['lists in lists, 5000 of them', withValue(nested(5_000, 0x91))],
    ['a million lists', withValue(nested(1_000_000, 0x91))],
    ['lists in lists, in JSON', Buffer.from(`{"d":{"a":${'['.repeat(101)}${']'.repeat(101)}},"c":1}`)],
    ['a million objects, in JSON', Buffer.from(`{"d":${'{"a":'.repeat(1e6)}1${'}'.repeat(1e6)},"c":1}`)],
    ['a number without end, in JSON', Buffer.from('{"d":{"a":[1e999]},"c":1}')],
  ])('%s is broken', (_, bytes) => {
    expect(readOrBroken(msgpack, bytes)).toBe('broken');
  });

  it.each<[string, Uint8Array]>([
    ['a hundred lists', withValue(nested(100, 0x91))],
    ['a hundred lists, in JSON', Buffer.from(`{"d":{"a":${'['.repeat(100)}${']'.repeat(100)}},"c":1}`)],
  ])('%s are read', (_, bytes) => {
    const found = readOrBroken(msgpack, bytes);
    expect(found).toHaveProperty('data.a');
    expect(Buffer.from(msgpack.encodeLike(bytes, found as SessionRecord))).toEqual(Buffer.from(bytes));
  });

  it('whatever value stands in it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (value) => {
        const bytes = withValue(value);
        const found = readOrBroken(msgpack, bytes);
        if (found === 'broken' || isPointer(found as SessionRecord)) return;
        expect(() => msgpack.encodeLike(bytes, found as SessionRecord)).not.toThrow();
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('a value of the wrong shape is broken', () => {
  it.each<[string, unknown]>([
    ['a list', []],
    ['a text', 'd'],
    ['null', null],
    ['an empty object', {}],
    ['data that are a list', { d: [], c: 1 }],
    ['no time', { d: {} }],
    ['a time that is a text', { d: {}, c: '1' }],
    ['a time before the epoch', { d: {}, c: -1 }],
    ['a time of rotation that is none', { d: {}, c: 1, r: null }],
    ['permanence that is a number', { d: {}, c: 1, p: 1 }],
    ['flash messages that are an object', { d: {}, c: 1, f: {} }],
    ['a flash message of one part', { d: {}, c: 1, f: [['info']] }],
    ['a flash message of numbers', { d: {}, c: 1, f: [[1, 2]] }],
    ['a login without a user', { d: {}, c: 1, a: { t: 1 } }],
    ['a login whose user is an object', { d: {}, c: 1, a: { u: {}, t: 1 } }],
    ['a login without a time', { d: {}, c: 1, a: { u: 1 } }],
    ['a login that is a text', { d: {}, c: 1, a: 'ann' }],
  ])('%s', (_, value) => {
    expect(readOrBroken(jsonCodec, Buffer.from(JSON.stringify(value)))).toBe('broken');
  });
});

describe('a stored record that cannot be read', () => {
  it('is no session, is told to the observer by public id, and says nothing of its content', async () => {
    const setup = new Setup();
    const id = newSessionId(32);
    await setup.memory.write(storeKey('session:', id), Buffer.from('{"d":{"password":"hunter2"}'), HOUR, 'absent');
    expect(await setup.find(id)).toBeNull();
    expect(setup.heard('brokenRecord')).toEqual([
      { publicId: expect.stringMatching(/^[\w-]{16}$/), reason: 'Its bytes cannot be read.' },
    ]);
    expect(JSON.stringify(setup.events)).not.toMatch(new RegExp(`hunter2|${id}`));
  });

  it('is left where it is, so that an older version of the application can be started again', async () => {
    const setup = new Setup();
    const id = newSessionId(32);
    await setup.memory.write(storeKey('session:', id), Buffer.from([0xc1]), HOUR, 'absent');
    await setup.find(id);
    expect(await setup.keys()).toHaveLength(1);
  });
});

describe('a pointer', () => {
  it('opens with the id that it was made for, and with no other', () => {
    const [former, next] = [newSessionId(32), newSessionId(32)];
    const pointer = sealPointer(next, former);
    expect(openPointer(pointer, former)).toBe(next);
    for (const other of [next, newSessionId(32), '', former.slice(1), `${former} `]) {
      expect(() => openPointer(pointer, other)).toThrow(BrokenRecord);
    }
  });

  it('comes back from both formats', () => {
    const pointer = sealPointer('next', 'former');
    for (const codec of [msgpack, jsonCodec]) {
      const read = codec.decode(codec.encodePointer(pointer));
      expect(isPointer(read) && openPointer(read, 'former')).toBe('next');
    }
  });

  it('ASVS 11.3.3: that was cut or changed anywhere does not open', () => {
    const { sealedId } = sealPointer('next', 'former');
    for (let index = 0; index < sealedId.length; index++) {
      const changed = Buffer.from(sealedId);
      changed[index]! ^= 1;
      expect(() => openPointer({ sealedId: changed }, 'former')).toThrow(BrokenRecord);
      expect(() => openPointer({ sealedId: sealedId.subarray(0, index) }, 'former')).toThrow(BrokenRecord);
    }
  });

  it('does not show in its bytes which id it leads to', () => {
    const next = newSessionId(32);
    const bytes = Buffer.from(msgpack.encodePointer(sealPointer(next, newSessionId(32))));
    expect(bytes.includes(next) || bytes.includes(Buffer.from(next, 'base64url'))).toBe(false);
  });
});
