import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { checkKeys } from '../../../lib/cookie/check-keys.js';

const strong = 'Vq3v0oWmJ9aT5xY2kZ8rB1nC4dE6fG7hI0jK-L_pMsU';
const command = `node -e "console.log(require('node:crypto').randomBytes(32).toString('base64url'))"`;

describe('the secrets of an application', () => {
  it('are fine when strong', () => {
    expect(checkKeys({ secretKey: strong, secretKeyFallbacks: [randomBytes(32)] }, 'production')).toEqual({
      problems: [],
      warnings: [],
    });
  });

  it.each([
    [null, 'is not set'],
    ['keyboard cat', 'is a known example value, or the hash of one'],
    ['please change this secret in production', 'is a placeholder'],
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

  const weak = ['keyboard cat', strong, randomBytes(32), Buffer.from(strong), '', 'x'.repeat(40)];
  const reasons = [
    'item 1 is a known example value',
    'item 5 has fewer than 32 bytes',
    'item 6 repeats a few characters',
  ].map((reason): unknown => expect.stringContaining(reason));

  it('are refused in production where a former one is weak, since that makes any cookie, too', () => {
    const { problems, warnings } = checkKeys({ secretKey: strong, secretKeyFallbacks: weak }, 'production');
    expect(problems).toEqual(
      reasons.map((problem) => ({ setting: 'SECRET_KEY_FALLBACKS (secretKeyFallbacks)', problem })),
    );
    expect(warnings).toEqual([
      expect.stringContaining('SECRET_KEY_FALLBACKS (secretKeyFallbacks), item 2, is the current secret'),
      expect.stringContaining('item 4, is the current secret'),
    ]);
    expect(JSON.stringify([problems, warnings])).not.toMatch(new RegExp(`keyboard|${strong}`));
  });

  it.each(['development', 'test'] as const)('are warned of in %s where a former one is weak', (environment) => {
    const { problems, warnings } = checkKeys({ secretKey: strong, secretKeyFallbacks: weak }, environment);
    expect(problems).toEqual([]);
    expect(warnings.slice(0, 3)).toEqual(reasons);
    expect(warnings).toHaveLength(5);
  });

  it('are named once where the weak one is current and former at a time', () => {
    const keys = { secretKey: 'keyboard cat', secretKeyFallbacks: ['keyboard cat'] };
    expect(checkKeys(keys, 'production').problems.map(({ setting }) => setting)).toEqual(['SECRET_KEY (secretKey)']);
  });
});
