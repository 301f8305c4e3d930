import { describe, expect, it } from '@jest/globals';
import { originOf, requestOrigin, webOriginOf } from '../../../lib/http/origin.js';

describe('an origin, as browsers send it', () => {
  it.each([
    ['https://shop.example', 'https://shop.example'],
    ['HTTPS://Shop.Example:443', 'https://shop.example'],
    ['http://localhost:5173', 'http://localhost:5173'],
    ['http://127.0.0.1:80', 'http://127.0.0.1'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ])('of %s is %s', (text, origin) => {
    expect([originOf(text), webOriginOf(text)]).toEqual([origin, origin]);
  });

  it.each([
    ['capacitor://localhost', 'capacitor://localhost'],
    ['chrome-extension://abcdef', 'chrome-extension://abcdef'],
  ])('%s is one, but of no page on the web', (text, origin) => {
    expect([originOf(text), webOriginOf(text)]).toEqual([origin, null]);
  });

  it.each([
    '',
    'null',
    '*',
    'shop.example',
    '//shop.example',
    'https:shop.example',
    'https:/shop.example',
    'https://',
    'https:///',
    'https://shop.example/',
    'https://shop.example?a',
    'https://shop.example#a',
    'https://user@shop.example',
    'https://*.shop.example',
    'https://shop.example\\a',
    'https://shop example',
    'https://shop.example ',
    'https://shop.example:99999',
    'https://a, https://b',
    'javascript:alert(1)',
    'data:,',
  ])('is not in %j', (text) => {
    expect(originOf(text)).toBeNull();
  });
});

it('an origin is read in the same way however often one was read before', () => {
  const wrong = [];
  for (let n = 0; n < 20_000; n++) {
    if (originOf('https://bücher.example') !== 'https://xn--bcher-kva.example') wrong.push(n);
    if (originOf('https://\u00c3\u0080x.example') !== null) wrong.push(-n);
  }
  expect(wrong).toEqual([]);
});

describe("a request's own origin", () => {
  it.each([
    [true, 'shop.example', 'https://shop.example'],
    [true, 'shop.example:443', 'https://shop.example'],
    [false, 'Localhost:3000', 'http://localhost:3000'],
    [true, undefined, null],
    [true, '', null],
    [true, 'user@shop.example', null],
    [true, 'shop.example/evil', null],
    [true, 'shop.example, evil.example', null],
    [true, 'shop.example\\.evil.example', null],
  ])('over https: %s, host %j, is %s', (isHttps, host, expected) => {
    expect(requestOrigin(isHttps, host)).toBe(expected);
  });
});
