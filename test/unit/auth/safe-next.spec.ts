import { describe, expect, it } from '@jest/globals';
import { safeNext } from '../../../lib/auth/redirect/safe-next.js';

const site = 'https://shop.example';

describe('safeNext', () => {
  it.each([
    ['/', '/'],
    ['/page1', '/page1'],
    ['/cart?item=1&item=2#top', '/cart?item=1&item=2#top'],
    ['/search?q=//evil.example', '/search?q=//evil.example'],
    ['/search?q=https://evil.example/', '/search?q=https://evil.example/'],
    ['/a%41', '/a%41'],
    ['/a%2F%2Fb', '/a%2F%2Fb'],
    ['/a b', '/a%20b'],
    ['/é', '/%C3%A9'],
    ['/a//b', '/a//b'],
    ['/a/../b', '/b'],
    ['/@evil.example', '/@evil.example'],
    ['/:80', '/:80'],
    ['/javascript:alert(1)', '/javascript:alert(1)'],
  ])('%j is a path of this site', (next, expected) => {
    expect(safeNext(next)).toBe(expected);
  });

  it.each([
    // The rows of the table of redirect attacks, and what browsers make of slashes.
    'http://google.com',
    'https://shop.example/',
    'http:///google.com',
    '//github.com',
    '///github.com',
    '/////github.com',
    '\\\\\\github.com',
    '\\/github.com',
    '/\\github.com',
    '/\\/github.com',
    '\\\\github.com',
    '/a\\..\\..\\\\github.com',
    ' //github.com',
    ' /github.com',
    '\t//github.com',
    '/\t/github.com',
    '/\n/github.com',
    '/\r/github.com',
    '/\r\nSet-Cookie: a=b',
    '/\u0000/github.com',
    '\u0001////github.com',
    '\u007f//github.com',
    '/\u0085/github.com',
    // Paths that a browser shortens to one that begins with two slashes.
    '/.//github.com',
    '/..//github.com',
    '/a/..//github.com',
    '/%2e//github.com',
    '/%2e%2e//github.com',
    '/a/%2E%2e//github.com',
    '/./\\github.com',
    // Schemes, with and without a host.
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'mailto:a@b.example',
    'vbscript:x',
    'blob:https://shop.example/1',
    'http:evil.example',
    'https:/evil.example',
    'http:/\\evil.example',
    // Users in front of the host, which may be this one.
    'http://user:pw@localhost/',
    'https://shop.example@evil.example/',
    '//shop.example@evil.example',
    'https://amazon.com\\.shop.example',
    'https://a:b@amazon.com\\.shop.example',
    // Encoded slashes in front of nothing.
    '%2F%2Fgithub.com',
    '%5C%5Cgithub.com',
    // Neither a path nor anything else.
    '',
    ' ',
    'page1',
    './page1',
    '?next=/',
    '#top',
    '／／github.com',
    '〱github.com',
    `/${'a'.repeat(2048)}`,
  ])('ASVS 3.7.2: %j is refused', (next) => {
    expect(safeNext(next)).toBe('/');
    expect(safeNext(next, '/home')).toBe('/home');
  });

  it.each([undefined, null, 7, true, {}, [], ['/page1'], { toString: () => '/page1' }, Symbol('next'), () => '/page1'])(
    'what is no text is refused: %p',
    (next) => {
      expect(safeNext(next)).toBe('/');
    },
  );

  it('a path of 2048 characters is still one', () => {
    const next = `/${'a'.repeat(2047)}`;
    expect(safeNext(next)).toBe(next);
  });

  it('ASVS 3.7.2: whatever it gives stays on the site, and is its own answer', () => {
    const parts = [
      '/',
      '//',
      '\\',
      '.',
      '..',
      '%2e',
      '%2f',
      '%5c',
      ':',
      '@',
      '?',
      '#',
      ' ',
      '\t',
      'evil.example',
      'a',
      'http:',
      '；',
    ];
    const astray: string[] = [];
    for (const a of parts) {
      for (const b of parts) {
        for (const c of parts) {
          for (const d of parts) {
            const next = safeNext(`/${a}${b}${c}${d}`);
            const url = new URL(next, site);
            if (url.origin !== site || safeNext(next) !== next) astray.push(`${a}${b}${c}${d}`);
          }
        }
      }
    }
    expect(astray).toEqual([]);
  });
});
