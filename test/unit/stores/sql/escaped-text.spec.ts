import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escapeNul, unescapeNul } from '../../../../lib/stores/sql/dialects/escaped-text.js';

const hostile = fc.string({ unit: fc.constantFrom('\0', '\u0001', '0', '1', 'a', 'é', '😀', '\n', '\\') });

describe('texts without NUL', () => {
  it('come back as they were', () => {
    fc.assert(fc.property(hostile, (text) => unescapeNul(escapeNul(text)) === text));
  });

  it('hold no NUL', () => {
    fc.assert(fc.property(hostile, (text) => !escapeNul(text).includes('\0')));
  });

  it('are as they were, where there was none', () => {
    const key = 'session:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG';
    expect(escapeNul(key)).toBe(key);
  });

  it('are texts', () => {
    expect(() => unescapeNul(Buffer.from('key'))).toThrow('is not a string');
  });
});
