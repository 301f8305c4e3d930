import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { KeyRing } from '../../lib/cookie/key-ring.js';
import { signValue } from '../../lib/cookie/signed-value.js';
import { platforms, testSecret } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { inTurn } from '../support/combinations.js';
import { clearing, day, json, linesOf, RememberPlace, rememberCookieOf } from './remember-app.js';

const purpose = 'remember-cookie-signature:v1';

/** A value that was signed for remember cookies, of whatever content. */
function signedBy(secret: string, content: string, place: RememberPlace, label = purpose): string {
  return signValue(new KeyRing(secret), label, content, place.clock.now);
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

/** Values that cannot have been made here: by their form, or by their signature. */
const hostile: [string, (cookie: string, place: RememberPlace) => string][] = [
  ['empty', () => ''],
  ['of one character', () => '.'],
  ["Flask-Login's", () => `1|${'0e9e6e98'.repeat(16)}`],
  ["Flask-Login's without its pipe", () => '1'],
  ['truncated by one character', (cookie) => cookie.slice(0, -1)],
  ['truncated to half', (cookie) => cookie.slice(0, cookie.length / 2)],
  ['without its signature', (cookie) => cookie.replace(/\.[^.]+$/, '')],
  ['longer by one character', (cookie) => `${cookie}A`],
  ['twice', (cookie) => cookie + cookie],
  ['with another family', (cookie) => random(16) + cookie.slice(22)],
  ['with another validator', (cookie) => cookie.slice(0, 22) + random(32) + cookie.slice(65)],
  ['with another time of issue', (cookie) => cookie.replace(/\.\w+\./, '.zzzzzz.')],
  ['with a character changed in its signature', (cookie) => cookie.replace(/\.(.)(\S{42})$/, swapFirst)],
  ['signed with another secret', (_cookie, place) => signedBy('x'.repeat(32), random(48) + 'abcd', place)],
  ['signed for another purpose', (cookie, place) => signedBy(testSecret, contentOf(cookie), place, 'other:v1')],
  ['a session cookie', (_cookie, place) => signedBy(testSecret, random(32), place, 'session-cookie-signature:v1')],
  ['signed here, but no token', (_cookie, place) => signedBy(testSecret, random(48), place)],
  ['signed here, but with a duration of none', (_cookie, place) => signedBy(testSecret, `${random(48)}A0`, place)],
  ['signed here, but longer than a token', (_cookie, place) => signedBy(testSecret, random(600), place)],
  ['of 8 kB', () => 'a'.repeat(8000)],
  ['of 8 kB with dots', () => 'a.'.repeat(4000)],
  ['of control characters, percent-encoded', () => '%00%0d%0aSet-Cookie:%20a=b'],
  ['of code', () => '<script>alert(1)</script>'],
];

function swapFirst(_all: string, first: string, rest: string): string {
  return `.${first === 'A' ? 'B' : 'A'}${rest}`;
}

function contentOf(cookie: string): string {
  return cookie.split('.')[0] ?? '';
}

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: RememberPlace;
  const logger = new CapturedLogger();
  beforeEach(async () => {
    place = await RememberPlace.start({ platform, logger, options: { logoutAllUsersInterval: '400d' } });
  });
  afterEach(() => place.stop());

  it.each(hostile)(
    'Flask-Login row 17: a remember cookie %s: nobody, the cookie is removed, and the store is not asked',
    async (_kind, make) => {
      const cookie = make(rememberCookieOf(await place.remembered()), place);
      for (const path of ['/who', '/guarded']) {
        const response = await place.jar().fetch(path, { headers: { cookie: `remember_token=${cookie}` } });
        expect(response.status).toBe(path === '/who' ? 200 : 401);
        expect(linesOf(response)).toEqual([expect.stringMatching(clearing)]);
        expect(linesOf(response, 'session')).toEqual([]);
      }
      expect(place.calls).toBe(0);
      expect(place.users.asked).toEqual([]);
      expect(place.heard.names.filter((name) => name !== 'refused')).toEqual([]);
    },
  );

  it('a session cookie that stands for a login is none in the place of a remember cookie, nor the other way round', async () => {
    const jar = await place.remembered();
    const [session, remember] = [String(jar.get('session')), rememberCookieOf(jar)];
    expect(await place.who(place.withCookie(session))).toMatchObject({ user: null });
    expect(await place.userAt(remember)).toBeNull();
    expect(place.calls).toBe(0);
  });

  it('a cookie of another application with the same store, and another secret, is none', async () => {
    const other = await RememberPlace.start({
      platform,
      store: place.store,
      options: { secretKey: 'another-secret-of-more-than-32-bytes!' },
    });
    const foreign = rememberCookieOf(await other.remembered());
    place.forget();
    expect(await place.who(place.withCookie(foreign))).toMatchObject({ user: null });
    expect(place.calls).toBe(0);
    await other.stop();
  });

  it('a well-signed token of a family that is not there costs one read, and is removed', async () => {
    const cookie = signedBy(testSecret, `${random(16)}${random(32)}abc`, place);
    const response = await place.withCookie(cookie).fetch('/who');
    expect(await response.json()).toMatchObject({ user: null });
    expect(linesOf(response)).toEqual([expect.stringMatching(clearing)]);
    expect(place.store.calls).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
  });

  it.each(['{}', 'null', '[]', '"x"', '\u0000', '{"userId":7}'])(
    'a row that has become %j remembers nobody, and is left alone',
    async (bytes) => {
      const away = await place.away();
      await spoilRows(place, bytes);
      const response = await away.fetch('/who');
      expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ user: null })]);
      expect(place.heard.of('rememberStolen')).toEqual([]);
    },
  );

  describe('several of the name', () => {
    it('that are all worth nothing are worth nothing', async () => {
      const cookie = ['remember_token=', 'remember_token=a.b.c', 'remember_token="x"'].join('; ');
      const response = await place.jar().fetch('/who', { headers: { cookie } });
      expect(await response.json()).toMatchObject({ user: null });
      expect(linesOf(response)).toEqual([expect.stringMatching(clearing)]);
      expect(place.calls).toBe(0);
    });

    it('do not hide the one that was made here', async () => {
      const good = rememberCookieOf(await place.remembered());
      const cookie = `remember_token=planted; remember_token=${good}; remember_token=${good.slice(1)}`;
      const response = await place.jar().fetch('/who', { headers: { cookie } });
      expect(await response.json()).toMatchObject({ user: 7, remembered: true });
    });
  });

  it('a bad remember cookie does not keep a request loader from being asked, and is removed', async () => {
    for (const cookie of ['nonsense', rememberCookieOf(await place.away()).replace(/^./, swap)]) {
      const response = await place.withCookie(cookie).fetch('/guarded', { headers: { 'x-key': 'robot' } });
      expect(await response.json()).toEqual({ user: 'robot' });
      expect(linesOf(response)).toEqual([expect.stringMatching(clearing)]);
      expect(linesOf(response, 'session')).toEqual([]);
    }
  });

  it('nor does one whose login has ended; a good one comes first', async () => {
    const away = await place.away();
    await place.jar().fetch('/everywhere', json({ user: 7 }));
    const key = { headers: { 'x-key': 'robot' } };
    expect(await (await away.fetch('/guarded', key)).json()).toEqual({ user: 'robot' });
    expect(await (await (await place.away()).fetch('/guarded', key)).json()).toEqual({ user: 7 });
  });

  it('no cookie, and no part of one, is in the log', async () => {
    const jar = await place.remembered();
    const parts = rememberCookieOf(jar).split('.');
    for (const [, make] of hostile) {
      const headers = { cookie: `remember_token=${make(rememberCookieOf(jar), place)}` };
      await place.jar().fetch('/who', { headers });
    }
    place.store.fail(new Error('down'));
    await place.withCookie(rememberCookieOf(jar)).fetch('/who');
    place.store.recover();
    for (const part of parts.filter(({ length }) => length > 20)) {
      expect(logger.text).not.toContain(part.slice(0, 12));
      expect(logger.text).not.toContain(part.slice(22, 40));
      expect(JSON.stringify(place.heard.all)).not.toContain(part.slice(0, 12));
    }
  });

  describe('a change of the secret', () => {
    const former = 'the-former-secret-of-more-than-32-bytes';

    async function secondLife(secretKeyFallbacks: string[]): Promise<RememberPlace> {
      const next = await RememberPlace.start({ platform, store: place.store.inner, options: { secretKeyFallbacks } });
      next.clock.now = place.clock.now;
      return next;
    }

    beforeEach(async () => {
      await place.stop();
      place = await RememberPlace.start({ platform, options: { secretKey: former } });
    });

    it('keeps everybody remembered whose cookie the former secret has signed, under the current one from then on', async () => {
      const cookie = rememberCookieOf(await place.remembered());
      const next = await secondLife([former]);
      const jar = next.withCookie(cookie);
      expect(await next.who(jar)).toMatchObject({ user: 7, remembered: true });
      const last = await secondLife([]);
      const again = last.withCookie(rememberCookieOf(jar));
      expect(await last.who(again)).toMatchObject({ user: 7, remembered: true });
      expect(await last.who(last.withCookie(cookie))).toMatchObject({ user: null });
      await next.stop();
      await last.stop();
    });

    it('signs the cookie again where its session still lives, once, and uses up no token', async () => {
      const jar = await place.remembered(7, { duration: '30d' });
      const next = await secondLife([former]);
      next.pass(day);
      const browser = next.withCookie(rememberCookieOf(jar));
      browser.set('session', String(jar.get('session')));
      const [line = ''] = linesOf(await browser.fetch('/who'));
      expect(line).toContain(`; Max-Age=${String(29 * 86_400)};`);
      expect(contentOf(rememberCookieOf(browser))).toBe(contentOf(rememberCookieOf(jar)));
      expect(linesOf(await browser.fetch('/who'))).toEqual([]);

      const last = await secondLife([]);
      expect(await last.who(last.withCookie(rememberCookieOf(browser)))).toMatchObject({ user: 7, remembered: true });
      await next.stop();
      await last.stop();
    });

    it('without a fallback forgets everybody, without asking the store', async () => {
      const cookie = rememberCookieOf(await place.remembered());
      const next = await secondLife([]);
      expect(await next.who(next.withCookie(cookie))).toMatchObject({ user: null });
      expect(next.calls).toBe(0);
      await next.stop();
    });
  });
});

function swap(character: string): string {
  return character === 'A' ? 'B' : 'A';
}

/** Writes over whatever remembers somebody. */
async function spoilRows(place: RememberPlace, text: string): Promise<void> {
  for (const key of await place.keys()) {
    if (!key.includes('remember:')) continue;
    const found = await place.store.inner.read(key);
    await place.store.inner.write(key, Buffer.from(text), 60_000, found?.version);
  }
}
