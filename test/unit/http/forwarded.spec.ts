import { describe, expect, it } from '@jest/globals';
import type { IncomingHttpHeaders } from 'node:http';
import { forwardedIn } from '../../../lib/http/forwarded.js';

const hostIn = (headers: IncomingHttpHeaders): string | null => forwardedIn(headers).host;
const prefixIn = (prefix: string): string => forwardedIn({ 'x-forwarded-prefix': prefix }).prefix;

describe('the host that a proxy names', () => {
  it.each([
    ['shop.example', 'shop.example'],
    ['shop.example:8443', 'shop.example:8443'],
    [' shop.example ', 'shop.example'],
    ['[2001:db8::1]:8443', '[2001:db8::1]:8443'],
    ['192.0.2.1', '192.0.2.1'],
    ['shop.example, evil.example', null],
    ['shop.example, shop.example', null],
    ['shop.example,', null],
    ['user@shop.example', null],
    ['shop.example/path', null],
    ['shop.example?x', null],
    ['shop.example#x', null],
    ['shop.example\\evil.example', null],
    ['https://shop.example', null],
    ['shop example', null],
    ['shöp.example', null],
    ['', null],
  ])('in X-Forwarded-Host: %j is %j', (header, expected) => {
    expect(hostIn({ 'x-forwarded-host': header })).toBe(expected);
  });

  it.each([
    ['host=shop.example', 'shop.example'],
    ['for=192.0.2.43;Host="shop.example:8443";proto=https', 'shop.example:8443'],
    ['for="[2001:db8:cafe::17]:4711"; host="[2001:db8::1]:443"; proto=http; by=203.0.113.43', '[2001:db8::1]:443'],
    ['host="shop\\.example"', 'shop.example'],
    ['for=192.0.2.43', null],
    ['host=shop.example, for=192.0.2.43', null],
    ['host=shop.example, host=evil.example', null],
    ['host=shop.example;host=evil.example', null],
    ['host=shop.example;host=shop.example', null],
    ['host="shop.example', null],
    ['host=shop.example evil', null],
    ['host=[2001:db8::1]', null],
    ['host="shop.example/path"', null],
    ['for="a, host=evil.example";host=shop.example', 'shop.example'],
    [`host=shop.example;for=${'a'.repeat(3000)}`, null],
  ])('in Forwarded: %j is %j', (header, expected) => {
    expect(hostIn({ forwarded: header })).toBe(expected);
  });

  it('is no word that counts where the two headers differ', () => {
    const both = (one: string, other: string) => hostIn({ 'x-forwarded-host': one, forwarded: `host="${other}"` });
    expect(both('shop.example', 'Shop.Example')).toBe('shop.example');
    expect(both('shop.example', 'evil.example')).toBeNull();
    expect(both('shop.example', 'shop.example:8443')).toBeNull();
    expect(both('shop.example, evil.example', 'shop.example')).toBeNull();
  });
});

it('the scheme is read from Forwarded where there is no X-Forwarded-Proto, which the platform reads', () => {
  expect(forwardedIn({ forwarded: 'proto=https' }).scheme).toBe('https');
  expect(forwardedIn({ forwarded: 'proto=HTTPS;host=a' }).scheme).toBe('https');
  expect(forwardedIn({ forwarded: 'proto=http' }).scheme).toBe('http');
  expect(forwardedIn({ forwarded: 'proto=https', 'x-forwarded-proto': 'http' }).scheme).toBe('unsaid');
  expect(forwardedIn({ forwarded: 'proto=https, proto=https' }).scheme).toBe('unsaid');
  expect(forwardedIn({}).scheme).toBe('unsaid');
});

describe('the prefix that a proxy has taken off', () => {
  it.each(['/shop', '/shop/eu', '/a.b/c-d_e~f', '/.well-known', '/...'])('is of plain segments: %s', (prefix) => {
    expect(prefixIn(prefix)).toBe(prefix);
    expect(prefixIn(`${prefix}/`)).toBe(prefix);
  });

  it.each([
    '',
    '/',
    '//',
    '//evil.example',
    '/shop//eu',
    '/shop//',
    '/\\evil.example',
    'shop',
    'https://evil.example',
    '/shop/../admin',
    '/..',
    '/.',
    '/./shop',
    '/shop%2feu',
    '/%2e%2e',
    '/%5cevil.example',
    '/shop?next=/x',
    '/shop#x',
    '/shop;x',
    '/shop, /eu',
    '/shop,/shop',
    '/sh op',
    '/shöp',
    '/@evil.example',
    `/${'a'.repeat(300)}`,
  ])('is nothing otherwise: %j', (prefix) => {
    expect(prefixIn(prefix)).toBe('');
  });

  it('is nothing where a list came', () => {
    const headers: IncomingHttpHeaders = {};
    Object.assign(headers, { 'x-forwarded-prefix': ['/shop', '/shop'] });
    expect(forwardedIn(headers).prefix).toBe('');
  });
});

it('is read in time, however the header is made', () => {
  expect(forwardedIn({ forwarded: `host="${'\\'.repeat(60_000)}` }).host).toBeNull();
  expect(forwardedIn({ forwarded: 'a=b;'.repeat(500) }).host).toBeNull();
  expect(prefixIn('/a'.repeat(60_000))).toBe('');
});
