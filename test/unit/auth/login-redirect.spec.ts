import { authOptions } from '../../../lib/auth/auth.options.js';
import { resolveOptions } from '../../../lib/config/read.js';
import { describe, expect, it } from '@jest/globals';
import { isBrowser, isLoginPage, loginRedirect } from '../../../lib/auth/redirect/login-redirect.js';

const page = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('a request is a browser that asks for a page', () => {
  it.each([
    ['where it accepts HTML', page, true],
    ['where it accepts HTML in another case', { accept: 'Text/HTML' }, true],
    ['where it says that it navigates', { 'sec-fetch-mode': 'navigate' }, true],
    ['not where a script fetches', { ...page, 'sec-fetch-mode': 'cors' }, false],
    ['not where a script fetches from the same site', { ...page, 'sec-fetch-mode': 'same-origin' }, false],
    ['not where it loads a part of a page', { ...page, 'sec-fetch-mode': 'no-cors' }, false],
    ['not where an XMLHttpRequest says so', { ...page, 'x-requested-with': 'XMLHttpRequest' }, false],
    ['not where it takes JSON', { accept: 'application/json' }, false],
    ['not where it takes anything', { accept: '*/*' }, false],
    ['not where it says nothing', {}, false],
  ])('%s', (_when, headers, expected) => {
    expect(isBrowser({ method: 'GET', url: '/', headers })).toBe(expected);
  });
});

describe('the way to the login page', () => {
  const to = (loginUrl: string, request: { method?: string; url?: string; originalUrl?: string }) => {
    const { location } = loginRedirect(loginUrl, { method: 'GET', url: '/me', headers: page, ...request });
    return location;
  };

  it.each([
    ['/login', '/login?next=%2Fme'],
    ['/login?lang=de', '/login?lang=de&next=%2Fme'],
    ['/login#form', '/login?next=%2Fme#form'],
    ['/login?lang=de#form', '/login?lang=de&next=%2Fme#form'],
    ['/login?lang=de#a#b', '/login?lang=de&next=%2Fme#a#b'],
    ['https://id.example/login', 'https://id.example/login?next=%2Fme'],
    ['https://id.example/login?lang=de#form', 'https://id.example/login?lang=de&next=%2Fme#form'],
  ])('at %s is %s', (loginUrl, expected) => {
    expect(to(loginUrl, {})).toBe(expected);
  });

  it('knows the whole path that was asked for, encoded', () => {
    expect(to('/login', { url: '/orders?page=2&sort=a b' })).toBe('/login?next=%2Forders%3Fpage%3D2%26sort%3Da%2520b');
  });

  it('knows the path as the client asked for it, where a router has shortened it', () => {
    expect(to('/login', { url: '/me', originalUrl: '/api/me' })).toBe('/login?next=%2Fapi%2Fme');
  });

  it.each(['//evil.example', '/\\evil.example', 'http://evil.example/', '*', `/${'a'.repeat(3000)}`])(
    'ASVS 3.7.2: never knows another site: %s',
    (url) => {
      expect(to('/login', { url })).toBe('/login?next=%2F');
    },
  );

  it('is found for reading, and seen otherwise, without a repetition of the change', () => {
    for (const method of ['GET', 'HEAD']) {
      expect(loginRedirect('/login', { method, url: '/me', headers: page }).getStatus()).toBe(302);
    }
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const redirect = loginRedirect('/login', { method, url: '/me', headers: page });
      expect([redirect.getStatus(), redirect.location]).toEqual([303, '/login?next=%2F']);
    }
  });
});

describe('the login page itself', () => {
  it.each([
    ['/login', '/login', true],
    ['/login', '/login?next=%2Fme', true],
    ['/login?lang=de#form', '/login', true],
    ['/login', '/login/help', false],
    ['/login', '/', false],
    ['https://id.example/login', '/login', false],
  ])('at %s is what %s asks for: %s', (loginUrl, url, expected) => {
    expect(isLoginPage(loginUrl, { method: 'GET', url, headers: page })).toBe(expected);
  });
});

describe('SESSION_LOGIN_URL', () => {
  const read = (loginUrl: string) =>
    resolveOptions(authOptions, { code: { loginUrl }, source: { get: () => undefined }, environment: 'production' });

  it.each([
    '/',
    '/login',
    '/login?lang=de#form',
    'https://login.example.com/in?x=1',
    'https://login.example.com',
    'http://localhost:3000/login',
  ])('may be %s', (loginUrl) => {
    expect(read(loginUrl)).toMatchObject({ options: { loginUrl }, problems: [] });
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    'http://login.example.com/',
    'https://user:word@login.example.com/',
    'http://localhost@evil.example/',
    'javascript:alert(1)',
    'login',
    '/log in',
  ])('must not be %s', (loginUrl) => {
    expect(read(loginUrl).problems).toHaveLength(1);
  });
});
