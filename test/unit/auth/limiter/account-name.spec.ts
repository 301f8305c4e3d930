import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { accountName } from '../../../../lib/auth/limiter/account-name.js';
import { scaled } from '../../../support/patience.js';

describe('the name of an account', () => {
  it.each([
    ['ada@shop.example', 'ada@shop.example'],
    ['Ada@SHOP.example', 'ada@shop.example'],
    ['  ada@shop.example\n', 'ada@shop.example'],
    ['ａｄａ＠ｓｈｏｐ．ｅｘａｍｐｌｅ', 'ada@shop.example'],
    ['a\u00adda@\u200bshop.example', 'ada@shop.example'],
    ['straße', 'strasse'],
    ['STRASSE', 'strasse'],
    ['ὀδυσσεύς', 'ὀδυσσεύσ'],
    ['ὈΔΥΣΣΕΎΣ', 'ὀδυσσεύσ'],
    ['e\u0301lise', 'élise'],
    ['ﬁona', 'fiona'],
    ['\u212a', 'k'],
  ])('%j is that of %j', (spelling, other) => {
    expect(accountName(spelling)).toBe(accountName(other));
    expect(accountName(spelling)).not.toBeNull();
  });

  it('tells different accounts apart', () => {
    const names = ['ada', 'adа', 'ada@a.example', 'ada@b.example', 'a da', 'ada.', '7', '07'].map(accountName);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is that of the digits for a number', () => {
    expect(accountName(7)).toBe(accountName('7'));
  });

  it.each([undefined, null, '', '   ', '\u200b', {}, { $ne: null }, ['ada'], true, 'a'.repeat(1025)])(
    'is null for %p, and nothing is thrown',
    (account) => {
      expect(accountName(account)).toBeNull();
    },
  );

  it('is its own name, so that no spelling of it is a further one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const name = accountName(text);
        if (name !== null) expect(accountName(name)).toBe(name);
      }),
      { numRuns: 2000 },
    );
  });

  it('is made quickly of the worst text that there is', () => {
    const start = performance.now();
    accountName('\ufdfa'.repeat(1024));
    accountName(' '.repeat(1_000_000) + '\ufdfa'.repeat(1_000_000));
    expect(performance.now() - start).toBeLessThan(scaled(500));
  });
});
