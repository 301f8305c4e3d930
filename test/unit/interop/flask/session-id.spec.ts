import { describe, expect, it } from '@jest/globals';
import { flaskSessionKey, signFlaskSessionId } from '../../../../lib/interop/flask/index.js';

const secretKey = 'dev-secret';
const id = 'A'.repeat(43);
const signed = `${id}.dwl5hDY2IhtT74XxrdO2yndxDio`;

describe("Flask-Session's cookie", () => {
  it('is the id, and the key is the prefix and the id', () => {
    expect(flaskSessionKey(id)).toBe(`session:${id}`);
    expect(flaskSessionKey(id, { keyPrefix: 'shop:' })).toBe(`shop:${id}`);
    expect(flaskSessionKey('0b6e9f0e-6cb0-4c0c-8a4f-4f7a3d8f6c11')).toBe(
      'session:0b6e9f0e-6cb0-4c0c-8a4f-4f7a3d8f6c11',
    );
  });

  it('is signed under SESSION_USE_SIGNER, and the key has the id alone', () => {
    expect(signFlaskSessionId(id, secretKey)).toBe(signed);
    expect(flaskSessionKey(signed, { secretKey, useSigner: true })).toBe(`session:${id}`);
  });

  it.each([
    ['another secret', signed, { secretKey: 'other', useSigner: true }],
    ['no signature where there must be one', id, { secretKey, useSigner: true }],
    ['a signature where there must be none', signed, {}],
    ['a changed id', `B${signed.slice(1)}`, { secretKey, useSigner: true }],
    ['another spelling of the signature', signed.replace(/o$/, 'p'), { secretKey, useSigner: true }],
    ["the signature of Flask's own cookie", `${id}.ZVPxAA.dwl5hDY2IhtT74XxrdO2yndxDio`, { secretKey, useSigner: true }],
    ['nothing', '', {}],
    ['what is no id', '../../etc/passwd', {}],
    ['another key', 'x\r\nDEL y', {}],
    ['an id that is too long', 'A'.repeat(513), {}],
    ['what is no id, though it is signed', signFlaskSessionId('a:b', secretKey), { secretKey, useSigner: true }],
  ])('leads nowhere with %s', (_, cookie, options) => {
    expect(flaskSessionKey(cookie, options)).toBeNull();
  });

  it('cannot be checked without a secret', () => {
    expect(() => flaskSessionKey(signed, { useSigner: true })).toThrow(/must not be empty/);
    expect(() => signFlaskSessionId(id, '')).toThrow(/must not be empty/);
  });
});
