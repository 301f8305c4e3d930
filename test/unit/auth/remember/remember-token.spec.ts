import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  hashOf,
  isHashOf,
  joinToken,
  newFamily,
  newValidator,
  splitToken,
} from '../../../../lib/auth/remember/remember-token.js';
import { openSuccessor, sealSuccessor } from '../../../../lib/auth/remember/sealed-successor.js';

describe('a token', () => {
  it('has 128 bits for its name and 256 for its proof, each time others', () => {
    const tokens = Array.from({ length: 1_000 }, () => ({ family: newFamily(), validator: newValidator() }));
    expect(new Set(tokens.map(({ family }) => family)).size).toBe(1_000);
    expect(new Set(tokens.map(({ validator }) => validator)).size).toBe(1_000);
    for (const { family, validator } of tokens) {
      expect(Buffer.from(family, 'base64url')).toHaveLength(16);
      expect(Buffer.from(validator, 'base64url')).toHaveLength(32);
    }
  });

  it.each([
    [1, 1_000],
    [1_000, 1_000],
    [1_001, 2_000],
    [400 * 86_400_000, 400 * 86_400_000],
  ])('comes out of a cookie as it went in, with its duration of %d ms in whole seconds', (duration, seconds) => {
    const token = { family: newFamily(), validator: newValidator() };
    expect(splitToken(joinToken(token, duration))).toEqual({ ...token, duration: seconds });
  });

  it.each(['', 'a', 'a'.repeat(64), 'a'.repeat(65), `${'a'.repeat(65)}0`, `${'a'.repeat(65)}0a`, 'a'.repeat(80)])(
    'is none of the form %j',
    (text) => {
      expect(splitToken(text)).toBeNull();
    },
  );

  it('is never made of anything in a way that throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void splitToken(text)));
  });
});

describe('the hash of a validator', () => {
  it('is SHA-256, and knows its validator alone', () => {
    const validator = newValidator();
    expect(hashOf('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
    expect(isHashOf(hashOf(validator), validator)).toBe(true);
    expect(isHashOf(hashOf(validator), newValidator())).toBe(false);
  });

  it('is known by nobody where it is broken', () => {
    const validator = newValidator();
    for (const hash of ['', 'x', validator, hashOf(validator).slice(0, 40), `${hashOf(validator)}AAAA`, '\u0000']) {
      expect(isHashOf(hash, validator)).toBe(false);
    }
  });
});

describe('a sealed successor', () => {
  const token = { family: newFamily(), validator: newValidator() };
  const successor = { validator: newValidator(), companion: newValidator() };

  it('opens for the token that it was sealed for, and for no other', () => {
    const sealed = sealSuccessor(successor, token);
    expect(openSuccessor(sealed, token)).toEqual(successor);
    expect(openSuccessor(sealed, { ...token, validator: newValidator() })).toBeNull();
    // Of another family: nobody can move it from one row to another.
    expect(openSuccessor(sealed, { ...token, family: newFamily() })).toBeNull();
  });

  it('shows nothing of what is in it, and looks different each time', () => {
    const sealed = sealSuccessor(successor, token);
    const bytes = Buffer.from(sealed, 'base64url').toString('latin1');
    expect(bytes).not.toContain(successor.validator.slice(0, 6));
    expect(bytes).not.toContain(successor.companion.slice(0, 6));
    expect(sealSuccessor(successor, token)).not.toBe(sealed);
  });

  it('that was changed in any byte does not open', () => {
    const bytes = Buffer.from(sealSuccessor(successor, token), 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      expect(openSuccessor(changed.toString('base64url'), token)).toBeNull();
    }
    for (const length of [0, 1, 12, 28, bytes.length - 1]) {
      expect(openSuccessor(bytes.subarray(0, length).toString('base64url'), token)).toBeNull();
    }
  });
});
