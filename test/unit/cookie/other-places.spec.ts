import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resolveOptions } from '../../../lib/config/read.js';
import { cookieOptions } from '../../../lib/cookie/cookie.options.js';
import { OtherPlaces, type CookieRequest } from '../../../lib/cookie/other-places.js';
import { resolveCookie } from '../../../lib/cookie/resolved-cookie.js';

const several = { tokens: [1, 2], hasOthers: false };
const one = { tokens: [1], hasOthers: false };
const none = { tokens: [], hasOthers: false };

function linesOf(
  code: Record<string, unknown>,
  request: Partial<CookieRequest>,
  shown: { readonly tokens: readonly number[]; readonly hasOthers: boolean } = several,
  names?: readonly string[],
): readonly string[] {
  const source = { get: () => undefined };
  const { options, problems } = resolveOptions(cookieOptions, { code, source, environment: 'test' });
  expect(problems).toEqual([]);
  const cookie = resolveCookie(options, 'test');
  const places = new OtherPlaces(cookie, names ?? [cookie.name]);
  return places.lines(shown, { url: '/', host: 'localhost', cookies: undefined, isHttps: false, ...request });
}

describe('where a second cookie of the name may stand', () => {
  it.each<[Record<string, unknown>, Partial<CookieRequest>, string[]]>([
    [{}, { url: '/app/a?next=/b#c' }, ['Path=/app', 'Path=/app/a', 'Path=/app/']],
    [{ path: '/app' }, { url: '/app/a' }, ['Path=/', 'Path=/app/a', 'Path=/app/']],
    [{}, { url: '/', host: 'a.shop.example:3000' }, ['Domain=a.shop.example; Path=/', 'Domain=shop.example; Path=/']],
    [{ domain: 'shop.example' }, { url: '/', host: 'SHOP.example' }, ['Path=/']],
    [
      { domain: 'shop.example' },
      { url: '/x', host: 'internal:8080' },
      ['Path=/', 'Path=/x', 'Domain=shop.example; Path=/x'],
    ],
    [{}, { url: '/', host: '127.0.0.1:3000' }, []],
    [{}, { url: '/', host: '[::1]:3000' }, []],
    [{}, { url: '/', host: undefined }, []],
    [{}, { url: '/', host: 'a b.example; Path=/x' }, []],
    [{}, { url: '*' }, []],
    [{}, { url: 'http://other.example/app' }, []],
    [{ name: '__Secure-s', secure: true }, { url: '/app', isHttps: false }, ['Secure; Path=/app']],
    [
      {},
      { url: '/app', isHttps: true },
      ['Secure; Path=/; Partitioned', 'Secure; Path=/app', 'Secure; Path=/app; Partitioned'],
    ],
    [{ partitioned: true, sameSite: 'none' }, { url: '/', isHttps: true }, ['Secure; Path=/; SameSite=None']],
  ])('RFC 6265bis: removes what may stand at another path or domain: with %j, for %j: %j', (code, request, places) => {
    const [name = 'session'] = [code['name']] as string[];
    expect(linesOf(code, request)).toEqual(places.map((place) => `${name}=; Max-Age=0; ${place}`));
  });

  it('is not asked where there is one, or one that is not genuine, or a name that has but one place', () => {
    const request = { url: '/app', host: 'www.shop.example' };
    expect(linesOf({}, request, none)).toEqual([]);
    expect(linesOf({}, request, one)).toEqual([]);
    expect(linesOf({}, request, { ...several, hasOthers: true })).toEqual([]);
    for (const name of ['__Host-session', '__host-session', '__Host-Http-session']) {
      expect(linesOf({ name, secure: true }, request)).toEqual([]);
    }
  });

  it('never takes more than a proxy has room for, nor its own place, nor anything but attributes', () => {
    const segment = fc.stringMatching(/^[!-~]{0,60}$/);
    const label = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 30 }), fc.array(label, { maxLength: 9 }), (segments, labels) => {
        const lines = linesOf({}, { url: `/${segments.join('/')}`, host: labels.join('.'), isHttps: true });
        expect(lines.length).toBeLessThanOrEqual(32);
        expect(lines.join('').length).toBeLessThanOrEqual(2048);
        expect(new Set(lines).size).toBe(lines.length);
        for (const line of lines) {
          expect(line).toMatch(
            /^session=; Max-Age=0(?:; Domain=[a-z0-9.-]+)?; Secure; Path=\/[!-:<-~]{0,127}(?:; Partitioned)?$/,
          );
          expect(line).not.toBe('session=; Max-Age=0; Secure; Path=/');
        }
      }),
    );
  });

  it('is cleared of the parts that the request came with', () => {
    const cookies = 'session=2.abcdef.x; session.1=abcdef.y; session.2=left';
    const names = ['session', 'session.1', 'session.2', 'session.3'];
    expect(linesOf({}, { url: '/a', cookies }, several, names)).toEqual([
      'session=; Max-Age=0; Path=/a',
      'session.1=; Max-Age=0; Path=/a',
      'session.2=; Max-Age=0; Path=/a',
    ]);
  });
});

describe('where the settings say that it stood', () => {
  it.each<[Record<string, unknown>, string[]]>([
    [{ former: [{ path: '/app' }] }, ['Path=/app']],
    [{ former: [{ domain: '.Shop.example' }] }, ['Domain=shop.example; Path=/']],
    [{ former: [{ path: '/app', domain: null }] }, ['Path=/app']],
    // What is left out may have been as it is now, or not have been there.
    [
      { path: '/new', former: [{ domain: 'shop.example' }] },
      ['Domain=shop.example; Path=/new', 'Domain=shop.example; Path=/'],
    ],
    [{ domain: 'shop.example', former: [{ path: '/' }] }, ['Path=/']],
    [{ domain: 'shop.example', former: [{}] }, ['Path=/']],
    [{ partitioned: true, former: [{}] }, ['Secure; Path=/']],
    [{ former: [{ partitioned: true }] }, ['Secure; Path=/; Partitioned']],
  ])('it is removed with every line: %j', (code, places) => {
    const lines = places.map((place) => `session=; Max-Age=0; ${place}`);
    for (const shown of [none, one]) expect(linesOf(code, {}, shown)).toEqual(lines);
    expect(linesOf(code, {}, { tokens: [], hasOthers: true })).toEqual([]);
  });

  it('all parts of it are', () => {
    expect(linesOf({ former: [{ path: '/app' }] }, {}, none, ['session', 'session.1'])).toEqual([
      'session=; Max-Age=0; Path=/app',
      'session.1=; Max-Age=0; Path=/app',
    ]);
  });

  it('is written in the environment as JSON', () => {
    const read = (text: string) => {
      const source = { get: (key: string) => (key === 'SESSION_COOKIE_FORMER' ? text : undefined) };
      return resolveOptions(cookieOptions, { code: undefined, source, environment: 'test' });
    };
    expect(read('[{"path":"/app","domain":"shop.example"}]').options.former).toEqual([
      { path: '/app', domain: 'shop.example' },
    ]);
    for (const wrong of [
      '/app',
      '[{"paht":"/app"}]',
      '[{"path":"app"}]',
      '[{"path":"/a;b"}]',
      '[{"domain":7}]',
      '[[]]',
    ]) {
      const { options, problems } = read(wrong);
      expect(options.former).toEqual([]);
      expect(problems).toEqual([
        { setting: 'SESSION_COOKIE_FORMER (former)', problem: expect.stringContaining('expected') },
      ]);
    }
  });
});
