import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Cookie, type CookieOptions } from 'nestjs-session-auth/express';

const now = Date.UTC(2030, 0, 1);

afterEach(() => {
  jest.restoreAllMocks();
});

function stopClock(): void {
  jest.spyOn(Date, 'now').mockReturnValue(now);
}

describe('a cookie of express-session', () => {
  it('lives as long as the browser, for the whole site, out of reach of scripts, where nothing else is said', () => {
    for (const cookie of [new Cookie(), new Cookie({}), new Cookie(null)]) {
      expect(cookie).toBeInstanceOf(Cookie);
      expect(cookie).toMatchObject({ expires: null, maxAge: null, originalMaxAge: null, httpOnly: true, path: '/' });
    }
  });

  it.each([[42], ['path=/'], [true], [() => ({})]])('refuses %p as options', (options) => {
    expect(() => new Cookie(options as CookieOptions)).toThrow(/argument options .* must be an object/);
  });

  it.each<CookieOptions>([
    { httpOnly: false },
    { path: '/shop' },
    { domain: 'example.org' },
    { secure: true },
    { sameSite: 'lax' },
    { partitioned: true },
    { priority: 'high' },
  ])('takes %p', (options) => {
    const cookie = new Cookie(options);
    expect(cookie).toMatchObject(options);
    expect(cookie.data).toMatchObject(options);
    expect(JSON.parse(JSON.stringify(cookie))).toMatchObject(options);
  });

  it('takes options from what they were made of', () => {
    const options = Object.create({ path: '/inherited' }) as CookieOptions;
    expect(new Cookie(options).path).toBe('/inherited');
  });

  it('knows its age from its end', () => {
    stopClock();
    const expires = new Date(now + 60_000);
    const cookie = new Cookie({ expires });
    expect(cookie.expires).toBe(expires);
    expect(cookie).toMatchObject({ maxAge: 60_000, originalMaxAge: 60_000 });
  });

  it('knows its end from its age', () => {
    stopClock();
    expect(new Cookie({ maxAge: 60_000 })).toMatchObject({
      expires: new Date(now + 60_000),
      maxAge: 60_000,
      originalMaxAge: 60_000,
    });
  });

  it('counts down, and remembers what it began with', () => {
    stopClock();
    const cookie = new Cookie({ maxAge: 60_000 });
    jest.spyOn(Date, 'now').mockReturnValue(now + 10_000);
    expect(cookie).toMatchObject({ maxAge: 50_000, originalMaxAge: 60_000 });
  });

  it('remembers the very age that it was given, however the clock goes on meanwhile', () => {
    let ticks = now;
    jest.spyOn(Date, 'now').mockImplementation(() => ticks++);
    const cookie = new Cookie({ maxAge: 60_000 });
    expect(cookie.originalMaxAge).toBe(60_000);
    cookie.maxAge = 30_000;
    expect(cookie.originalMaxAge).toBe(30_000);
  });

  it('takes a Date for an age, as it always did', () => {
    stopClock();
    const expires = new Date(now + 60_000);
    const cookie = new Cookie();
    cookie.maxAge = expires;
    expect(cookie).toMatchObject({ expires, maxAge: 60_000 });
    expect(new Cookie({ maxAge: expires as never }).expires).toEqual(expires);
  });

  it.each([['42'], [true], [() => 42], [{}]])('refuses %p as an age', (maxAge) => {
    expect(() => new Cookie({ maxAge: maxAge as never })).toThrow(/maxAge of a cookie must be a number/);
  });

  it('ends with the browser again once its end is null', () => {
    const cookie = new Cookie({ maxAge: 60_000 });
    cookie.expires = null;
    expect(cookie).toMatchObject({ maxAge: null, originalMaxAge: null });
  });

  it.each(['data', 'serialize', 'toJSON', 'constructor'])('is not changed by a record with the key %s', (key) => {
    const record = JSON.parse(`{ "${key}": { "path": "/evil" }, "path": "/good" }`) as CookieOptions;
    const cookie = new Cookie(record);
    expect(cookie.data).toMatchObject({ path: '/good' });
    expect(cookie.serialize('a', 'b')).toBe('a=b; Path=/good; HttpOnly');
    expect(cookie).toBeInstanceOf(Cookie);
  });

  it('has no other prototype by a record with the key __proto__', () => {
    const cookie = new Cookie(JSON.parse('{ "__proto__": { "domain": "evil.example" } }') as CookieOptions);
    expect(cookie.domain).toBeUndefined();
    expect(cookie).toBeInstanceOf(Cookie);
  });

  describe('as a line', () => {
    it('has all attributes', () => {
      const expires = new Date(now);
      const options = { expires, domain: 'example.org', secure: true, partitioned: true } as const;
      const cookie = new Cookie({ ...options, priority: 'low', sameSite: 'none' });
      expect(cookie.serialize('name', 'a value')).toBe(
        'name=a%20value; Domain=example.org; Path=/; Expires=Tue, 01 Jan 2030 00:00:00 GMT; ' +
          'HttpOnly; Secure; Partitioned; Priority=Low; SameSite=None',
      );
    });

    it.each<[CookieOptions, string]>([
      [{ sameSite: true }, 'SameSite=Strict'],
      [{ sameSite: 'strict' }, 'SameSite=Strict'],
      [{ sameSite: 'LAX' as 'lax' }, 'SameSite=Lax'],
      [{ priority: 'medium' }, 'Priority=Medium'],
      [{ priority: 'High' as 'high' }, 'Priority=High'],
    ])('says %p as %s', (options, text) => {
      expect(new Cookie(options).serialize('a', 'b')).toBe(`a=b; Path=/; HttpOnly; ${text}`);
    });

    it('leaves out what was switched off', () => {
      const options = { path: '', httpOnly: false, sameSite: false, secure: false, partitioned: false } as const;
      expect(new Cookie(options).serialize('a', 'b')).toBe('a=b');
    });

    it('has a value as `encode` writes it', () => {
      expect(new Cookie({ encode: (value) => value.toUpperCase() }).serialize('a', 'b')).toMatch(/^a=B;/);
    });

    it.each<[string, CookieOptions]>([
      ['option expires', { expires: new Date(Number.NaN) }],
      ['option domain', { domain: 'example.org; Secure' }],
      ['option path', { path: '/; Domain=evil.example' }],
      ['option path', { path: '/\r\nSet-Cookie: a=b' }],
      ['option priority', { priority: 'urgent' as 'high' }],
      ['option sameSite', { sameSite: 'loose' as 'lax' }],
      ['argument value', { encode: () => 'a; Domain=evil.example' }],
    ])('is refused for its %s', (what, options) => {
      expect(() => new Cookie(options).serialize('a', 'b')).toThrow(new TypeError(`${what} is invalid`));
    });

    it.each(['', 'a b', 'a=b', 'a;b', 'a\n'])('is refused for the name %p', (name) => {
      expect(() => new Cookie().serialize(name, 'b')).toThrow('argument name is invalid');
    });
  });
});
