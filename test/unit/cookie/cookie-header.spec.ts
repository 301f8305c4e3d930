import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cookieValues, maxSameNamed } from '../../../lib/cookie/cookie-header.js';
import { scaled } from '../../support/patience.js';

describe('reading a Cookie header', () => {
  it.each<[string | undefined, string[]]>([
    [undefined, []],
    ['', []],
    ['sid', []],
    ['sid=', ['']],
    ['sid=a', ['a']],
    ['a=b; sid=c; d=e', ['c']],
    ['a=b;sid=c;d=e', ['c']],
    ['a=b; \t sid= \tc\t ; d=e', ['c']],
    ['sid=a; sid=b', ['a', 'b']],
    ['sid="a"', ['a']],
    ['sid=""a""', ['"a"']],
    ['sid="', ['"']],
    ['sid="a', ['"a']],
    ['sid=%41%3B', ['%41%3B']],
    ['sid=a=b', ['a=b']],
    ['sid=a,b', ['a,b']],
    ['xsid=a; sidx=b; x-sid=c; SID=d', []],
    ['sid =a', []],
    ['a=sid=b', []],
    ['a="; sid=b"', ['b"']],
    ['sidsid=a; sid=b', ['b']],
    [';;;=;sid=a;;', ['a']],
    ['a,sid=b', []],
  ])('of %j gives %j', (header, values) => {
    expect(cookieValues(header, 'sid')).toEqual(values);
  });

  it('finds a name that begins again within itself', () => {
    expect(cookieValues('aaa=1; aa=2', 'aa')).toEqual(['2']);
  });

  it('gives as many values as are looked at, or as are asked for', () => {
    const header = Array.from({ length: 2 * maxSameNamed }, (_, index) => `sid=${String(index)}`).join('; ');
    expect(cookieValues(header, 'sid')).toEqual(Array.from({ length: maxSameNamed }, (_, index) => String(index)));
    expect(cookieValues(header, 'sid', 2)).toEqual(['0', '1']);
    expect(cookieValues(header, 'sid', 0)).toEqual([]);
  });

  it('agrees with splitting at semicolons, for any header', () => {
    const piece = fc.oneof(
      fc.constantFrom('sid', '=', ';', ' ', '\t', '"', 'sid=x', '; '),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const header = pieces.join('');
        expect(cookieValues(header, 'sid', 1000)).toEqual(bySplitting(header, 'sid'));
      }),
      { numRuns: 1000 },
    );
  });

  it('takes time in proportion to the length of a hostile header', () => {
    const parts = ['sid', 'sid=', ' ', ' sid', ';', 'sid=;', '"', 's', 'sid="', '\u0000\u00ff'];
    for (const part of parts) {
      const header = part.repeat(100_000 / part.length);
      const before = process.hrtime.bigint();
      cookieValues(header, 'sid');
      // Linear takes about a millisecond; quadratic would take seconds.
      expect(Number(process.hrtime.bigint() - before) / 1e6).toBeLessThan(scaled(500));
    }
  });
});

function bySplitting(header: string, name: string): string[] {
  return header
    .split(';')
    .map((pair) => pair.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1).replace(/^[ \t]+/, ''))
    .map((value) => (/^".*"$/s.test(value) ? value.slice(1, -1) : value));
}
