import { describe, expect, it } from '@jest/globals';
import { decodeHead, decodeNumbers, encode, type RecordHead } from '../../../../lib/stores/lmdb/stored-record.js';

const head: RecordHead = { key: 'session:é', owner: 'ö', expiresAt: 1_700_000_000_123.5, due: 17, version: 2 ** 48 };
const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);

describe('a record in the LMDB store', () => {
  it.each([
    ['with an owner', head],
    ['without an owner', { ...head, owner: null }],
    ['of an owner without a name', { ...head, owner: '' }],
    ['under a key without a name', { ...head, key: '' }],
  ])('comes back as it went in, %s', (_, given) => {
    const encoded = encode(given, bytes);
    expect(decodeHead(encoded)).toEqual(given);
    const numbers = decodeNumbers(encoded);
    expect(numbers).toMatchObject({ expiresAt: given.expiresAt, version: given.version });
    expect(encoded.subarray(numbers?.start)).toEqual(Buffer.from(bytes));
  });

  it('is read where it lies in a larger piece of memory', () => {
    const memory = Buffer.concat([Buffer.from('before'), encode(head, bytes), Buffer.from('after')]);
    expect(decodeHead(memory.subarray(6, memory.length - 5))).toEqual(head);
  });

  it('takes bytes for none that it did not write', () => {
    const encoded = encode(head, new Uint8Array(0));
    expect(decodeHead(encoded)).not.toBeNull();
    const foreign = [
      Buffer.alloc(0),
      Buffer.alloc(100),
      Buffer.from('{"a":1}'.repeat(20)),
      encoded.subarray(0, 31),
      encoded.subarray(0, encoded.length - 1),
      Buffer.from(encoded.map((byte, index) => (index === 3 ? 2 : byte))), // another version of the format
    ];
    for (const value of foreign) expect([decodeHead(value), decodeNumbers(value)]).toEqual([null, null]);
  });

  it.each([NaN, Infinity, -Infinity])('takes one for none whose numbers are %d', (number) => {
    for (const name of ['expiresAt', 'due', 'version']) {
      expect([name, decodeHead(encode({ ...head, [name]: number }, bytes))]).toEqual([name, null]);
    }
    expect(decodeNumbers(encode({ ...head, expiresAt: number }, bytes))).toBeNull();
    expect(decodeNumbers(encode({ ...head, version: number }, bytes))).toBeNull();
  });

  it('refuses a key and an owner that are too long to be counted', () => {
    expect(() => encode({ ...head, key: 'k'.repeat(0xffff) }, bytes)).toThrow(RangeError);
    expect(() => encode({ ...head, owner: 'k'.repeat(0xffff) }, bytes)).toThrow(RangeError);
    const longest = { ...head, key: 'k'.repeat(0xfffe), owner: 'o'.repeat(0xfffe) };
    expect(decodeHead(encode(longest, bytes))).toEqual(longest);
  });
});
