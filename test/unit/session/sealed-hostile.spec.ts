import { brotliCompressSync, constants } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packContent, unpackContent } from '../../../lib/session/sealed-content.js';
import { stateOf } from '../../../lib/session/session.js';
import { SealedSetup } from './sealed-setup.js';
import { HOUR } from './setup.js';

const id = Buffer.alloc(16, 7).toString('base64url');

/** The cookie of a content that only who has the secret could have sealed. */
function sealed(setup: SealedSetup, content: Uint8Array): string {
  return setup.sealedCookie
    .write(content, setup.time, null, false)
    .filter((line) => !line.includes('Max-Age=0'))
    .map((line) => String(line.split(';')[0]))
    .join('; ');
}

function content(setup: SealedSetup, body: Uint8Array, isCompressed = false): Uint8Array {
  return packContent({ id, expiresAt: setup.time + HOUR, body, isCompressed });
}

describe('what is sealed and no session', () => {
  it.each<[string, (setup: SealedSetup) => Uint8Array]>([
    ['nothing', () => Buffer.alloc(0)],
    ['a head alone', (setup) => content(setup, Buffer.alloc(0))],
    ['a head cut short', (setup) => content(setup, Buffer.from('{}')).subarray(0, 7)],
    ['an id cut short', (setup) => content(setup, Buffer.from('{}')).subarray(0, 20)],
    ['a later version', (setup) => Buffer.from([2, ...content(setup, Buffer.from('{"d":{},"c":1}')).subarray(1)])],
  ])('is no session: %s', async (_, make) => {
    const setup = new SealedSetup();
    expect(setup.cookie.readAll(sealed(setup, make(setup)))).toEqual({ tokens: [], hasOthers: true });
    expect(setup.names).toEqual([]);
  });

  it.each<[string, Uint8Array, boolean?]>([
    ['no record', Buffer.from('{}')],
    ['no format', Buffer.from([0xc1, 0xff, 0x00])],
    ['an unknown extension', Buffer.from([0x81, 0xa1, 0x64, 0xd4, 0x20, 0x01])],
    ['an Error', Buffer.from('82a16481a161d4650093a54572726f72a178c0a16301', 'hex')],
    [
      'nesting that could not be saved',
      Buffer.from(`{"d":${'{"a":'.repeat(102)}1${'}'.repeat(102)},"c":1764000000000}`),
    ],
    ['a pointer', Buffer.from('{"n":"AAAA"}')],
    ['a broken login', Buffer.from('{"d":{},"c":1764000000000,"a":{"u":{}}}')],
    ['a record cut short', Buffer.from('{"d":{"a":')],
    ['nesting without end', brotliCompressSync(Buffer.alloc(90_000, 0x91)), true],
    ['nesting without end, in JSON', brotliCompressSync(Buffer.from(`{"d":${'['.repeat(90_000)}`)), true],
    ['a compressed nothing', Buffer.from('no brotli'), true],
  ])('is no session, and the operator is told once: %s', async (_, body, isCompressed = false) => {
    const setup = new SealedSetup({ maxSize: 100_000 });
    expect(await setup.find(sealed(setup, content(setup, body, isCompressed)))).toBeNull();
    expect(setup.heard('brokenRecord')).toEqual([
      { publicId: expect.stringMatching(/^[\w-]{16}$/), reason: expect.stringMatching(/^It/) },
    ]);
  });

  it('inflates no more than a session may take: a bomb costs next to nothing', async () => {
    const setup = new SealedSetup({ maxSize: 100_000 });
    const bomb = brotliCompressSync(Buffer.alloc(100 * 1024 * 1024), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 2 },
    });
    expect(bomb.length).toBeLessThan(1000);
    const before = process.memoryUsage().arrayBuffers;
    expect(await setup.find(sealed(setup, content(setup, bomb, true)))).toBeNull();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024);
    expect(setup.heard('brokenRecord')).toHaveLength(1);
  });

  it('changes no prototype', async () => {
    const setup = new SealedSetup();
    const body = Buffer.from(
      '{"d":{"__proto__":{"admin":true},"\\u005f_proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"a":{"__proto__":{"admin":true}}},"c":1764000000000}',
    );
    const session = await setup.request(sealed(setup, content(setup, body)));
    expect(session.toJSON()).toEqual({ a: {} });
    expect([Reflect.get({}, 'admin'), Reflect.get(session, 'admin')]).toEqual([undefined, undefined]);
  });

  it('says nothing that was not there before it was packed', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 256 }),
        fc.nat(),
        fc.uint8Array({ minLength: 1 }),
        fc.boolean(),
        (rawId, expiresAt, bytes, isCompressed) => {
          const packed = packContent({
            id: Buffer.from(rawId).toString('base64url'),
            expiresAt,
            body: bytes,
            isCompressed,
          });
          const unpacked = unpackContent(packed);
          expect(unpacked).toMatchObject({ id: Buffer.from(rawId).toString('base64url'), expiresAt, isCompressed });
          expect(unpacked?.content).toBe(packed);
          expect(Buffer.from(unpacked?.body ?? [])).toEqual(Buffer.from(bytes));
        },
      ),
    );
  });

  it('never throws, whatever is in it', async () => {
    const setup = new SealedSetup({ maxSize: 10_000 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat(1), async (bytes, flag) => {
        const body = Buffer.from([flag, 15, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, ...bytes]);
        const session = await setup.find(sealed(setup, body));
        expect(session === null || stateOf(session).auth === null).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps a time without end within what there is room for', () => {
    const packed = packContent({ id, expiresAt: Infinity, body: Buffer.from('x'), isCompressed: false });
    expect(unpackContent(packed)?.expiresAt).toBe(2 ** 48 - 1);
  });
});
