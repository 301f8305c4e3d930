import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalEmail, normalUsername } from '../../../lib/accounts/repository/normal-form.js';

const keyOf = (email: string): string | undefined => normalEmail(email)?.key;

describe('the normal form of an address', () => {
  it('keeps the address as it was typed, without the space around it', () => {
    expect(normalEmail('  Ada.Lovelace+shop@Example.COM\n')).toEqual({
      email: 'Ada.Lovelace+shop@Example.COM',
      key: '1:ada.lovelace+shop@example.com',
    });
  });

  it('is one for the spellings of an address', () => {
    expect(keyOf('ADA@EXAMPLE.COM')).toBe(keyOf('ada@example.com'));
    expect(keyOf('a\u0308da@example.com')).toBe(keyOf('Äda@example.com'));
    expect(keyOf('ada@straße.example')).toBe(keyOf('ada@xn--strae-oqa.example'));
    expect(keyOf('ada@例え。jp')).toBe(keyOf('ada@xn--r8jz45g.jp'));
  });

  it('keeps addresses apart that may be two mailboxes', () => {
    const keys = ['adalovelace', 'ada.lovelace', 'adalovelace+1', 'adalov3lace', 'ıda', 'ida', 'straße', 'strasse'].map(
      (local) => keyOf(`${local}@example.com`),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('has the domain that mail software reaches, however it was typed', () => {
    expect(normalEmail('ada@ＥＸＡＭＰＬＥ.com')?.email).toBe('ada@example.com');
    expect(normalEmail('ada@exa\u00admple.com')?.email).toBe('ada@example.com');
    expect(normalEmail('ada@xn--strae-oqa.example')?.email).toBe('ada@xn--strae-oqa.example');
    expect(normalEmail('ada@Straße.example')?.email).toBe('ada@straße.example');
  });

  it.each([
    ['no @', 'ada.example.com'],
    ['nothing before it', '@example.com'],
    ['nothing after it', 'ada@'],
    ['two', 'ada@evil.example@example.com'],
    ['a full-width @', 'ada＠example.com'],
    ['a full-width @ before the real one', 'ada＠evil.example@example.com'],
    ['a small @', 'ada﹫evil.example@example.com'],
    ['an encoded @ in the domain', 'ada@evil.example%40example.com'],
    ['a path', 'ada@example.com/x'],
    ['a port', 'ada@example.com:25'],
    ['a full-width slash', 'ada@example.com／x'],
    ['a NUL', 'ada\0@example.com'],
    ['a line break', 'ada@example.com\r\nBcc: eve@example.com'],
    ['a line break before the @', 'ada\n@example.com'],
    ['a line separator', 'ada\u2028@example.com'],
    ['a space', 'ada lovelace@example.com'],
    ['an invisible character', 'ada\u200b@example.com'],
    ['a right-to-left override', 'ada\u202e@example.com'],
    ['an invisible mark', 'a\u034fda@example.com'],
    ['an invisible letter', 'a\u3164da@example.com'],
    ['half of a surrogate pair', 'ada\ud800@example.com'],
    ['a quoted part', '"ada"@example.com'],
    ['a name', 'Ada <ada@example.com>'],
    ['two addresses', 'ada@example.com,eve@example.com'],
    ['a comment', 'ada(x)@example.com'],
    ['an address of IPv4', 'ada@127.0.0.1'],
    ['a number that is one', 'ada@0x7f.1'],
    ['an address of IPv6', 'ada@[::1]'],
    ['an empty label', 'ada@example..com'],
    ['a dot at the end', 'ada@example.com.'],
    ['a hyphen at the edge of a label', 'ada@-example.com'],
    ['a joiner that no word needs', 'ada@exa\u200dmple.com'],
    ['a label that is too long', `ada@${'a'.repeat(64)}.com`],
    ['a part before the @ that is too long', `${'a'.repeat(65)}@example.com`],
    ['a part that is too long in bytes', `${'ä'.repeat(33)}@example.com`],
    ['a domain that is too long', `ada@${'abcdefghi.'.repeat(25)}com`],
    ['a megabyte', `${'a'.repeat(1024 * 1024)}@example.com`],
  ])('refuses an address with %s', (_, email) => {
    expect(normalEmail(email)).toBeNull();
  });

  it.each([[undefined], [null], [7], [{ toString: () => 'ada@example.com' }], [['ada@example.com']]])(
    'refuses %p, which is no string',
    (value) => {
      expect(normalEmail(value)).toBeNull();
    },
  );

  it('never throws, and is the same for its own result', () => {
    const unit = fc.oneof(
      fc.constantFrom('a', 'İ', '@', '.', 'ß', '＠', 'K', 'Σ', '-', '。'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 12 }), fc.array(unit, { maxLength: 12 }), (local, domain) => {
        const normal = normalEmail(`${local.join('')}@${domain.join('')}`);
        if (normal === null) return;
        expect(normalEmail(normal.email)).toEqual(normal);
        expect(normal.email.split('@')).toHaveLength(2);
      }),
    );
  });
});

describe('the normal form of a username', () => {
  it('keeps the username as it was typed', () => {
    expect(normalUsername(' Ada.Lovelace ')).toEqual({ username: 'Ada.Lovelace', key: '1:ada.lovelace' });
  });

  it('is one for what readers take for one', () => {
    const key = normalUsername('Lovelace')?.key;
    for (const spelling of ['LOVELACE', 'Ｌｏｖｅｌａｃｅ', '𝐋𝐨𝐯𝐞𝐥𝐚𝐜𝐞']) {
      expect(normalUsername(spelling)?.key).toBe(key);
    }
    expect(normalUsername('grüße')?.key).toBe(normalUsername('gru\u0308ße')?.key);
  });

  it.each([
    ['an @', 'ada@example'],
    ['a space', 'ada lovelace'],
    ['a slash in one character', 'ada℀x'],
    ['a dot at the edge', '.adal'],
    ['two dots', 'ada..l'],
    ['an invisible character', 'ada\u200bl'],
    ['an invisible mark', 'ali\u034fce'],
    ['an invisible letter', 'ali\u3164ce'],
    ['NUL', 'ada\0l'],
    ['half of a surrogate pair', 'adal\udc00'],
    ['three characters', 'ada'],
    ['33 characters', 'a'.repeat(33)],
  ])('refuses a username with %s', (_, username) => {
    expect(normalUsername(username)).toBeNull();
  });

  it('counts characters, within the limits that it is given', () => {
    expect(normalUsername('𝒜𝒹', { min: 2, max: 2 })?.username).toBe('𝒜𝒹');
    expect(normalUsername('abc', { min: 2, max: 2 })).toBeNull();
  });
});
