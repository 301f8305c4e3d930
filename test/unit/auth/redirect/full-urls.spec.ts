import { describe, expect, it } from '@jest/globals';
import { safeNext } from '../../../../lib/auth/redirect/safe-next.js';

const origin = 'https://shop.example';
const allowedOrigins = ['https://blog.shop.example', 'http://localhost:5173'];

describe("safeNext with the site's own origin", () => {
  it.each([
    ['https://shop.example', '/'],
    ['https://shop.example/', '/'],
    ['https://shop.example/orders?page=2#top', '/orders?page=2#top'],
    ['https://shop.example?page=2', '/?page=2'],
    ['https://shop.example#top', '/#top'],
    ['HTTPS://SHOP.EXAMPLE/a', '/a'],
    ['https://shop.example:443/a', '/a'],
    ['https://shop.example/a%41?b=%2541', '/a%41?b=%2541'],
    ['https://shop.example/a b', '/a%20b'],
    ['https://shop.example//evil.example/a', '/evil.example/a'],
    ['https://shop.example///////evil.example', '/evil.example'],
    ['https://shop.example/.//evil.example', '/evil.example'],
    ['https://shop.example/a/..//..//evil.example', '/evil.example'],
    ['/orders', '/orders'],
  ])('%j becomes %s', (next, expected) => {
    expect(safeNext(next, '/refused', { origin })).toBe(expected);
  });

  it.each([
    'http://shop.example/',
    'https://shop.example:8443/',
    'https://www.shop.example/',
    'https://shop.example.evil.example/',
    'https://evilshop.example/',
    'https://shop.example@evil.example/',
    'https://evil.example/@shop.example',
    'https://@shop.example/',
    'https://:@shop.example/',
    'https://user@shop.example/',
    'https://shop.example\\@evil.example/',
    'https://shop.example\t/',
    'https://shop.example/\n',
    '\u0000https://shop.example/',
    ' https://shop.example/',
    'https:shop.example/',
    'https:/shop.example/',
    'https:///shop.example/',
    'https:\\\\shop.example/',
    // Their origin is this one by the URL standard, and a browser runs or shows what is in them.
    'blob:https://shop.example/1',
    'filesystem:https://shop.example/1',
    'javascript://shop.example/%0aalert(1)',
    'https://shop.example:99999/',
    'https://[shop.example/',
    `https://shop.example/${'a'.repeat(2048)}`,
    'null',
    'https%3A%2F%2Fshop.example%2F',
  ])('ASVS 3.7.2: %j is refused all the same', (next) => {
    expect(safeNext(next, '/refused', { origin, allowedOrigins })).toBe('/refused');
  });

  it.each([
    null,
    undefined,
    '',
    'null',
    'shop.example',
    '*',
    'https://*',
    'https://shop.example/shop',
    'javascript://a',
  ])('an own origin of %j matches nothing', (unusable) => {
    for (const next of ['https://shop.example/', 'javascript://a', 'null', 'https://null/']) {
      expect(safeNext(next, '/refused', { origin: unusable })).toBe('/refused');
    }
  });
});

describe('safeNext with origins that are allowed', () => {
  it.each([
    ['https://blog.shop.example', 'https://blog.shop.example/'],
    ['https://blog.shop.example/a%41?b=1#c', 'https://blog.shop.example/a%41?b=1#c'],
    ['https://blog.shop.example//a', 'https://blog.shop.example//a'],
    ['http://localhost:5173/', 'http://localhost:5173/'],
  ])('keeps %j', (next, expected) => {
    expect(safeNext(next, '/refused', { allowedOrigins })).toBe(expected);
    expect(safeNext(expected, '/refused', { allowedOrigins })).toBe(expected);
  });

  it.each([
    'http://blog.shop.example/',
    'https://blog.shop.example:8443/',
    'https://a.blog.shop.example/',
    'http://localhost/',
    'https://user:word@blog.shop.example/',
    'https://blog.shop.example\\.evil.example/',
    'https://shop.example/',
  ])('ASVS 3.7.2: refuses %j, which is on no list', (next) => {
    expect(safeNext(next, '/refused', { allowedOrigins })).toBe('/refused');
  });

  it.each([
    'blog.shop.example',
    '*',
    'https://*.shop.example',
    'https://blog.shop.example/',
    'https://blog.shop.example/a',
    'https://user@blog.shop.example',
    'javascript:alert(1)',
    'capacitor://localhost',
    '',
  ])('a list with %j in it is a mistake that is told', (entry) => {
    expect(() => safeNext('/', '/', { allowedOrigins: [entry] })).toThrow(TypeError);
  });
});
