import { authOptions } from '../../../lib/auth/auth.options.js';
import { resolveOptions } from '../../../lib/config/read.js';
import { describe, expect, it } from '@jest/globals';
import { isLoginPage, isOnSite, loginRedirect, placeOf } from '../../../lib/auth/redirect/login-redirect.js';

const page = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

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

describe('behind a proxy that takes a part off the path', () => {
  const request = { method: 'GET', url: '/orders?page=2', headers: page };

  it('the place to come back to is the path that browsers know', () => {
    expect(placeOf(request, '/shop')).toBe('/shop/orders?page=2');
    const { location } = loginRedirect('/shop/login', request, { prefix: '/shop' });
    expect(location).toBe('/shop/login?next=%2Fshop%2Forders%3Fpage%3D2');
    const elsewhere = { origin: 'https://example.com', prefix: '/shop' };
    expect(loginRedirect('https://id.example/login', request, elsewhere).location).toBe(
      'https://id.example/login?next=https%3A%2F%2Fexample.com%2Fshop%2Forders%3Fpage%3D2',
    );
  });

  it.each([
    ['POST', '/orders'],
    ['GET', '//evil.example'],
    ['GET', '/\\evil.example'],
    ['GET', 'http://evil.example/'],
    ['GET', `/${'a'.repeat(2048)}`],
  ])('what is not to be come back to leads to the start of the application: %s %s', (method, url) => {
    expect(placeOf({ method, url, headers: page }, '/shop')).toBe('/shop/');
  });

  it('the login page is known by that path', () => {
    const site = { origin: 'https://example.com', prefix: '/shop' };
    const asks = (loginUrl: string, url: string) => isLoginPage(loginUrl, { url, headers: page }, site);
    expect(asks('/shop/login', '/login?next=%2F')).toBe(true);
    expect(asks('https://example.com/shop/login', '/login')).toBe(true);
    expect(asks('/login', '/login')).toBe(false);
    expect(asks('/shop/login', '/shop/login')).toBe(false);
  });
});

describe('a redirect that a script can follow', () => {
  it.each([
    ['/login', true],
    ['https://shop.example/login', true],
    ['https://id.example/login', false],
    ['http://shop.example/login', false],
  ])('leads to the same origin: %s, %s', (loginUrl, expected) => {
    const site = { origin: 'https://shop.example', prefix: '' };
    expect(isOnSite(loginRedirect(loginUrl, { url: '/me', headers: page }, site), site)).toBe(expected);
  });

  it('is not one to another host for which only the host is set, nor where the own origin is not known', () => {
    const redirect = (host: string | null) => loginRedirect('/login', { url: '/me', headers: page }, { host });
    const site = { origin: 'https://shop.example', prefix: '' };
    expect(isOnSite(redirect('shop.example'), site)).toBe(true);
    expect(isOnSite(redirect('www.shop.example'), site)).toBe(false);
    expect(isOnSite(redirect('shop.example'), { ...site, origin: null })).toBe(false);
  });
});

describe('SESSION_LOGIN_URL', () => {
  const read = (loginUrl: string) =>
    resolveOptions(authOptions, {
      code: { redirects: { loginUrl } },
      source: { get: () => undefined },
      environment: 'production',
    });

  it.each([
    '/',
    '/login',
    '/login?lang=de#form',
    'https://login.example.com/in?x=1',
    'https://login.example.com',
    'http://localhost:3000/login',
  ])('may be %s', (loginUrl) => {
    expect(read(loginUrl)).toMatchObject({ options: { redirects: { loginUrl } }, problems: [] });
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
