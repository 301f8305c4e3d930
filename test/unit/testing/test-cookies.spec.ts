import { describe, expect, it } from '@jest/globals';
import { TestCookies } from '../../../lib/testing/index.js';

describe('the cookies of a test', () => {
  it('begin with those of a header, of which the first of a name counts', () => {
    const cookies = new TestCookies(' a=1; b=2=3;a=4 ; broken;; ');
    expect(cookies.header).toBe('a=1; b=2=3');
    expect(cookies.values).toEqual({ a: '1', b: '2=3' });
  });

  it('are none to begin with', () => {
    expect(new TestCookies().header).toBe('');
    expect(new TestCookies('').values).toEqual({});
  });

  it('take in one line, several, or none, and give themselves back', () => {
    const cookies = new TestCookies();
    expect(cookies.take('a=1; Path=/; HttpOnly')).toBe(cookies);
    cookies.take(['b=2', 'a=3; Path=/']).take(undefined).take([]);
    expect(cookies.header).toBe('a=3; b=2');
  });

  it.each([
    'a=; Max-Age=0; Path=/',
    'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/',
    'a=; max-age=-1',
    'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0',
  ])('lose one by %p', (line) => {
    expect(new TestCookies('a=1; b=2').take(line).header).toBe('b=2');
  });

  it.each([
    'a=2; Max-Age=60',
    'a=2; Expires=Wed, 01 Jan 2020 00:00:00 GMT',
    'a=2; Expires=nonsense',
    'a=2; Path=/elsewhere',
  ])('keep one by %p: the application ends it', (line) => {
    expect(new TestCookies().take(line).header).toBe('a=2');
  });

  it.each(['', 'nonsense', '=1', '; Path=/'])('refuse %p, which is no Set-Cookie line', (line) => {
    expect(() => new TestCookies().take(line)).toThrow(TypeError);
  });

  it.each([
    [
      'a=1; Domain=.shop.example; Path=/x; Secure; HttpOnly; SameSite=None; Expires=Thu, 01 Jan 2099 00:00:00 GMT; Max-Age=9',
      { domain: '.shop.example', path: '/x', secure: true, httpOnly: true, sameSite: 'None', expires: 4_070_908_800 },
    ],
    ['a=1', { domain: 'localhost', path: '/', secure: false, httpOnly: false, sameSite: 'Lax', expires: -1 }],
    ['a=1; path=/; samesite=STRICT', { domain: 'localhost', path: '/', sameSite: 'Strict' }],
  ])('are for a browser what the line %p says', (line, attributes) => {
    const [cookie, ...others] = new TestCookies().take(line).forBrowser('http://localhost:3000/login');
    expect(cookie).toMatchObject({ name: 'a', value: '1', ...attributes });
    expect(others).toEqual([]);
  });

  it('are refused to whoever cannot keep them', async () => {
    const nobody = { jar: {} };
    await expect(new TestCookies('a=1').applyTo(nobody as never)).rejects.toThrow(TypeError);
  });
});
