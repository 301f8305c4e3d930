import { describe, expect, it } from '@jest/globals';
import type { IncomingHttpHeaders } from 'node:http';
import {
  isMediaPlayer,
  isRead,
  isSafe,
  kindOf,
  provenanceOf,
  type RequestKind,
} from '../../../lib/http/request-kind.js';

const html = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const navigation = { ...html, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const fetched = { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };

function expectKinds(
  cases: readonly (readonly [what: string, headers: IncomingHttpHeaders, kind: RequestKind])[],
): void {
  const wrong = cases.filter(([, headers, kind]) => kindOf({ method: 'GET', headers }) !== kind);
  expect(wrong.map(([what, headers]) => [what, kindOf({ method: 'GET', headers })])).toEqual([]);
}

describe('what kind of request it is', () => {
  it('is said first by who fetches ahead of need', () => {
    expectKinds([
      ['speculation rules', { ...navigation, 'sec-purpose': 'prefetch' }, 'ahead'],
      ['a prerender', { ...navigation, 'sec-purpose': 'prefetch;prerender' }, 'ahead'],
      ['a prefetch by another host', { ...navigation, 'sec-purpose': 'prefetch;anonymous-client-ip' }, 'ahead'],
      ['a link that is to be fetched', { 'sec-fetch-mode': 'no-cors', 'sec-purpose': 'prefetch' }, 'ahead'],
      ['an older browser', { ...html, purpose: 'prefetch' }, 'ahead'],
      ['Firefox of old', { ...html, 'x-moz': 'prefetch' }, 'ahead'],
      ['Safari of old', { ...html, 'x-purpose': 'preview' }, 'ahead'],
      ['a link that Turbo hovers over', { ...fetched, 'x-sec-purpose': 'prefetch', 'turbo-frame': 'a' }, 'ahead'],
      ['in capitals', { ...html, purpose: 'Prefetch' }, 'ahead'],
      ['another purpose', { ...html, 'sec-purpose': 'preprefetching' }, 'page'],
      ['none', { ...html, purpose: '' }, 'page'],
    ]);
  });

  it('is said next by a library that puts the answer into the page, over HTTPS and plain HTTP alike', () => {
    for (const metadata of [{}, { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }]) {
      const turbo = { ...metadata, accept: 'text/html, application/xhtml+xml' };
      const htmx = { ...metadata, accept: '*/*', 'hx-request': 'true', 'hx-current-url': 'http://shop.example/' };
      expectKinds([
        ['a frame of Turbo', { ...turbo, 'turbo-frame': 'cart', 'x-turbo-request-id': 'a' }, 'fragment'],
        ['a part for htmx', htmx, 'fragment'],
        ['a part for htmx that wants HTML', { ...htmx, ...html }, 'fragment'],
        ['a part for Unpoly', { ...turbo, 'x-up-version': '3.9' }, 'fragment'],
        ['a visit of Turbo Drive', { ...turbo, 'x-turbo-request-id': 'a' }, 'visit'],
        [
          'a form of Turbo Drive',
          { ...turbo, accept: `text/vnd.turbo-stream.html, ${turbo.accept}`, 'x-turbo-request-id': 'a' },
          'visit',
        ],
        ['JSON by way of Turbo', { ...metadata, accept: 'application/json', 'x-turbo-request-id': 'a' }, 'script'],
        ['a boosted link of htmx', { ...htmx, 'hx-boosted': 'true' }, 'visit'],
        ['Back, for htmx', { ...htmx, 'hx-history-restore-request': 'true' }, 'visit'],
        ['a link that is not boosted', { ...htmx, 'hx-boosted': 'false' }, 'fragment'],
        ['the mark of a boosted link alone', { ...html, 'hx-boosted': 'true' }, 'page'],
      ]);
    }
  });

  it('is said next by the browser itself', () => {
    expectKinds([
      ['a page', navigation, 'page'],
      ['a page that a service worker passes on', { ...navigation, 'sec-fetch-dest': 'empty' }, 'page'],
      ['a page, of whatever type', { accept: '*/*', 'sec-fetch-mode': 'navigate' }, 'page'],
      ['a page in a WebView', { ...navigation, 'x-requested-with': 'com.example.browser' }, 'page'],
      ['a page in a WebView that hides its name', { ...navigation, 'x-requested-with': 'XMLHttpRequest' }, 'page'],
      ...(['iframe', 'frame', 'fencedframe', 'embed', 'object'] as const).map(
        (destination) => [destination, { ...navigation, 'sec-fetch-dest': destination }, 'frame'] as const,
      ),
      ['a frame, as it was first called', { ...html, 'sec-fetch-mode': 'nested-navigate' }, 'frame'],
      ['fetch()', { ...fetched, ...html }, 'script'],
      ['fetch() of the same site', { ...html, 'sec-fetch-mode': 'same-origin' }, 'script'],
      [
        'a service worker for itself',
        { ...html, 'sec-fetch-mode': 'same-origin', 'sec-fetch-dest': 'empty' },
        'script',
      ],
      ['an image', { accept: 'image/*', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, 'resource'],
      ['a video', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'video', range: 'bytes=0-' }, 'resource'],
      ['a handshake', { 'sec-fetch-mode': 'websocket', 'sec-fetch-dest': 'empty' }, 'script'],
      ['what comes twice', { ...html, 'sec-fetch-mode': 'navigate, navigate' }, 'script'],
      ['what nobody has heard of', { ...html, 'sec-fetch-mode': 'tomorrow' }, 'script'],
    ]);
  });

  it('is said next by X-Requested-With, unless it is the name of an Android application', () => {
    expectKinds([
      ['jQuery', { accept: 'text/html, */*; q=0.01', 'x-requested-with': 'XMLHttpRequest' }, 'script'],
      ['another library', { ...html, 'x-requested-with': 'fetch' }, 'script'],
      ['what comes twice', { ...html, 'x-requested-with': 'XMLHttpRequest, com.example.browser' }, 'script'],
      ['a WebView', { ...html, 'x-requested-with': 'com.facebook.katana' }, 'page'],
      ['a WebView, with capitals', { ...html, 'x-requested-with': 'com.Example_1.App2' }, 'page'],
      ['a WebView that says nothing', { ...html, 'x-requested-with': '' }, 'page'],
      ['a WebView that takes anything', { accept: '*/*', 'x-requested-with': 'com.example.app' }, 'unsaid'],
      ['no such name', { ...html, 'x-requested-with': 'com.' }, 'script'],
      ['no such name, either', { ...html, 'x-requested-with': '1.2.3' }, 'script'],
    ]);
  });

  it('is said last by Accept, with its weights', () => {
    const accepts = (accept: string, kind: RequestKind) => [accept, { accept }, kind] as const;
    expectKinds([
      accepts(html.accept, 'page'),
      accepts('Text/HTML', 'page'),
      accepts('text/html;level=1;Q=0.5', 'page'),
      accepts('text/html, application/json', 'page'),
      accepts('application/json;q=0.5, text/html;q=0.9', 'page'),
      accepts('text/html;q=0, */*', 'script'),
      accepts('text/html;q=0.000, application/json', 'script'),
      accepts('text/html; q = 0', 'script'),
      accepts('text/html;q=0, text/html;q=0.3', 'page'),
      accepts('text/html;q=much', 'script'),
      accepts('text/html;q=-1', 'script'),
      accepts('application/json, text/html;q=0.1', 'script'),
      accepts('application/vnd.api+json, text/html;q=0.9', 'script'),
      accepts('application/json, text/plain, */*', 'script'),
      accepts('application/json', 'script'),
      accepts('image/avif,image/webp', 'script'),
      accepts('text/htmlx, text/html-fragment', 'script'),
      accepts('*/*', 'unsaid'),
      ['nothing', {}, 'unsaid'],
    ]);
  });

  it('is told of a long header in time', () => {
    expect(kindOf({ headers: { accept: 'text/html;'.repeat(50_000) } })).toBe('page');
    expect(kindOf({ headers: { ...html, purpose: 'pre'.repeat(50_000) } })).toBe('page');
    expect(kindOf({ headers: { ...html, 'x-requested-with': 'com.a'.repeat(50_000) } })).toBe('page');
  });
});

it('the methods that change nothing are GET, HEAD, OPTIONS and TRACE; what is looked at comes by GET and HEAD', () => {
  const methods = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'get'];
  expect(methods.filter((method) => isSafe({ method, headers: {} }))).toEqual(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
  expect(methods.filter((method) => isRead({ method, headers: {} }))).toEqual(['GET', 'HEAD']);
});

it('the media player of an Apple device says so, and reads a part', () => {
  const headers = {
    'user-agent': 'AppleCoreMedia/1.0.0.21G80 (iPhone; U; CPU OS 17_6 like Mac OS X)',
    range: 'bytes=0-1',
  };
  const is = (method: string, more: IncomingHttpHeaders = {}) =>
    isMediaPlayer({ method, headers: { ...headers, ...more } });
  expect([is('GET'), is('HEAD')]).toEqual([true, true]);
  expect([is('POST'), is('OPTIONS'), is('GET', { range: undefined }), is('GET', { range: 'pages=1' })]).toEqual(
    Array(4).fill(false),
  );
  expect(is('GET', { 'user-agent': 'Not AppleCoreMedia/1.0' })).toBe(false);
});

it('where it comes from is what the browser says, and nothing clear where it says so twice', () => {
  const headers = { 'sec-fetch-site': 'same-origin', origin: 'https://shop.example' };
  expect(provenanceOf({ headers })).toEqual({ site: 'same-origin', origin: 'https://shop.example' });
  expect(provenanceOf({ headers: {} })).toEqual({ site: undefined, origin: undefined });
  const twice: IncomingHttpHeaders = {};
  Object.assign(twice, { 'sec-fetch-site': ['same-origin', 'cross-site'] });
  expect(provenanceOf({ headers: twice }).site).toBe('same-origin, cross-site');
});
