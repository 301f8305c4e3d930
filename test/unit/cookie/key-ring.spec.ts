import { createHmac, hkdfSync } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { createKeyRing, KeyRing } from '../../../lib/cookie/key-ring.js';

const a = 'a secret of the first year, 32 bytes or more';
const b = 'b secret of the second year, 32 bytes or more';
const c = 'c secret of the third year, 32 bytes or more';
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('the key ring', () => {
  it('signs with HMAC-SHA-256 under a key that HKDF-SHA-256 derives for the purpose', () => {
    const key = Buffer.from(hkdfSync('sha256', a, 'nestjs-session-auth', 'test:v1', 32));
    const expected = createHmac('sha256', key).update('text').digest('base64url');
    expect(new KeyRing(a).sign('test:v1', 'text')).toBe(expected);
    expect(new KeyRing(Buffer.from(a)).sign('test:v1', 'text')).toBe(expected);
  });

  it('verifies what it signed, and nothing else', () => {
    const ring = new KeyRing(a);
    const signature = ring.sign('test:v1', 'text');
    expect(ring.verify('test:v1', 'text', signature)).toBe('current');
    expect(ring.verify('test:v1', 'text ', signature)).toBeNull();
    expect(ring.verify('test:v2', 'text', signature)).toBeNull();
    expect(new KeyRing(b).verify('test:v1', 'text', signature)).toBeNull();
  });

  const orders = [
    [a, b, c],
    [a, c, b],
    [b, a, c],
    [b, c, a],
    [c, a, b],
    [c, b, a],
  ] as const;

  it.each(orders)(
    'signs with the current of three secrets and verifies with all (order %#)',
    (current, former, oldest) => {
      const ring = new KeyRing(current, [former, oldest]);
      expect(ring.sign('test:v1', 'text')).toBe(new KeyRing(current).sign('test:v1', 'text'));
      expect(ring.verify('test:v1', 'text', new KeyRing(current).sign('test:v1', 'text'))).toBe('current');
      expect(ring.verify('test:v1', 'text', new KeyRing(former).sign('test:v1', 'text'))).toBe('fallback');
      expect(ring.verify('test:v1', 'text', new KeyRing(oldest).sign('test:v1', 'text'))).toBe('fallback');
    },
  );

  it('takes a signature in its one canonical spelling alone', () => {
    const ring = new KeyRing(a);
    const signature = ring.sign('test:v1', 'text');
    const others = Array.from(base64url)
      .map((last) => signature.slice(0, -1) + last)
      .filter((other) => other !== signature);
    const decoded = others.filter((other) =>
      Buffer.from(other, 'base64url').equals(Buffer.from(signature, 'base64url')),
    );
    expect(decoded).toHaveLength(3);
    for (const other of [
      ...others,
      `${signature}=`,
      `${signature} `,
      `${signature}\n`,
      ` ${signature}`,
      '',
      `${signature}A`,
    ]) {
      expect(ring.verify('test:v1', 'text', other)).toBeNull();
    }
    const plain = Buffer.from(signature, 'base64url').toString('base64').replace('=', '');
    expect(ring.verify('test:v1', 'text', plain)).toBe(plain === signature ? 'current' : null);
  });

  it('shows no secret and no key when it is inspected or serialised', () => {
    const ring = new KeyRing(a, [b]);
    ring.sign('test:v1', 'text');
    const key = Buffer.from(hkdfSync('sha256', a, 'nestjs-session-auth', 'test:v1', 32));
    const shown = [
      inspect(ring, { depth: Infinity, showHidden: true, getters: true }),
      JSON.stringify(ring),
      JSON.stringify(Object.entries(ring)),
      Reflect.ownKeys(ring).join(),
    ].join('\n');
    for (const hidden of [a, b, Buffer.from(a).toString('hex'), key.toString('hex'), key.toString('base64url')]) {
      expect(shown).not.toContain(hidden);
    }
  });

  it('refuses an empty secret, which everybody has', () => {
    expect(() => new KeyRing('')).toThrow(RangeError);
    expect(() => new KeyRing(a, [new Uint8Array()])).toThrow(RangeError);
  });

  it('makes a random secret where none is set', () => {
    const options = { secretKey: null, secretKeyFallbacks: [a] };
    const [one, two] = [createKeyRing(options), createKeyRing(options)];
    const signature = one.sign('test:v1', 'text');
    expect(one.verify('test:v1', 'text', signature)).toBe('current');
    expect(two.verify('test:v1', 'text', signature)).toBeNull();
    expect(two.verify('test:v1', 'text', new KeyRing(a).sign('test:v1', 'text'))).toBe('fallback');
  });
});
