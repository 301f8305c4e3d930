import { createCipheriv, createSecretKey, hkdfSync } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { KeyRing } from '../../../lib/cookie/key-ring.js';
import { contentWithin, openValue, sealValue } from '../../../lib/cookie/sealed-value.js';
import { SealingKey } from '../../../lib/cookie/sealing-key.js';

const purpose = 'session-cookie-seal:v1';
const secrets = ['first', 'second', 'third'].map((name) => `the ${name} secret, of 32 bytes or more`);
const [secret = ''] = secrets;
const ring = new KeyRing(secret);
const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const content = Buffer.from('{"user_id":42}');
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function seal(from = ring, name = 'session', issuedAt = now): string {
  return sealValue(from, purpose, name, content, issuedAt);
}

function open(value: string, by = ring, name = 'session') {
  return openValue(by, purpose, name, value, now);
}

/** AES-CMAC of one whole block, as NIST SP 800-38B has it. */
function cmac(key: Uint8Array, block: Uint8Array): Buffer {
  const aes = (input: Uint8Array): Buffer => {
    const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    return Buffer.concat([cipher.update(input), cipher.final()]);
  };
  const bits = [...aes(Buffer.alloc(16))].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const subkey = Array.from({ length: 16 }, (_, at) =>
    Number.parseInt(`${bits}0`.slice(1).slice(8 * at, 8 * at + 8), 2),
  );
  if (bits.startsWith('1')) subkey[15]! ^= 0x87;
  return aes(block.map((byte, at) => byte ^ subkey[at]!));
}

describe('a sealing key', () => {
  /** The specification's own: https://c2sp.org/XAES-256-GCM */
  it.each([
    [1, '', 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271'],
    [3, 'c2sp.org/XAES-256-GCM', '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d'],
  ])('opens the vectors of XAES-256-GCM (key of bytes %d, context "%s")', (byte, context, sealed) => {
    const key = new SealingKey(createSecretKey(Buffer.alloc(32, byte)));
    const message = Buffer.concat([Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWX'), Buffer.from(sealed, 'hex')]);
    expect(Buffer.from(key.open(message, Buffer.from(context)) ?? []).toString()).toBe('XAES-256-GCM');
    expect(key.open(message, Buffer.from(`${context}.`))).toBeNull();
  });

  it('is right for keys whose subkey carries, and for those whose does not', () => {
    const carries = new Set<boolean>();
    for (let byte = 0; byte < 32; byte++) {
      const raw = Buffer.alloc(32, byte);
      const first = createCipheriv('aes-256-ecb', raw, null).setAutoPadding(false).update(Buffer.alloc(16))[0]!;
      carries.add(first > 0x7f);
      const sealed = Buffer.from(new SealingKey(createSecretKey(raw)).seal(content, Buffer.from('context')));
      const derived = [1, 2].map((counter) => cmac(raw, Buffer.from([0, counter, 0x58, 0, ...sealed.subarray(0, 12)])));
      const cipher = createCipheriv('aes-256-gcm', Buffer.concat(derived), sealed.subarray(12, 24));
      cipher.setAAD(Buffer.from('context'));
      const expected = Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
      expect(sealed.subarray(24)).toEqual(expected);
    }
    expect(carries.size).toBe(2);
  });

  it('ASVS 11.3.4: takes a new nonce, and with it a new key, for each message', () => {
    const key = new SealingKey(createSecretKey(Buffer.alloc(32, 1)));
    const sealed = Array.from({ length: 5000 }, () => Buffer.from(key.seal(content, content)));
    const parts = [
      [0, 12],
      [12, 24],
      [24, 38],
    ].map(([from, to]) => new Set(sealed.map((message) => message.subarray(from, to).toString('hex'))).size);
    expect(parts).toEqual([5000, 5000, 5000]);
  });

  it('ASVS 11.3.2: takes no shortened tag', () => {
    const key = new SealingKey(createSecretKey(Buffer.alloc(32, 1)));
    const sealed = key.seal(content, content);
    for (let length = 0; length < sealed.length; length++) {
      expect(key.open(sealed.subarray(0, length), content)).toBeNull();
    }
    expect(key.open(sealed, content)).toEqual(content);
  });

  it('shows nothing of itself when it is inspected', () => {
    const key = new SealingKey(createSecretKey(Buffer.alloc(32, 1)));
    const keys = new KeyRing(secret);
    seal(keys);
    expect(inspect([key, keys], { depth: 9, showHidden: true, getters: true })).not.toMatch(
      /KeyObject|Uint8Array|Buffer/,
    );
    expect(JSON.stringify([key, keys])).toBe('[{},{}]');
  });
});

describe('a sealed value', () => {
  it('is what its description says, under a key that HKDF-SHA-256 derives for the purpose', () => {
    const value = seal();
    const bytes = Buffer.from(value.slice(1), 'base64url');
    const key = Buffer.from(hkdfSync('sha256', secret, 'nestjs-session-auth', purpose, 32));
    const text = new SealingKey(createSecretKey(key)).open(bytes, Buffer.from('1session'));
    const issued = Buffer.alloc(6);
    issued.writeUIntBE(now, 0, 6);
    expect(value[0]).toBe('1');
    expect(text).toEqual(Buffer.concat([issued, content]));
  });

  it('opens to the bytes and the millisecond that went in, for its name and purpose alone', () => {
    expect(open(seal())).toEqual({ content, issuedAt: now, openedBy: 'current' });
    expect(open(seal(), ring, 'session2')).toBeNull();
    expect(openValue(ring, 'session-cookie-seal:v2', 'session', seal(), now)).toBeNull();
    expect(open(seal(), new KeyRing(`${secret}.`))).toBeNull();
  });

  it('ASVS 14.3.3: shows nothing of what is in it, and is another one each time', () => {
    const [one, two] = [seal(), seal()];
    expect(one).not.toBe(two);
    expect(Buffer.from(one.slice(1), 'base64url').includes('user_id')).toBe(false);
  });

  it('ASVS 7.2.1, 9.1.1: does not open with any character changed, cut off, left out, doubled or added', () => {
    const value = seal();
    const forged: string[] = [];
    for (let at = 0; at < value.length; at++) {
      for (const other of `${base64url}.=+/ `) {
        if (other !== value[at]) forged.push(value.slice(0, at) + other + value.slice(at + 1));
      }
      forged.push(value.slice(0, at), value.slice(at + 1), value.slice(0, at + 1) + value.slice(at));
    }
    for (const other of `${base64url}=\n\u0000é`) forged.push(value + other, other + value);
    expect(forged.filter((other) => other !== value && open(other) !== null)).toEqual([]);
    expect(forged.length).toBeGreaterThan(5000);
  });

  it('has one spelling: spare bits of the last character count', () => {
    const odd = [1, 2].map((length) => sealValue(ring, purpose, 'session', Buffer.alloc(length), now));
    const others = odd.flatMap((value) =>
      Array.from(base64url)
        .map((last) => value.slice(0, -1) + last)
        .filter((other) => other !== value),
    );
    const sameBytes = others.filter((other) =>
      odd.some((value) => Buffer.from(value, 'base64url').equals(Buffer.from(other, 'base64url'))),
    );
    expect(sameBytes.length).toBeGreaterThan(0);
    expect(others.filter((other) => open(other) !== null)).toEqual([]);
  });

  it('ASVS 7.2.1: never throws nor opens, whatever comes', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
      fc.uint8Array({ minLength: 46, maxLength: 300 }).map((bytes) => `1${Buffer.from(bytes).toString('base64url')}`),
    );
    fc.assert(
      fc.property(text, (value) => {
        expect(open(value)).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it('decrypts nothing that has not the form of a value', () => {
    const keys = new KeyRing(secret);
    const opening = jest.spyOn(keys, 'open');
    const value = seal();
    for (const other of ['', '1', `2${value.slice(1)}`, `${value}=`, `${value} `, value.slice(0, 60), '.']) {
      expect(open(other, keys)).toBeNull();
    }
    expect(opening).not.toHaveBeenCalled();
    expect(open(value, keys)).not.toBeNull();
    expect(opening).toHaveBeenCalledTimes(1);
  });

  it('ASVS 11.2.2: opens under each of three secrets, in any order, and says whether it was the current one', () => {
    for (const current of secrets) {
      const fallbacks = secrets.filter((other) => other !== current);
      for (const order of [fallbacks, fallbacks.toReversed()]) {
        const rotated = new KeyRing(current, order);
        for (const former of secrets) {
          const openedBy = former === current ? 'current' : 'fallback';
          expect(open(seal(new KeyRing(former)), rotated)).toEqual({ content, issuedAt: now, openedBy });
        }
        expect(open(seal(rotated), new KeyRing(current))?.openedBy).toBe('current');
      }
    }
  });

  it('allows the clock of another node to be a minute ahead, not more', () => {
    expect(open(seal(ring, 'session', now + 60_000))?.issuedAt).toBe(now + 60_000);
    expect(open(seal(ring, 'session', now + 60_001))).toBeNull();
  });

  it.each([-1, Number.NaN, 2 ** 48, Infinity])('refuses %d for a time', (time) => {
    expect(() => seal(ring, 'session', time)).toThrow(RangeError);
  });

  it('knows to the byte how much fits into so many characters', () => {
    for (const length of [0, 1, 2, 3, 100, 101, 102, 4000]) {
      const characters = sealValue(ring, purpose, 'session', Buffer.alloc(length), now).length;
      expect(contentWithin(characters)).toBe(length);
      expect(contentWithin(characters - 1)).toBeLessThan(length);
    }
  });
});
