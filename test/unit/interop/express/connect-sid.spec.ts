import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { cookieSignature } from './cookie-signature.js';
import { signSid, unsignSid } from '../../../../lib/interop/express/connect-sid.js';

const { timingSafeEqual } = crypto;
const compare = jest.spyOn(crypto, 'timingSafeEqual');
syncBuiltinESMExports();

const secret = 'keyboard cat';
const id = 'QzqKRJXHMHM5k-0rGZo_f1wPbaUlIJsd';
const signed = signSid(id, secret);
const signature = signed.slice(-43);

const ids = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
const secrets = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.uint8Array({ minLength: 1 }));

afterEach(() => {
  compare.mockReset();
  compare.mockImplementation(timingSafeEqual);
});

describe('a signed session id of Express', () => {
  it('is the one that cookie-signature makes, for any id and any secret', () => {
    fc.assert(
      fc.property(ids, secrets, (any, key) => {
        const theirs = `s:${cookieSignature.sign(any, key)}`;
        expect(signSid(any, key)).toBe(theirs);
        expect(unsignSid(theirs, [key])).toEqual({ id: any, outdated: false });
      }),
      { numRuns: 300 },
    );
  });

  it('takes any secret that an HMAC takes', () => {
    const key = crypto.createSecretKey(Buffer.from(secret));
    expect(signSid(id, key)).toBe(signed);
    expect(unsignSid(signed, [new DataView(new Uint8Array(Buffer.from(secret)).buffer)])).toEqual({
      id,
      outdated: false,
    });
  });

  it('is outdated where another secret than the first one signed it', () => {
    expect(unsignSid(signed, [secret, 'old'])).toEqual({ id, outdated: false });
    expect(unsignSid(signed, ['new', secret])).toEqual({ id, outdated: true });
    expect(unsignSid(signed, ['new', 'newer', secret, secret])).toEqual({ id, outdated: true });
    expect(unsignSid(signed, [secret, secret])).toEqual({ id, outdated: false });
  });

  it('keeps dots, blanks, and what looks like a signature in an id', () => {
    for (const odd of ['a.b.c', '.', ' ', `x.${signature}`, signed, 's:', 'é☃😀', '%41', 'a\nb\0']) {
      expect(unsignSid(signSid(odd, secret), [secret])).toEqual({ id: odd, outdated: false });
    }
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['the marker alone', 's:'],
    ['no marker', signed.slice(2)],
    ['another marker', `j${signed.slice(1)}`],
    ['a marker in capitals', `S${signed.slice(1)}`],
    ['a blank before it', ` ${signed}`],
    ['a blank after it', `${signed} `],
    ['no signature', `s:${id}`],
    ['an empty signature', `s:${id}.`],
    ['a signature alone', signature],
    ['no id', signSid('', secret)],
    ['a shorter signature', signed.slice(0, -1)],
    ['a longer signature', `${signed}A`],
    ['padding', `${signed}=`],
    ['another id', signed.replace('Q', 'R')],
    ['a character more in the id', signed.replace('Q', 'QQ')],
    ['no dot', signed.replace('.', '')],
    ['a comma for the dot', signed.replace('.', ',')],
    ['the signature of another secret', signSid(id, 'another')],
    [
      'the signature in base64url',
      `s:${id}.${Buffer.from(signature, 'base64').toString('base64url').replace(/^./, '-')}`,
    ],
    ['the signature in hexadecimal', `s:${id}.${Buffer.from(signature, 'base64').toString('hex')}`],
    ['a character that is no base64', `${signed.slice(0, -2)}*${signed.slice(-1)}`],
    ['43 characters of no byte', `s:${id}.${'é'.repeat(43)}`],
    ['more than a cookie holds', signSid('a'.repeat(4096), secret)],
    ['half a character in the id', signSid('a\ud800', secret)],
    ['percent-encoding', encodeURIComponent(signed)],
  ])('is none with %s', (_, value) => {
    expect(unsignSid(value, [secret])).toBeNull();
  });

  it('has one spelling: the bits that a last character has to spare are zero', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const bytes = Buffer.from(signature, 'base64').toString('hex');
    const same = Array.from(alphabet).filter(
      (last) => Buffer.from(signature.slice(0, -1) + last, 'base64').toString('hex') === bytes,
    );
    expect(same).toHaveLength(4);
    const taken = same.filter((last) => unsignSid(signed.slice(0, -1) + last, [secret]) !== null);
    expect(taken).toEqual([signed.slice(-1)]);
  });

  it('does not verify with half a character in place of the sign that it is hashed as', () => {
    const replaced = signSid('a\ufffd', secret);
    expect(unsignSid(replaced, [secret])).toEqual({ id: 'a\ufffd', outdated: false });
    // cookie-signature takes both for one.
    const half = replaced.replace('\ufffd', '\udc00');
    expect(cookieSignature.unsign(half.slice(2), secret)).toBe('a\udc00');
    expect(unsignSid(half, [secret])).toBeNull();
  });

  it('is none without secrets, and none with any character changed', () => {
    expect(unsignSid(signed, [])).toBeNull();
    for (let at = 0; at < signed.length; at++) {
      const other = signed[at] === 'A' ? 'B' : 'A';
      expect(unsignSid(signed.slice(0, at) + other + signed.slice(at + 1), [secret])).toBeNull();
    }
  });

  it('is none in whatever a stranger sends, which never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: 'grapheme' }).map((text) => `s:${text}`),
          fc.base64String().map((text) => `s:${id}.${text}`),
          fc
            .array(fc.integer({ min: 0, max: 0xffff }))
            .map((units) => `s:${String.fromCharCode(...units)}.${signature}`),
        ),
        (value) => {
          expect(unsignSid(value, [secret, 'old'])).toBeNull();
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is decided on by the comparison in constant time, of all 32 bytes, with every secret', () => {
    const keys = [secret, 'old', 'older'];
    expect(unsignSid(signed, keys)).toEqual({ id, outdated: false });
    expect(compare.mock.calls.map(([one, other]) => [one.byteLength, other.byteLength])).toEqual([
      [32, 32],
      [32, 32],
      [32, 32],
    ]);
    compare.mockReturnValue(false);
    expect(unsignSid(signed, keys)).toBeNull();
    compare.mockReturnValue(true);
    expect(unsignSid(`s:${id}.${'A'.repeat(43)}`, keys)).toEqual({ id, outdated: false });
  });

  it('costs no hash where its form is wrong', () => {
    unsignSid(`s:${id}.${'*'.repeat(43)}`, [secret]);
    unsignSid(`${signed}=`, [secret]);
    expect(compare).not.toHaveBeenCalled();
  });
});
