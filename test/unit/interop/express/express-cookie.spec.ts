import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeExpressCookie, encodeExpressCookie, type ExpressKeys } from '../../../../lib/interop/express/index.js';
import { cookieSignature } from './cookie-signature.js';

const keys = { secretKey: 'keyboard cat' };
const id = 'QzqKRJXHMHM5k-0rGZo_f1wPbaUlIJsd';
const raw = `s:${cookieSignature.sign(id, keys.secretKey)}`;
const encoded = encodeURIComponent(raw);
const signatureOf = (text: string) => cookieSignature.sign(text, keys.secretKey).slice(-43);

describe('a session cookie of Express', () => {
  it('is written as express-session sends it', () => {
    expect(encodeExpressCookie(id, keys)).toBe(encoded);
    expect(encoded).toMatch(/^s%3AQzqK/);
  });

  it('is read as the browser sends it, decoded, and in any spelling of its percent-encoding', () => {
    const spelled = Array.from(raw, (character) => `%${character.charCodeAt(0).toString(16)}`).join('');
    for (const value of [encoded, raw, encoded.replace('%3A', '%3a'), spelled]) {
      expect(decodeExpressCookie(value, keys)).toBe(id);
    }
    // What looks like percent-encoding in an id that is decoded is none.
    for (const odd of ['%41', '100%', '%']) {
      expect(decodeExpressCookie(`s:${cookieSignature.sign(odd, keys.secretKey)}`, keys)).toBe(odd);
    }
  });

  it('comes back with any id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), (any) => {
        expect(decodeExpressCookie(encodeExpressCookie(any, keys), keys)).toBe(any);
        expect(decodeExpressCookie(`s:${cookieSignature.sign(any, keys.secretKey)}`, keys)).toBe(any);
      }),
      { numRuns: 300 },
    );
  });

  it('is signed with the secret alone, and verified with the fallbacks, too', () => {
    const rotated: ExpressKeys = { secretKey: 'new', fallbacks: ['older', Buffer.from(keys.secretKey)] };
    expect(decodeExpressCookie(encoded, rotated)).toBe(id);
    expect(decodeExpressCookie(encoded, { secretKey: 'new', fallbacks: ['older'] })).toBeNull();
    expect(decodeExpressCookie(encodeExpressCookie(id, rotated), keys)).toBeNull();
    expect(encodeExpressCookie(id, rotated)).toBe(encodeExpressCookie(id, { secretKey: 'new' }));
  });

  it.each<[string, string | undefined]>([
    ['there is none', undefined],
    ['it is empty', ''],
    ['it is no signed cookie', id],
    ['it is signed JSON of cookie-parser', `j%3A${encoded.slice(4)}`],
    ['its signature is another', encoded.replace('s%3AQ', 's%3AR')],
    ['it is encoded twice', encodeURIComponent(encoded)],
    ['its encoding is broken', `${encoded}%`],
    ['its encoding is no UTF-8', `s%3A%ff.${encoded.slice(-43)}`],
    ['it is too long', `s%3A${'%41'.repeat(1400)}.${encodeURIComponent(signatureOf('A'.repeat(1400)))}`],
    ['it is nothing but percent signs', '%'.repeat(4096)],
    ['it has half a character', `s:\ud800.${raw.slice(-43)}`],
    ['it has an empty id', encodeURIComponent(`s:${cookieSignature.sign('', keys.secretKey)}`)],
  ])('is none where %s', (_, value) => {
    expect(decodeExpressCookie(value, keys)).toBeNull();
  });

  it('is none in whatever a stranger sends, which never throws', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
      fc
        .array(fc.constantFrom('%', 's%3A', 's:', '.', '%e2', '%82', encoded.slice(-45), raw.slice(-43), id))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(value, (any) => {
        expect([null, id]).toContain(decodeExpressCookie(any, keys));
        expect(decodeExpressCookie(any, { secretKey: 'another' })).toBeNull();
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, string]>([
    ['that is empty', ''],
    ['with half a character', 'a\ud800'],
    ['that no cookie can hold', 'a'.repeat(4096)],
    ['that no cookie can hold once it is encoded', '☃'.repeat(500)],
  ])('is not written for an id %s', (_, bad) => {
    expect(() => encodeExpressCookie(bad, keys)).toThrow(RangeError);
  });

  it.each([0, 1])('asks for secrets that can be ones (%#)', (at) => {
    const use = [encodeExpressCookie, decodeExpressCookie][at] ?? encodeExpressCookie;
    expect(() => use(raw, { secretKey: '' })).toThrow(RangeError);
    expect(() => use(raw, { ...keys, fallbacks: ['old', ''] })).toThrow(RangeError);
    const text: unknown = 'old';
    expect(() => use(raw, { ...keys, fallbacks: text as string[] })).toThrow(TypeError);
  });
});
