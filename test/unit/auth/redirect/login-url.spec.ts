import { describe, expect, it } from '@jest/globals';
import { loginRedirect } from '../../../../lib/auth/redirect/login-redirect.js';
import { loginUrlFor, type LoginUrlOptions } from '../../../../lib/auth/redirect/login-url.js';
import { safeNext } from '../../../../lib/auth/redirect/safe-next.js';

describe('loginUrlFor', () => {
  const vectors: readonly (readonly [string, string | null, LoginUrlOptions, string])[] = [
    ['/login', 'http://localhost/protected', {}, '/login?next=%2Fprotected'],
    ['/login', 'http://localhost/protected', { field: 'n' }, '/login?n=%2Fprotected'],
    [
      'https://auth.localhost/login',
      'http://localhost/protected',
      {},
      'https://auth.localhost/login?next=http%3A%2F%2Flocalhost%2Fprotected',
    ],
    ['/login?affil=cgnu', 'http://localhost/protected', {}, '/login?affil=cgnu&next=%2Fprotected'],
    [
      'https://localhost/login',
      'http://localhost/profile',
      {},
      'https://localhost/login?next=http%3A%2F%2Flocalhost%2Fprofile',
    ],
    ['/login', null, {}, '/login'],
  ];
  it.each(vectors)('Flask-Login row 9: %s, asked for %s (%j), is %s', (loginUrl, current, options, expected) => {
    expect(loginUrlFor(loginUrl, current, options)).toBe(expected);
  });

  it.each([
    ['http://localhost/login', 'http://localhost/a?b=c#d', 'http://localhost/login?next=%2Fa%3Fb%3Dc'],
    ['https://shop.example:443/login', 'https://shop.example/a', 'https://shop.example:443/login?next=%2Fa'],
    ['//localhost/login', 'https://localhost/a', '//localhost/login?next=%2Fa'],
    ['//auth.example/login', 'https://shop.example/a', '//auth.example/login?next=https%3A%2F%2Fshop.example%2Fa'],
    [
      'https://localhost:8443/login',
      'https://localhost/a',
      'https://localhost:8443/login?next=https%3A%2F%2Flocalhost%2Fa',
    ],
    ['/login', 'http://localhost', '/login?next=%2F'],
    ['/login', '/a?b=c#d', '/login?next=%2Fa%3Fb%3Dc'],
    ['https://auth.example/login', '/a', 'https://auth.example/login?next=%2Fa'],
  ])('%s, asked for %s, is %s', (loginUrl, current, expected) => {
    expect(loginUrlFor(loginUrl, current)).toBe(expected);
  });

  it.each([
    ['/login?a=1&a=2&b=&c', '/login?a=1&a=2&b=&c&next=%2Fme'],
    ['/login?z=1&a=%41+%20', '/login?z=1&a=%41+%20&next=%2Fme'],
    ['/login?', '/login?next=%2Fme'],
    ['/login?lang=de#form', '/login?lang=de&next=%2Fme#form'],
    ['/login#form?next=1', '/login?next=%2Fme#form?next=1'],
    ['/login?next=%2Fold&a=1', '/login?a=1&next=%2Fme'],
    ['/login?n%65xt=%2Fold&nextday=1', '/login?nextday=1&next=%2Fme'],
  ])('leaves what %s has in its query: %s', (loginUrl, expected) => {
    expect(loginUrlFor(loginUrl, '/me')).toBe(expected);
  });

  it.each([
    ['/login', '//auth.example/login?next=%2Fme'],
    ['login', '//auth.example/login?next=%2Fme'],
    ['http://127.0.0.1:3000/login?a=1#b', 'http://auth.example/login?a=1&next=%2Fme#b'],
  ])('puts the host that browsers know in the place of that of %s', (loginUrl, expected) => {
    expect(loginUrlFor(loginUrl, 'http://127.0.0.1:3000/me', { host: 'auth.example' })).toBe(expected);
  });

  it.each(['auth.example:8443', '[::1]:80', '127.0.0.1'])('takes the host %s', (host) => {
    expect(loginUrlFor('/login', '/me', { host })).toBe(`//${host}/login?next=%2Fme`);
  });

  it.each([
    ['/login?a=1#b', {}, '/login?a=1#b'],
    ['/login', { host: 'auth.example' }, '//auth.example/login'],
    ['/login?next=%2Fa', { host: 'auth.example' }, '//auth.example/login?next=%2Fa'],
  ])('leaves the place out of %s where it is kept elsewhere (%j)', (loginUrl, options, expected) => {
    expect(loginUrlFor(loginUrl, '/me', { field: null, ...options })).toBe(expected);
  });

  it.each(['', 'https://auth.example', 'auth.example/', 'a@auth.example', 'auth example', 'a\\b', 'a?b', 'a#b', 'a:b'])(
    'refuses the host %j',
    (host) => {
      expect(() => loginUrlFor('/login', '/me', { host })).toThrow(TypeError);
    },
  );

  it.each([
    'http://localhost//evil.example',
    'http://localhost/\\evil.example',
    'http://localhost/.//evil.example',
    'javascript:alert(1)',
    'blob:http://localhost/1',
    'me',
    '',
    `http://localhost/${'a'.repeat(2048)}`,
  ])('ASVS 3.7.2: knows no place to come back to in %s', (current) => {
    expect(loginUrlFor('/login', current)).toBe('/login?next=%2F');
    expect(loginUrlFor('http://localhost/login', current)).toBe('http://localhost/login?next=%2F');
  });

  it.each(['javascript:alert(1)', 'data:,a', 'blob:http://localhost/1', 'https:', '//evil.example', 'me'])(
    'ASVS 3.7.2: gives a login page elsewhere no %s, either',
    (current) => {
      expect(loginUrlFor('https://auth.example/login', current)).toBe('https://auth.example/login?next=%2F');
    },
  );

  it('gives a login page elsewhere the start page where the URL is longer than safeNext takes', () => {
    const origin = 'https://shop.example';
    const allowedOrigins = [origin];
    for (const length of [2047 - origin.length, 2048 - origin.length]) {
      const current = `${origin}/${'a'.repeat(length)}`;
      const next = new URL(loginUrlFor('https://auth.example/login', current)).searchParams.get('next');
      expect(next).toBe(length + origin.length < 2048 ? current : `${origin}/`);
      expect(safeNext(next, '/refused', { allowedOrigins })).toBe(next);
    }
  });

  it('encodes what would break out of the parameter, and half a character', () => {
    const current = `https://shop.example/a&b=c?d=e&f=g\r\nX: y\ud800`;
    const url = new URL(loginUrlFor('https://auth.example/login?a=1', current));
    expect([...url.searchParams.keys()]).toEqual(['a', 'next']);
    expect(url.searchParams.get('next')).toBe('https://shop.example/a&b=c?d=e&f=gX:%20y%EF%BF%BD');
  });
});

describe('the way to the login page', () => {
  const to = (loginUrl: string, method: string, url: string) =>
    loginRedirect(loginUrl, { method, url, headers: {} }, { origin: 'https://shop.example' }).location;

  it('knows the path alone where the login page is on the own origin', () => {
    expect(to('/login', 'GET', '/me?a=1')).toBe('/login?next=%2Fme%3Fa%3D1');
    expect(to('https://shop.example/login', 'GET', '/me')).toBe('https://shop.example/login?next=%2Fme');
    const long = `/${'a'.repeat(2047)}`;
    expect(to('/login', 'GET', long)).toBe(`/login?next=${encodeURIComponent(long)}`);
  });

  it('knows the whole URL where it is on another', () => {
    expect(to('https://auth.example/login', 'GET', '/me?a=1')).toBe(
      'https://auth.example/login?next=https%3A%2F%2Fshop.example%2Fme%3Fa%3D1',
    );
    expect(to('https://auth.example/login', 'GET', '//evil.example')).toBe(
      'https://auth.example/login?next=https%3A%2F%2Fshop.example%2F',
    );
  });

  it('leads back to the start page where the request would have changed something', () => {
    expect(to('https://auth.example/login', 'POST', '/orders')).toBe(
      'https://auth.example/login?next=https%3A%2F%2Fshop.example%2F',
    );
    expect(to('/login', 'POST', '/orders')).toBe('/login?next=%2F');
  });

  it('has the field and the host that were asked for', () => {
    const { location } = loginRedirect(
      '/login',
      { method: 'GET', url: '/me', headers: {} },
      { field: 'n', host: 'shop.example' },
    );
    expect(location).toBe('//shop.example/login?n=%2Fme');
  });
});
