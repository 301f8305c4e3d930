import { describe, expect, it } from '@jest/globals';
import { withEntries, withoutSecrets, type Entry } from '../../../lib/schematics/environment-file.js';
import { isIgnored, withIgnored } from '../../../lib/schematics/git-ignore.js';

const secret: Entry = { keys: ['SECRET_KEY', 'SESSION_SECRET_KEY'], value: 'new', isSecret: true, comment: 'Signs.' };
const type: Entry = { keys: ['SESSION_TYPE'], value: 'memory', isSecret: false, comment: 'The store.' };

describe('withEntries()', () => {
  it('adds what is missing at the end', () => {
    expect(withEntries('', [secret, type])).toBe('# Signs.\nSECRET_KEY=new\n\n# The store.\nSESSION_TYPE=memory\n');
    expect(withEntries('PORT=3000', [type])).toBe('PORT=3000\n\n# The store.\nSESSION_TYPE=memory\n');
    expect(withEntries('PORT=3000\r\n', [type])).toBe('PORT=3000\r\n\r\n# The store.\r\nSESSION_TYPE=memory\r\n');
  });

  it.each([
    'SECRET_KEY=old\n',
    'export SECRET_KEY=old\n',
    '  SECRET_KEY = "old" # mine\n',
    'SESSION_SECRET_KEY=old\n',
    'A=1\nSECRET_KEY=old\nB=2\n',
  ])('leaves %j as it is', (text) => {
    expect(withEntries(text, [secret])).toBe(text);
  });

  it('adds a setting of which only a comment or a longer name is there', () => {
    expect(withEntries('# SECRET_KEY=old\n', [secret])).toContain('\nSECRET_KEY=new\n');
    expect(withEntries('SECRET_KEY_FALLBACKS=old\n', [secret])).toContain('\nSECRET_KEY=new\n');
    expect(withEntries('MY_SECRET_KEY=old\n', [secret])).toContain('\nSECRET_KEY=new\n');
  });

  it('fills in a value that is empty', () => {
    expect(withEntries('SECRET_KEY=\nPORT=1\n', [secret])).toBe('SECRET_KEY=new\nPORT=1\n');
  });

  it('gives twice what it gives once', () => {
    const once = withEntries('PORT=3000\n', [secret, type]);
    expect(withEntries(once, [{ ...secret, value: 'another' }, type])).toBe(once);
    const example = withEntries('', withoutSecrets([secret, type], 'How to.'));
    expect(withEntries(example, withoutSecrets([secret, type], 'How to.'))).toBe(example);
  });

  it('writes no secret where everybody may read', () => {
    expect(withEntries('', withoutSecrets([secret, type], 'How to.'))).toBe(
      '# How to.\nSECRET_KEY=\n\n# The store.\nSESSION_TYPE=memory\n',
    );
  });
});

describe('isIgnored()', () => {
  it.each(['.env', '/.env', '**/.env', '.env*', '*.env', '*', 'dist\n.env\n', '!.env\n.env', '.e?v', ' .env '])(
    'reads that %j ignores .env',
    (text) => {
      expect(isIgnored('.env', text)).toBe(true);
    },
  );

  it.each(['', '# .env', '.env.local', '.env.*', '.env/', 'config/.env', '.env\n!.env', 'env', 'xenv'])(
    'reads that %j does not',
    (text) => {
      expect(isIgnored('.env', text)).toBe(false);
    },
  );

  it('is what withIgnored() brings about', () => {
    expect(withIgnored('.env', 'dist')).toBe('dist\n.env\n');
    expect(isIgnored('.env', withIgnored('.env', 'dist\n!.env\n'))).toBe(true);
  });
});
