import { describe, expect, it } from '@jest/globals';
import { resolveOptions } from '../../../lib/config/read.js';
import { httpOptions } from '../../../lib/http/http.options.js';

function read(value: string, source: 'code' | 'environment' = 'code') {
  return resolveOptions(httpOptions, {
    code: source === 'code' ? { publicUrl: value } : {},
    source: { get: (key) => (source === 'environment' && key === 'SESSION_PUBLIC_URL' ? value : undefined) },
    environment: 'production',
  });
}

describe('SESSION_PUBLIC_URL', () => {
  it.each([
    ['https://shop.example', 'https://shop.example', ''],
    ['https://shop.example/', 'https://shop.example', ''],
    ['HTTPS://Shop.Example:443', 'https://shop.example', ''],
    ['https://example.com/shop', 'https://example.com', '/shop'],
    ['https://example.com:8443/shop/eu/', 'https://example.com:8443', '/shop/eu'],
    [' http://intranet/shop ', 'http://intranet', '/shop'],
    ['http://[::1]:3000', 'http://[::1]:3000', ''],
  ])('%s is the origin %s with the prefix %j', (url, origin, prefix) => {
    for (const source of ['code', 'environment'] as const) {
      expect(read(url, source)).toMatchObject({ options: { publicUrl: { origin, prefix } }, problems: [] });
    }
  });

  it.each([
    'shop.example',
    '/shop',
    '//shop.example',
    'ftp://shop.example',
    'https://user:word@shop.example',
    'https://shop.example?x=1',
    'https://shop.example/shop?x=1',
    'https://shop.example/shop#x',
    'https://shop.example/../shop',
    'https://shop.example//shop',
    'https://shop.example/sh%2fop',
    'https://*.shop.example',
    'https://',
  ])('%s is refused, by its name', (url) => {
    const { problems } = read(url);
    expect(problems).toEqual([
      { setting: 'SESSION_PUBLIC_URL (publicUrl)', problem: expect.stringContaining('https://example.com/shop') },
    ]);
  });
});
