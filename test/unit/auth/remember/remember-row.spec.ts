import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { faultIn, readRow, writeRow } from '../../../../lib/auth/remember/remember-row.js';
import { aRow } from './setup.js';

function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

describe('a row', () => {
  it.each([
    aRow(),
    aRow({ userId: 'Żółć' }),
    aRow({ userId: 0 }),
    aRow({ userId: -1.5 }),
    aRow({ previous: { validator: 'v', successor: 's' }, isShown: true }),
    aRow({ idleTimeout: null, absoluteTimeout: 1 }),
    aRow({ forced: true }),
    aRow({ epoch: 3 }),
    { ...aRow(), more: { of: 'a later version' } },
  ])('comes out as it went in: %j', (row) => {
    expect(readRow(writeRow(row))).toEqual(row);
  });

  it.each<[string, unknown]>([
    ['userId', ''],
    ['userId', null],
    ['userId', { $ne: null }],
    ['userId', true],
    ['validator', ''],
    ['validator', 1],
    ['validator', null],
    ['previous', undefined],
    ['previous', 'x'],
    ['previous', {}],
    ['previous', { validator: 'v' }],
    ['previous', { validator: 'v', successor: 1 }],
    ['rotatedAt', '1764000000000'],
    ['rotatedAt', -1],
    ['createdAt', null],
    ['createdAt', 1e300],
    ['expiresAt', '1764000000000'],
    ['expiresAt', 1e300],
    ['expiresAt', undefined],
    ['isShown', 'false'],
    ['isShown', 1],
    ['duration', 0],
    ['duration', -1],
    ['duration', '1d'],
    ['idleTimeout', 0],
    ['idleTimeout', '30m'],
    ['absoluteTimeout', -1],
    ['absoluteTimeout', {}],
    ['forced', false],
    ['forced', 'true'],
  ])('whose %s is %j is none, and the name is told', (name, value) => {
    const row = { ...aRow(), [name]: value };
    expect(faultIn(row)).toBe(name);
    expect(readRow(bytesOf(row))).toBeNull();
  });

  it.each(['', '{', 'null', '[]', '7', '"row"', '{}', '{"__proto__":{"userId":7}}', '\u0000'])(
    'is not in %j',
    (text) => {
      expect(readRow(Buffer.from(text))).toBeNull();
    },
  );

  it('is never read in a way that throws, whatever the bytes are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => readRow(bytes) === null));
    fc.assert(fc.property(fc.jsonValue(), (value) => void readRow(bytesOf(value))));
  });

  it('that was cut or changed in one place is whole, or none', () => {
    const bytes = writeRow(aRow({ previous: { validator: 'v', successor: 's' } }));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = value;
        const row = readRow(changed);
        expect(row === null || faultIn(row) === null).toBe(true);
        expect(readRow(bytes.subarray(0, at))).toBeNull();
      }),
    );
  });
});
