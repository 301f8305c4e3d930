import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { maxSameNamed } from '../../../lib/cookie/cookie-header.js';
import { KeyRing } from '../../../lib/cookie/key-ring.js';
import type { ResolvedCookie } from '../../../lib/cookie/resolved-cookie.js';
import { Recent, SignedCookie } from '../../../lib/cookie/signed-cookie.js';
import { signValue } from '../../../lib/cookie/signed-value.js';

const purpose = 'session-cookie-signature:v1';
const plain: ResolvedCookie = {
  name: 'session',
  path: '/',
  domain: null,
  secure: 'auto',
  httpOnly: true,
  sameSite: 'lax',
  partitioned: false,
  former: [],
};
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const issued = (now / 1000).toString(36);
const id = 'Abc-_0123456789Abc-_0123456789Abc-_01234567';
const ring = new KeyRing('the current secret, of 32 bytes or more');
const cookie = new SignedCookie(plain, ring, purpose, () => now);

function pair(from = cookie, issuedAt = now): string {
  return String(from.write(id, issuedAt, null, true).split(';')[0]);
}

describe('the session cookie, read', () => {
  it('gives the id and the second of its issue', () => {
    expect(cookie.read(pair(cookie, now - 999))).toEqual({ id, issuedAt: now - 1000, endsAt: null, outdated: false });
    expect(cookie.read(`a=b; ${pair()}; c=d`)).toEqual({ id, issuedAt: now, endsAt: null, outdated: false });
  });

  it.each([undefined, '', 'session', 'session=', 'other=x', 'session=..', `session=${id}`])(
    'gives null for %j',
    (header) => {
      expect(cookie.read(header)).toBeNull();
    },
  );

  it('ASVS 7.2.1: refuses every change of a single character, every cut and everything appended', () => {
    const value = pair().slice('session='.length);
    const alphabet = [
      ...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'),
      '=',
      '+',
      '/',
      '%',
      '\u0000',
      'é',
    ];
    const forged: string[] = [];
    for (let at = 0; at < value.length; at++) {
      for (const other of alphabet) {
        if (other !== value[at]) forged.push(value.slice(0, at) + other + value.slice(at + 1));
      }
      forged.push(value.slice(0, at), value.slice(at + 1), value.slice(0, at) + value.slice(at + 1));
    }
    for (const other of alphabet) forged.push(value + other, other + value);
    expect(forged.filter((other) => other !== value && cookie.read(`session=${other}`) !== null)).toEqual([]);
    expect(forged.length).toBeGreaterThan(6000);
  });

  it('ASVS 7.2.1: never throws nor authenticates, whatever the header', () => {
    const part = fc.oneof(
      fc.constantFrom('session=', ';', '.', id, '"', ' ', pair().slice(0, -1), 'session='.repeat(100)),
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[A-Za-z0-9_-]{0,60}$/),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        expect(cookie.read(parts.join(''))).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it('ASVS 7.2.1: refuses anything of the right form that it did not sign', () => {
    const character = (pattern: RegExp) => fc.stringMatching(pattern);
    fc.assert(
      fc.property(
        character(/^[A-Za-z0-9_-]{22,64}$/),
        character(/^[1-9a-z][0-9a-z]{0,5}$/),
        character(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/),
        (anId, issued, signature) => {
          expect(cookie.read(`session=${anId}.${issued}.${signature}`)).toBeNull();
        },
      ),
    );
  });

  it('OWASP SM: hashes nothing of a value that has not the form and the length of one', () => {
    const keys = new KeyRing('the current secret, of 32 bytes or more');
    const verify = jest.spyOn(keys, 'verify');
    const watched = new SignedCookie(plain, keys, purpose, () => now);
    const far = (now + 3_600_000).toString(36);
    for (const header of [
      `session=${'a'.repeat(100_000)}`,
      'session='.repeat(12_500),
      `${' '.repeat(100_000)}session=`,
      `session=${pair().slice(8)}; `.replace('.', '!'),
      `session=${id}.${far}.${'A'.repeat(43)}`,
    ]) {
      expect(watched.read(header)).toBeNull();
    }
    expect(verify).not.toHaveBeenCalled();
    expect(watched.read(pair())?.id).toBe(id);
    expect(verify).toHaveBeenCalledTimes(1);
  });

  it('RFC 6265bis: takes of several the one issued last, and passes over what does not verify', () => {
    const junk = 'session=planted; ';
    expect(cookie.read(`${junk.repeat(maxSameNamed - 1)}${pair()}`)?.id).toBe(id);
    expect(cookie.read(`${junk.repeat(maxSameNamed)}${pair()}`)).toBeNull();
    for (const [first, second] of [
      [now, now - 60_000],
      [now - 60_000, now],
    ] as const) {
      const shown = cookie.readAll(`${pair(cookie, first)}; ${junk}${pair(cookie, second)}`);
      expect(shown.tokens.map(({ issuedAt }) => issuedAt)).toEqual([now, now - 60_000]);
      expect(shown.hasOthers).toBe(true);
    }
  });

  it('takes a value in one pair of quotes, and the exact name alone', () => {
    expect(cookie.read(`session="${pair().slice(8)}"`)?.id).toBe(id);
    expect(cookie.read(pair().replace('session', 'Session'))).toBeNull();
    expect(cookie.read(`x${pair()}`)).toBeNull();
  });

  it('allows the clock of another node to be a minute ahead, not more', () => {
    expect(cookie.read(pair(cookie, now + 60_000))?.issuedAt).toBe(now + 60_000);
    expect(cookie.read(pair(cookie, now + 61_000))).toBeNull();
  });

  it('refuses a signed time in another spelling', () => {
    const others = ['00', `0${issued}`, issued.toUpperCase(), '', '-1', '1,5', 'z'.repeat(9)];
    for (const other of others) {
      const text = `${id}.${other}`;
      expect(cookie.read(`session=${text}.${ring.sign(purpose, text)}`)).toBeNull();
    }
  });

  it('refuses a signed end in another spelling, and a second one', () => {
    const end = ((now + 3_600_000) / 1000).toString(36);
    for (const other of ['00', `0${end}`, end.toUpperCase(), '', '-1', 'z'.repeat(9), `${end}.${end}`, `${end}.`]) {
      const text = `${id}.${issued}.${other}`;
      expect(cookie.read(`session=${text}.${ring.sign(purpose, text)}`)).toBeNull();
    }
  });

  it('refuses an id of an impossible length, though signed', () => {
    for (const length of [0, 21, 1025]) {
      const text = `${'a'.repeat(length)}.${issued}`;
      expect(cookie.read(`session=${text}.${ring.sign(purpose, text)}`)).toBeNull();
      expect(() => signValue(ring, purpose, 'a'.repeat(length), now)).toThrow(RangeError);
    }
    for (const length of [22, 43, 1024]) {
      const value = signValue(ring, purpose, 'a'.repeat(length), now - 1000);
      expect(cookie.read(`session=${value}`)?.id).toHaveLength(length);
    }
  });

  it('refuses what was signed for another purpose', () => {
    expect(cookie.read(`session=${signValue(ring, 'remember:v1', id, now)}`)).toBeNull();
  });

  it('keeps the id out of the error for one that it cannot sign', () => {
    expect(() => cookie.write('not an id', now, null, true)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('not an id') }),
    );
    expect(() => cookie.write(id, Number.NaN, null, true)).toThrow(RangeError);
    expect(() => cookie.write(id, -1, null, true)).toThrow(RangeError);
  });

  it('ASVS 11.2.2: says of a cookie that a former key signed that it is outdated, and signs it with the current one', () => {
    const secrets = ['first', 'second', 'third'].map((name) => `the ${name} secret, of 32 bytes or more`);
    for (const current of secrets) {
      const fallbacks = secrets.filter((secret) => secret !== current);
      for (const order of [fallbacks, fallbacks.toReversed()]) {
        const rotated = new SignedCookie(plain, new KeyRing(current, order), purpose, () => now);
        for (const secret of secrets) {
          const former = new SignedCookie(plain, new KeyRing(secret), purpose, () => now);
          expect(rotated.read(pair(former))).toEqual({ id, issuedAt: now, endsAt: null, outdated: secret !== current });
        }
        const alone = new SignedCookie(plain, new KeyRing(current), purpose, () => now);
        expect(alone.read(pair(rotated))).toEqual({ id, issuedAt: now, endsAt: null, outdated: false });
      }
    }
  });
});

describe('the end of the session, in the session cookie', () => {
  const end = now + 3_600_000;
  let time = now;
  const timed = new SignedCookie(plain, ring, purpose, () => time);

  function ending(endsAt: number | null): string {
    return String(timed.write(id, now, null, true, endsAt).split(';')[0]);
  }

  beforeEach(() => {
    time = now;
  });

  it('is the next whole second: what keeps the exact one has the last word', () => {
    expect(timed.read(ending(end))?.endsAt).toBe(end);
    expect(timed.read(ending(end - 999))?.endsAt).toBe(end);
    expect(timed.read(ending(end + 1))?.endsAt).toBe(end + 1000);
  });

  it('is left out where there is none, or one that is too far off to be said', () => {
    for (const none of [null, 36 ** 8 * 1000, Number.MAX_VALUE, Infinity]) {
      expect(ending(none).split('.')).toHaveLength(3);
      expect(timed.read(ending(none))?.endsAt).toBeNull();
      expect(timed.carries({ id, endsAt: null }, { id }, none)).toBe(true);
    }
    expect(timed.read(ending((36 ** 8 - 1) * 1000))?.endsAt).toBe((36 ** 8 - 1) * 1000);
  });

  it('ASVS 7.2.1: cannot be put off, brought forward, taken away or added', () => {
    const [, , ends = '', signature = ''] = ending(end).split('.');
    const later = (Number.parseInt(ends, 36) + 1).toString(36);
    for (const forged of [
      [id, issued, later, signature],
      [id, issued, issued, signature],
      [id, issued, signature],
      [id, `${issued}${ends}`, signature],
      [id, issued, ends, ends, signature],
      [...pair().slice('session='.length).split('.').slice(0, 2), ends, pair().split('.')[2]],
    ]) {
      expect(timed.read(`session=${forged.join('.')}`)).toBeNull();
    }
  });

  it('gives way to a cookie that has not ended, though it has verified before', () => {
    const [first, second] = [ending(end), ending(end + 60_000)];
    expect(timed.read(`${first}; ${second}`)?.endsAt).toBe(end);
    time = end - 1;
    expect(timed.read(`${first}; ${second}`)?.endsAt).toBe(end);
    time = end;
    for (const header of [`${first}; ${second}`, `${second}; ${first}`]) {
      expect(timed.readAll(header).tokens.map(({ endsAt }) => endsAt)).toEqual([end + 60_000, end]);
    }
    time = end + 60_000;
    expect(timed.read(`${first}; ${second}`)?.endsAt).toBe(end);
  });

  it('is to be as the session has it now, for the cookie to be right', () => {
    const token = { id, endsAt: end };
    expect(timed.carries(token, { id }, end - 500)).toBe(true);
    expect(timed.carries(token, { id }, end + 500)).toBe(false);
    expect(timed.carries(token, { id }, null)).toBe(false);
    expect(timed.carries(token, { id: id.toUpperCase() }, end)).toBe(false);
    expect(timed.carries({ id, endsAt: null }, { id }, end)).toBe(false);
  });

  it('is refused before 1970, which could never be read back', () => {
    expect(() => timed.write(id, now, null, true, -5_000)).toThrow(RangeError);
    expect(() => timed.write(id, now, null, true, Number.NaN)).toThrow(RangeError);
  });
});

const value = pair().slice('session='.length);
const flask: Partial<ResolvedCookie> = {
  name: 'sid',
  domain: 'localhost',
  path: '/app',
  secure: true,
  partitioned: true,
};

/** settings, maximum age in ms, HTTPS, the line with `…` for the value */
const written: readonly [Partial<ResolvedCookie>, number | null, boolean, string][] = [
  [{}, null, false, 'session=…; HttpOnly; Path=/; SameSite=Lax'],
  [{}, null, true, 'session=…; Secure; HttpOnly; Path=/; SameSite=Lax'],
  [{ secure: true }, null, false, 'session=…; Secure; HttpOnly; Path=/; SameSite=Lax'],
  [{ secure: false }, null, true, 'session=…; HttpOnly; Path=/; SameSite=Lax'],
  [{ sameSite: 'strict' }, null, false, 'session=…; HttpOnly; Path=/; SameSite=Strict'],
  [{ sameSite: 'none', secure: true }, null, false, 'session=…; Secure; HttpOnly; Path=/; SameSite=None'],
  [{ httpOnly: false }, null, false, 'session=…; Path=/; SameSite=Lax'],
  [{ domain: 'example.com' }, null, false, 'session=…; Domain=example.com; HttpOnly; Path=/; SameSite=Lax'],
  [{ partitioned: true }, null, false, 'session=…; Secure; HttpOnly; Path=/; SameSite=Lax; Partitioned'],
  [
    flask,
    31 * 86_400_000,
    true,
    'sid=…; Domain=localhost; Expires=Mon, 02 Feb 2026 03:04:05 GMT; Max-Age=2678400; Secure; HttpOnly; Path=/app; SameSite=Lax; Partitioned',
  ],
  [{}, 1, false, 'session=…; Expires=Fri, 02 Jan 2026 03:04:06 GMT; Max-Age=1; HttpOnly; Path=/; SameSite=Lax'],
  [{}, -5, false, 'session=…; Expires=Fri, 02 Jan 2026 03:04:05 GMT; Max-Age=0; HttpOnly; Path=/; SameSite=Lax'],
];

const gone = 'Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0';

const cleared: readonly [Partial<ResolvedCookie>, boolean, string][] = [
  [{}, false, `session=; ${gone}; HttpOnly; Path=/; SameSite=Lax`],
  [{}, true, `session=; ${gone}; Secure; HttpOnly; Path=/; SameSite=Lax`],
  [{ name: '__Host-session', secure: true }, false, `__Host-session=; ${gone}; Secure; HttpOnly; Path=/; SameSite=Lax`],
  [flask, true, `sid=; Domain=localhost; ${gone}; Secure; HttpOnly; Path=/app; SameSite=Lax; Partitioned`],
];

describe('the session cookie, written', () => {
  it.each(written)(
    'ASVS 3.3.1, 3.3.2, 3.3.4: is set with exactly its attributes: %j, for %j ms, https %j',
    (settings, maxAge, https, line) => {
      const configured = new SignedCookie({ ...plain, ...settings }, ring, purpose, () => now);
      expect(configured.write(id, now, maxAge, https)).toBe(line.replace('…', value));
    },
  );

  it('RFC 6265bis: lives for 400 days at most, whatever was asked for', () => {
    expect(cookie.write(id, now, 401 * 86_400_000, false)).toBe(
      `session=${value}; Expires=Sat, 06 Feb 2027 03:04:05 GMT; Max-Age=34560000; HttpOnly; Path=/; SameSite=Lax`,
    );
  });

  it.each(cleared)(
    'RFC 6265bis: is removed with the attributes that it was set with: %j, https %j',
    (settings, https, line) => {
      const configured = new SignedCookie({ ...plain, ...settings }, ring, purpose, () => now);
      expect(configured.clear(https)).toBe(line);
      const attributes = (text: string) =>
        text
          .split('; ')
          .slice(1)
          .filter((part) => !/^(?:Expires|Max-Age)=/.test(part));
      expect(attributes(configured.clear(https))).toEqual(attributes(configured.write(id, now, 1000, https)));
    },
  );

  it.each<[Partial<ResolvedCookie>, boolean, boolean]>([
    [{ secure: 'auto' }, false, false],
    [{ secure: 'auto' }, true, true],
    [{ secure: true }, false, true],
    [{ secure: false }, true, false],
    [{ secure: 'auto', partitioned: true }, false, true],
  ])('ASVS 3.3.1: says of %j, https %j, whether it is Secure: %j', (settings, https, secure) => {
    const configured = new SignedCookie({ ...plain, ...settings }, ring, purpose, () => now);
    expect(configured.isSecure(https)).toBe(secure);
    expect(configured.write(id, now, null, https).includes('; Secure')).toBe(secure);
  });

  it('ASVS 3.3.5: fits into 4096 octets with the longest name and id', () => {
    const longest = new SignedCookie({ ...plain, name: 'n'.repeat(1024) }, ring, purpose, () => now);
    expect(longest.write('a'.repeat(1024), now, null, false).indexOf(';')).toBeLessThanOrEqual(4096);
  });
});

describe('what is remembered of recent keys', () => {
  it('is what was set', () => {
    const recent = new Recent<number>(2);
    recent.set('a', 1);
    expect(recent.get('a')).toBe(1);
    expect(recent.get('b')).toBeUndefined();
  });

  it('is forgotten when it was not asked for while others came', () => {
    const recent = new Recent<number>(2);
    for (const [index, key] of ['a', 'b', 'c', 'd', 'e'].entries()) recent.set(key, index);
    expect(recent.get('a')).toBeUndefined();
    expect(recent.get('e')).toBe(4);
  });

  it('stays as long as it is asked for', () => {
    const recent = new Recent<number>(2);
    recent.set('a', 1);
    for (let index = 0; index < 100; index++) {
      recent.set(`other ${String(index)}`, index);
      expect(recent.get('a')).toBe(1);
    }
  });

  it('never grows over twice its size', () => {
    const recent = new Recent<number>(10);
    const keys = Array.from({ length: 1000 }, (_, index) => `key ${String(index)}`);
    for (const [index, key] of keys.entries()) recent.set(key, index);
    expect(keys.filter((key) => recent.get(key) !== undefined).length).toBeLessThanOrEqual(20);
  });
});
