import { describe, expect, it } from '@jest/globals';
import { isLoginPage } from '../../../../lib/auth/redirect/login-redirect.js';
import { safeNext, type SafeNextOptions } from '../../../../lib/auth/redirect/safe-next.js';

/** What an application says whose own host is the table's. */
const at = (host: string, ...allowedOrigins: string[]): SafeNextOptions => ({
  origin: `http://${host}`,
  allowedOrigins,
});
const localhost = at('localhost');
const subdomains = at('lp.com', 'http://sub.lp.com');

const refused = '/refused';

/** The rows of Flask-Security's table of redirects that end in an answer of `safeNext`, by their numbers. */
const rows: readonly (readonly [row: number, next: string, options: SafeNextOptions, expected: string])[] = [
  [1, '/page1', localhost, '/page1'],
  [1, '/page1', {}, '/page1'],
  // not offered: names of routes from a request.
  [2, 'api.info', localhost, refused],
  [3, 'http://google.com', localhost, refused],
  [4, 'http:///google.com', localhost, refused],
  [5, '//github.com', localhost, refused],
  [6, '\\\\\\github.com', localhost, refused],
  [7, ' //github.com', localhost, refused],
  [8, '/\\github.com', localhost, refused],
  [9, '\\/github.com', localhost, refused],
  [10, '\t//github.com', localhost, refused],
  [11, '/////github.com', localhost, refused],
  [11, ' ///github.com', localhost, refused],
  [11, '\u0001////github.com', localhost, refused],
  [11, '//////github.com', localhost, refused],
  [12, 'javascript:alert(1)', localhost, refused],
  [12, 'data:text/html,<script>alert(1)</script>', localhost, refused],
  [12, 'mailto:a@localhost', localhost, refused],
  [13, 'http://user:pw@localhost/', localhost, refused],
  [14, 'http://sub.lp.com', at('lp.com'), refused],
  // not offered: all subdomains at once; each is named.
  [15, 'http://sub.lp.com', subdomains, 'http://sub.lp.com/'],
  [16, 'http://lp.com', at('auth.lp.com', 'http://lp.com'), 'http://lp.com/'],
  [17, 'http://sub.lp.net', subdomains, refused],
  [17, 'http://evillp.com', subdomains, refused],
  [18, 'https://amazon.com\\.lp.com', subdomains, refused],
  [19, 'https://a:b@amazon.com\\.lp.com', subdomains, refused],
  [
    20,
    'http://my.photo.bigidea.org/image',
    at('app.bigidea.org', 'http://my.photo.bigidea.org', 'http://blog.bigidea.org'),
    'http://my.photo.bigidea.org/image',
  ],
  [
    21,
    'http://blog2.bigidea.org',
    at('app.bigidea.org', 'http://my.photo.bigidea.org', 'http://blog.bigidea.org'),
    refused,
  ],
  [22, 'http://myfrontend.org/imin', at('myflaskapp.org', 'http://myfrontend.org'), 'http://myfrontend.org/imin'],
  [22, 'http://myfrontend.org/imin', at('myflaskapp.org'), refused],
  [23, 'http://nope.myfrontend.org', at('myflaskapp.org', 'http://myfrontend.org'), refused],
  [24, 'http://myapp.org:8080/imin', at('myapp.org', 'http://myapp.org:8080'), 'http://myapp.org:8080/imin'],
  [24, 'http://myapp.org/imin', at('other.org', 'http://myapp.org:8080'), refused],
  // A URL of the site itself becomes its path.
  [25, 'https://lp.com:8080/x', { origin: 'https://lp.com:8080' }, '/x'],
  [25, 'http://lp.com:8080/x', { origin: 'https://lp.com:8080' }, refused],
  [27, 'http://google.com', localhost, refused],
  [28, '/page1', localhost, '/page1'],
];

describe("the table of redirect attacks: safeNext, asked with the site's own origin", () => {
  it.each(rows)('redirect row %d: %j (%j) leads to %s', (_row, next, options, expected) => {
    expect(safeNext(next, refused, options)).toBe(expected);
  });

  it('redirect row 26: not offered, a page for those who are logged in; the login page sends nobody to itself', () => {
    expect(isLoginPage('/login', { url: '/login?next=%2Flogin', headers: {} })).toBe(true);
    expect(
      isLoginPage('http://localhost/login', { url: '/login', headers: {} }, { origin: 'http://localhost', prefix: '' }),
    ).toBe(true);
    expect(
      isLoginPage('http://localhost/login', { url: '/login', headers: {} }, { origin: 'http://elsewhere', prefix: '' }),
    ).toBe(false);
    expect(
      isLoginPage(
        'http://localhost/login',
        { url: '/account', headers: {} },
        { origin: 'http://localhost', prefix: '' },
      ),
    ).toBe(false);
  });

  it('covers every row', () => {
    const covered = new Set([...rows.map(([row]) => row), 26]);
    expect([...covered].sort((a, b) => a - b)).toEqual(Array.from({ length: 28 }, (_, index) => index + 1));
  });
});
