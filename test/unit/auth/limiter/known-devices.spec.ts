import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deviceCookie, deviceLifetime, KnownDevices } from '../../../../lib/auth/limiter/known-devices.js';
import type { Environment } from '../../../../lib/config/option.js';
import { resolveOptions } from '../../../../lib/config/read.js';
import { cookieOptions, type CookieOptions } from '../../../../lib/cookie/cookie.options.js';
import { KeyRing } from '../../../../lib/cookie/key-ring.js';
import { signValue } from '../../../../lib/cookie/signed-value.js';
import { Clock, day, minute } from './setup.js';

const secret = 'a-secret-for-tests-of-32-bytes-and-more';

function sessionCookie(code: Record<string, unknown> = {}): CookieOptions {
  const source = { get: () => undefined };
  return resolveOptions(cookieOptions, { code, source, environment: 'test' }).options;
}

function setUp({ keys = new KeyRing(secret), clock = new Clock() } = {}) {
  const devices = new KnownDevices(deviceCookie(sessionCookie(), 'known_device', 'test'), keys, clock.read);
  const remember = (account: string, header?: string): string =>
    devices.remember(account, header, false).replace(/;.*$/s, '');
  return { devices, remember, clock };
}

function idOf(devices: KnownDevices, account: string, header?: string): string | null {
  return devices.find(account, header)?.id ?? null;
}

describe('a known device', () => {
  it('is known for the account that logged in, by one id for good', () => {
    const { devices, remember } = setUp();
    const header = remember('ada');
    const id = idOf(devices, 'ada', header);
    expect(id).toMatch(/^[\w-]{22}$/);
    expect(idOf(devices, 'ada', remember('ada', header))).toBe(id);
  });

  it('is known by 128 bits that no other device has', () => {
    const { devices, remember } = setUp();
    const ids = Array.from({ length: 2000 }, () => idOf(devices, 'ada', remember('ada')));
    expect(new Set(ids).size).toBe(2000);
    expect(ids.every((id) => Buffer.from(id ?? '', 'base64url').length === 16)).toBe(true);
  });

  it('ASVS 6.1.1, 6.3.1: is not known for another account', () => {
    const { devices, remember } = setUp();
    const header = remember('ada');
    expect(idOf(devices, 'bob', header)).toBeNull();
    expect(idOf(devices, '', header)).toBeNull();
    expect(idOf(devices, 'ada ', header)).toBeNull();
  });

  it('is known for the four accounts that were last to log in there', () => {
    const { devices, remember } = setUp();
    let header = remember('a');
    for (const account of ['b', 'c', 'd', 'a', 'e']) header = remember(account, header);
    expect(['a', 'b', 'c', 'd', 'e'].filter((account) => idOf(devices, account, header) !== null)).toEqual([
      'a',
      'c',
      'd',
      'e',
    ]);
  });

  it('is forgotten 180 days after its last login, also where a browser keeps the cookie', () => {
    const { devices, remember, clock } = setUp();
    const header = remember('ada');
    clock.pass(deviceLifetime);
    expect(idOf(devices, 'ada', header)).not.toBeNull();
    clock.pass(1000);
    expect(idOf(devices, 'ada', header)).toBeNull();
    const id = idOf(devices, 'ada', remember('ada', header));
    expect(header.slice('known_device='.length)).not.toContain(id);
  });

  it('stays known while the former secret is a fallback, and gets a cookie of the new one', () => {
    const { remember } = setUp();
    const header = remember('ada');
    const { devices, remember: again } = setUp({ keys: new KeyRing('another-secret-of-32-bytes-or-more', [secret]) });
    const id = idOf(devices, 'ada', header);
    expect(id).not.toBeNull();
    const { devices: later } = setUp({ keys: new KeyRing('another-secret-of-32-bytes-or-more') });
    expect(idOf(later, 'ada', header)).toBeNull();
    expect(idOf(later, 'ada', again('ada', header))).toBe(id);
  });

  it('tells nobody for which accounts', () => {
    const { remember } = setUp();
    const { remember: elsewhere } = setUp({ keys: new KeyRing('another-secret-of-32-bytes-or-more') });
    const account = 'ada@shop.example';
    const value = remember(account);
    expect(value).not.toContain(account);
    expect(value).not.toContain(Buffer.from(account).toString('base64url'));
    const hashIn = (text: string): string | undefined => text.split('.')[0]?.slice(-43);
    expect(hashIn(value)).toBe(hashIn(remember(account)));
    expect(hashIn(value)).not.toBe(hashIn(elsewhere(account)));
  });

  it('ASVS 6.1.1, 6.3.1: is not made up by a cookie that was changed, cut or signed for something else', () => {
    const { devices, remember } = setUp();
    const header = remember('ada');
    const value = header.slice('known_device='.length);
    for (let at = 0; at < value.length; at++) {
      const other = value[at] === 'A' ? 'B' : 'A';
      expect(idOf(devices, 'ada', `known_device=${value.slice(0, at)}${other}${value.slice(at + 1)}`)).toBeNull();
      expect(idOf(devices, 'ada', `known_device=${value.slice(0, at)}`)).toBeNull();
    }
    const [id = '', issued = ''] = value.split('.');
    const keys = new KeyRing(secret);
    const foreign = keys.sign('session-cookie-signature:v1', `${id}.${issued}`);
    expect(idOf(devices, 'ada', `known_device=${id}.${issued}.${foreign}`)).toBeNull();
    expect(idOf(devices, 'ada', `session=${value}`)).toBeNull();
    expect(idOf(devices, 'ada', undefined)).toBeNull();
  });

  it('never throws, whatever the header', () => {
    const { devices } = setUp();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (value, account) => {
        expect(idOf(devices, account, `known_device=${value}`)).toBeNull();
        expect(devices.remember('ada', `known_device=${value}`, true)).toMatch(/^known_device=[\w-]{74}\./);
      }),
    );
  });

  it('is found among several cookies of the name, as of another host of the domain', () => {
    const { devices, remember } = setUp();
    const header = remember('ada');
    expect(idOf(devices, 'ada', `known_device=planted; ${header}; known_device=x`)).not.toBeNull();
  });
});

describe('a device that sends several cookies, from before a path was changed', () => {
  const url = '/app/login';

  it('is known for the accounts of all, and is one afterwards', () => {
    const { devices, remember, clock } = setUp();
    const former = remember('ada');
    clock.pass(minute);
    const newer = remember('bob');
    for (const header of [`${former}; ${newer}`, `${newer}; ${former}`]) {
      expect(idOf(devices, 'ada', header)).toBe(idOf(devices, 'ada', former));
      expect(idOf(devices, 'bob', header)).toBe(idOf(devices, 'bob', newer));
      const all = remember('eve', header);
      for (const account of ['ada', 'bob', 'eve']) {
        expect(idOf(devices, account, all)).toBe(idOf(devices, 'bob', newer));
      }
      const lines = devices.linesElsewhere({ url, host: 'localhost', cookies: header, isHttps: false });
      expect(lines).toContain('known_device=; Max-Age=0; Path=/app');
    }
  });

  it('is left alone elsewhere where one of them is not genuine', () => {
    const { devices, remember } = setUp();
    const cookies = `${remember('ada')}; ${remember('bob')}; known_device=planted`;
    expect(devices.linesElsewhere({ url, host: 'localhost', cookies, isHttps: false })).toEqual([]);
  });
});

describe('a device whose cookie goes on and on', () => {
  it('is known for an account for 180 days after its login there, whatever it logs in to besides', () => {
    const { devices, remember, clock } = setUp();
    let header = remember('ada');
    for (let months = 0; months < 7; months++) {
      expect(devices.find('ada', header)?.since).toBe(clock.read() - months * 30 * day);
      clock.pass(30 * day);
      header = remember('mallory', header);
    }
    expect(devices.find('ada', header)).toBeNull();
    expect(devices.find('mallory', header)?.since).toBe(clock.read());
  });

  it('is known by a cookie of the form before, since that was issued', () => {
    const { devices, clock } = setUp();
    const keys = new KeyRing(secret);
    const former =
      'd'.repeat(22) + keys.sign('known-device-account:v1', 'ada') + keys.sign('known-device-account:v1', 'bob');
    const value = signValue(keys, 'known-device-cookie:v1', former, clock.read());
    for (const account of ['ada', 'bob']) {
      expect(devices.find(account, `known_device=${value}`)).toEqual({
        id: 'd'.repeat(22),
        since: Math.floor(clock.read() / 1000) * 1000,
      });
    }
  });
});

describe('the cookie of a known device', () => {
  it.each<[Record<string, unknown>, Environment, string, string]>([
    [{}, 'test', 'known_device', '; HttpOnly; Path=/; SameSite=Lax'],
    [{}, 'production', '__Host-known_device', '; Secure; HttpOnly; Path=/; SameSite=Lax'],
    [{ name: 'sid' }, 'production', '__Host-known_device', '; Secure; HttpOnly; Path=/; SameSite=Lax'],
    [
      { domain: 'shop.example', sameSite: 'strict' },
      'production',
      '__Secure-known_device',
      '; Domain=shop.example; Secure; HttpOnly; Path=/; SameSite=Strict',
    ],
    [{ name: 'auto', secure: true }, 'test', '__Host-known_device', '; Secure; HttpOnly; Path=/; SameSite=Lax'],
    [{ name: 'sid', secure: true }, 'test', 'known_device', '; Secure; HttpOnly; Path=/; SameSite=Lax'],
    [{ path: '/shop' }, 'production', '__Secure-known_device', '; Secure; HttpOnly; Path=/shop; SameSite=Lax'],
    [{ secure: false }, 'production', 'known_device', '; HttpOnly; Path=/; SameSite=Lax'],
    [{ httpOnly: false }, 'test', 'known_device', '; HttpOnly; Path=/; SameSite=Lax'],
  ])('follows the session cookie of %j in %s: %s', (code, environment, name, attributes) => {
    const clock = new Clock();
    const cookie = deviceCookie(sessionCookie(code), 'known_device', environment);
    const devices = new KnownDevices(cookie, new KeyRing(secret), clock.read);
    expect(devices.cookieName).toBe(name);
    const line = devices.remember('ada', undefined, false);
    expect(line.startsWith(`${name}=`)).toBe(true);
    expect(line).toContain('; Max-Age=15552000');
    expect(line.replace(/^[^;]*/, '').replace(/; Expires=[^;]*; Max-Age=\d+/, '')).toBe(attributes);
  });

  it('is Secure over HTTPS', () => {
    const { devices } = setUp();
    expect(devices.remember('ada', undefined, true)).toContain('; Secure');
  });

  it('does not come from the future', () => {
    const { remember } = setUp();
    const header = remember('ada');
    const past = new Clock();
    past.pass(-2 * minute);
    expect(idOf(setUp({ clock: past }).devices, 'ada', header)).toBeNull();
    past.pass(day);
    expect(idOf(setUp({ clock: past }).devices, 'ada', header)).not.toBeNull();
  });
});
