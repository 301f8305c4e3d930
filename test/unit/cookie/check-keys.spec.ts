import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { checkKeys } from '../../../lib/cookie/check-keys.js';
import { secretWeakness } from '../../../lib/cookie/secret-strength.js';

const strong = 'Vq3v0oWmJ9aT5xY2kZ8rB1nC4dE6fG7hI0jK-L_pMsU';
const command = `node -e "console.log(require('node:crypto').randomBytes(32).toString('base64url'))"`;

describe('the strength of a secret', () => {
  it.each([
    'secret',
    'dev',
    'changeme',
    'keyboard cat',
    'Keyboard-Cat',
    'your-secret-key',
    'my-secret',
    '192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf',
    '_5#y2L"F4Q8z\\n\\xec]/',
    'A0Zr98j/3yX R~XHH!jmN]LWX/,?RT',
    'averylogphrasebiggerthanthirtytwochars',
    'complex_password_at_least_32_characters_long',
    'please-CHANGE-ME-before-you-go-to-production',
  ])('knows the example value %j', (value) => {
    expect(secretWeakness(value)).toBe('is a known example value');
    expect(secretWeakness(Buffer.from(value))).toBe('is a known example value');
  });

  it('counts bytes, not characters', () => {
    const text = 'Vq3v0oWmJ9aT5xY2kZ8rB1nC4dE6fG7';
    expect(text).toHaveLength(31);
    expect(secretWeakness(text)).toBe('has fewer than 32 bytes');
    expect(secretWeakness(`${text}h`)).toBeNull();
    expect(secretWeakness(text.replace('V', 'ä'))).toBeNull();
  });

  it.each(['a'.repeat(64), 'ab'.repeat(32), '0123456789'.repeat(5), new Uint8Array(32)])(
    'sees repetition (%#)',
    (value) => {
      expect(secretWeakness(value)).toBe('repeats a few characters');
    },
  );

  it('takes random bytes in any spelling', () => {
    for (let round = 0; round < 500; round++) {
      const bytes = randomBytes(32);
      for (const value of [bytes, bytes.toString('hex'), bytes.toString('base64url')]) {
        expect(secretWeakness(value)).toBeNull();
      }
    }
  });
});

describe('the secrets of an application', () => {
  it('are fine when strong', () => {
    expect(checkKeys({ secretKey: strong, secretKeyFallbacks: [randomBytes(32)] }, 'production')).toEqual({
      problems: [],
      warnings: [],
    });
  });

  it.each([
    [null, 'is not set'],
    ['keyboard cat', 'is a known example value'],
    ['short but not known', 'has fewer than 32 bytes'],
  ])('are refused in production with the command that makes one, and warned of elsewhere (%#)', (secretKey, reason) => {
    const keys = { secretKey, secretKeyFallbacks: [] };
    expect(checkKeys(keys, 'production')).toEqual({
      problems: [{ setting: 'SECRET_KEY (secretKey)', problem: `${reason}; make one with: ${command}` }],
      warnings: [],
    });
    for (const environment of ['development', 'test'] as const) {
      const { problems, warnings } = checkKeys(keys, environment);
      expect(problems).toEqual([]);
      expect(warnings).toEqual([expect.stringContaining(`SECRET_KEY (secretKey) ${reason}`)]);
      expect(warnings[0]).toContain(command);
    }
  });

  it('are warned of as fallbacks, weak ones and the current one, without their values', () => {
    const { problems, warnings } = checkKeys(
      { secretKey: strong, secretKeyFallbacks: ['keyboard cat', strong, randomBytes(32), Buffer.from(strong)] },
      'production',
    );
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      expect.stringContaining('SECRET_KEY_FALLBACKS (secretKeyFallbacks), item 1, is a known example value'),
      expect.stringContaining('item 2, is the current secret'),
      expect.stringContaining('item 4, is the current secret'),
    ]);
    expect(warnings.join()).not.toContain('keyboard');
    expect(warnings.join()).not.toContain(strong);
  });
});
