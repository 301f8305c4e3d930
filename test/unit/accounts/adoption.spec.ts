import { describe, expect, it } from '@jest/globals';
import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto';
import { Refused } from '../../../lib/accounts/adoption/foreign-user.js';
import { hashKindOf } from '../../../lib/accounts/adoption/hash-kinds.js';
import { fromBase32, toBase32 } from '../../../lib/accounts/adoption/secrets/base32.js';
import { openFernet } from '../../../lib/accounts/adoption/secrets/fernet.js';
import { passlibTotpSecret } from '../../../lib/accounts/adoption/secrets/passlib-totp.js';
import { SeenKeys } from '../../../lib/accounts/adoption/seen-keys.js';
import { addressIn, countIn, flagIn, timeIn } from '../../../lib/accounts/adoption/source/values.js';

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

describe('values of other databases', () => {
  it.each([
    ['2024-02-03 04:05:06.789012', '2024-02-03T04:05:06.789Z'],
    ['2024-02-03T04:05:06', '2024-02-03T04:05:06.000Z'],
    ['2024-02-03 04:05:06.7+02', '2024-02-03T02:05:06.700Z'],
    ['2024-02-03 04:05:06-0330', '2024-02-03T07:35:06.000Z'],
    ['2024-02-03', '2024-02-03T00:00:00.000Z'],
    ['1706933106', '2024-02-03T04:05:06.000Z'],
    ['1706933106789', '2024-02-03T04:05:06.789Z'],
  ])('are times, in UTC where they name no zone: %s', (text, time) => {
    expect(timeIn(text)?.toISOString()).toBe(time);
  });

  it.each(['', 'yesterday', '2024-13-01', '0000-00-00 00:00:00', '999999999999999999', '2024-02-03 04:05:06 Europe'])(
    'are no times: %s',
    (text) => {
      expect(timeIn(text)).toBeNull();
    },
  );

  it('are yes, no or neither', () => {
    expect(['1', 't', 'TRUE', 'yes', Buffer.from([1])].map(flagIn)).toEqual(Array(5).fill(true));
    expect(['0', 'f', 'False', Buffer.from([0])].map(flagIn)).toEqual(Array(4).fill(false));
    expect(['2', 'maybe', '', null, undefined].map(flagIn)).toEqual(Array(5).fill(null));
  });

  it('are numbers and network addresses that can be kept', () => {
    expect(['7', '-1', '1.5', '1e9', null].map(countIn)).toEqual([7, 0, 0, 0, 0]);
    expect(['192.0.2.1/32', '2001:db8::1', 'somewhere else', 'x'.repeat(99)].map(addressIn)).toEqual([
      ...['192.0.2.1', '2001:db8::1', null, null],
    ]);
  });
});

describe('the secret of an authenticator app of passlib', () => {
  const salt = Buffer.from('0123456789abcdef');
  const keys = { 1: 'old', '2024': 'a secret for secrets' };

  function encrypted(tag: string, key: string, cost = 4): string {
    const derived = pbkdf2Sync(key, salt, 2 ** cost, 48, 'sha256');
    const cipher = createCipheriv('aes-256-ctr', derived.subarray(0, 32), derived.subarray(32));
    const k = toBase32(cipher.update(fromBase32(secret) ?? Buffer.alloc(0)));
    return JSON.stringify({ enckey: { c: cost, k, s: toBase32(salt), t: tag, v: 1 }, type: 'totp', v: 1 });
  }

  it.each([
    ['encrypted', encrypted('2024', keys['2024'])],
    ['encrypted with a former key', encrypted('1', keys['1'])],
    ['as JSON', JSON.stringify({ key: secret, type: 'totp', v: 1 })],
    ['as a URI', `otpauth://totp/shop:ada?secret=${secret}&issuer=shop`],
    ['in groups', 'jbsw y3dp-ehpk 3pxp jbsw y3dp ehpk 3pxp'],
  ])('is read %s', async (_, stored) => {
    expect(await passlibTotpSecret(stored, keys)).toBe(secret);
  });

  it.each([
    ['with a key that is missing', encrypted('3', 'another')],
    ['under the name of a property of objects', encrypted('constructor', 'x')],
    ['with a cost that would take hours', encrypted('1', 'old').replace('"c":4', '"c":31')],
    ['with eight digits', JSON.stringify({ key: secret, type: 'totp', v: 1, digits: 8 })],
    ['with SHA-256', `otpauth://totp/x?secret=${secret}&algorithm=SHA256`],
    ['of a counter', `otpauth://hotp/x?secret=${secret}`],
    ['that is too short', 'JBSWY3DP'],
    ['that is none', '{"type":"totp"}'],
    ['that is broken', '{'],
  ])('is refused %s', async (_, stored) => {
    await expect(passlibTotpSecret(stored, keys)).rejects.toThrow(new Refused('SECOND_FACTOR_UNREADABLE'));
  });
});

describe('a token of Fernet', () => {
  const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)].map((key) => key.toString('base64url'));

  function token(key: Buffer, text: string): string {
    const cipher = createCipheriv('aes-128-cbc', key.subarray(16), Buffer.alloc(16, 9));
    const sealed = Buffer.concat([
      Buffer.from([0x80]),
      Buffer.alloc(8),
      Buffer.alloc(16, 9),
      cipher.update(text),
      cipher.final(),
    ]);
    const signature = createHmac('sha256', key.subarray(0, 16)).update(sealed).digest();
    return Buffer.concat([sealed, signature]).toString('base64url');
  }

  it('is opened with the key that made it, and with no other', () => {
    expect(openFernet(token(Buffer.alloc(32, 2), 'a code'), keys)).toBe('a code');
    expect(openFernet(token(Buffer.alloc(32, 3), 'a code'), keys)).toBeNull();
  });

  it.each(['', 'gAAAAA', 'x'.repeat(500)])('is none: %s', (text) => {
    expect(openFernet(text, keys)).toBeNull();
  });
});

describe('the kind of a hash', () => {
  it.each([
    [null, 'none', 'PASSWORD_MISSING'],
    ['!unusable', 'none', 'PASSWORD_MISSING'],
    ['plain text of a password', 'unknown', 'PASSWORD_UNKNOWN'],
    ['md5$salt$5f4dcc3b5aa765d61d8327deb882cf99', 'md5 (Django)', 'PASSWORD_UNKNOWN'],
    [`$2b$31$${'a'.repeat(53)}`, 'bcrypt', 'PASSWORD_TOO_COSTLY'],
    [`$2y$10$${'a'.repeat(53)}`, 'bcrypt', null],
    [`bcrypt_sha256$$2b$12$${'a'.repeat(53)}`, 'bcrypt_sha256 (Django)', null],
    [`${'a'.repeat(32)}:${'b'.repeat(128)}`, 'scrypt (better-auth)', null],
  ] as const)('%s', (stored, name, problem) => {
    expect(hashKindOf(stored)).toEqual({ name, problem });
  });
});

it('knows which of very many texts there have been', () => {
  const seen = new SeenKeys();
  const texts = Array.from({ length: 5_000 }, (_, index) => `user${String(index)}@example.com`);
  expect(texts.every((text) => seen.add(text))).toBe(true);
  expect(texts.some((text) => seen.add(text))).toBe(false);
});
