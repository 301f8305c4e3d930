import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decode, decodeHead, encode, type SessionFile } from '../../../lib/stores/filesystem/session-file.js';

const file: SessionFile = {
  key: 'session:é',
  expiresAt: 1_700_000_000_123,
  version: '00ff'.repeat(8),
  bytes: Uint8Array.from({ length: 40 }, (_, index) => index),
};

describe('the file of a session', () => {
  const encoded = encode(file);

  it('comes back as it went in', () => {
    expect({ ...decode(encoded), bytes: undefined }).toEqual({ ...file, bytes: undefined });
    expect(Buffer.from(decode(encoded)?.bytes ?? [])).toEqual(Buffer.from(file.bytes));
  });

  it('is none where it is cut anywhere, or has something after its end', () => {
    for (let length = 0; length < encoded.length; length++) {
      expect([length, decode(encoded.subarray(0, length))]).toEqual([length, null]);
    }
    expect(decode(Buffer.concat([encoded, Buffer.of(0)]))).toBeNull();
  });

  it('is none where it claims to be longer than anything', () => {
    for (const at of [29, 33]) {
      const claiming = Buffer.from(encoded);
      claiming.writeUInt32BE(0xffff_ffff, at);
      expect([at, decode(claiming)]).toEqual([at, null]);
    }
  });

  it('is none or a whole one, whatever bytes of it are changed', () => {
    const change = fc.tuple(fc.nat(encoded.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(encoded);
        for (const [index, value] of changes) bytes[index] = value;
        const read = decode(bytes);
        if (read !== null) {
          expect([typeof read.key, typeof read.expiresAt, read.version.length]).toEqual(['string', 'number', 32]);
        }
        expect(decodeHead(bytes) === null || Number.isFinite(decodeHead(bytes)?.expiresAt)).toBe(true);
      }),
    );
  });
});
