import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maxSameNamed } from '../../../lib/cookie/cookie-header.js';
import { KeyRing } from '../../../lib/cookie/key-ring.js';
import type { ResolvedCookie } from '../../../lib/cookie/resolved-cookie.js';
import { SealedCookie } from '../../../lib/cookie/sealed-cookie.js';
import { scaled } from '../../support/patience.js';

const purpose = 'session-cookie-seal:v1';
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
const size = 12 * 1024;
const day = 86_400_000;
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const ring = new KeyRing('the current secret, of 32 bytes or more');

function make(settings: Partial<ResolvedCookie> = {}, longest = size, keys = ring): SealedCookie {
  return new SealedCookie({ ...plain, ...settings }, keys, purpose, longest, () => now);
}

const cookie = make();

/** What a browser sends after these lines. */
function header(lines: readonly string[]): string {
  const kept = lines.filter((line) => !line.includes('Max-Age=0'));
  return kept.map((line) => String(line.split(';')[0])).join('; ');
}

function write(bytes: Uint8Array, by = cookie, issuedAt = now): string[] {
  return by.write(bytes, issuedAt, null, false);
}

const gone = 'Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0';

describe('a sealed cookie', () => {
  it('gives back the content and the time of its issue', () => {
    for (const length of [0, 1, 300, 2900, 5000, cookie.capacity]) {
      const content = randomBytes(length);
      expect(cookie.read(`a=b; ${header(write(content))}; c=d`)).toEqual({ content, issuedAt: now, outdated: false });
    }
  });

  it('RFC 6265bis: clears all cookies that it does not take, whatever the request came with', () => {
    const lines = write(Buffer.alloc(100));
    expect(lines.map((line) => line.replace(/=[\w-]{100,}/, '=…'))).toEqual([
      'session=…; HttpOnly; Path=/; SameSite=Lax',
      `session.1=; ${gone}; HttpOnly; Path=/; SameSite=Lax`,
      `session.2=; ${gone}; HttpOnly; Path=/; SameSite=Lax`,
      `session.3=; ${gone}; HttpOnly; Path=/; SameSite=Lax`,
    ]);
    expect(write(Buffer.alloc(5000)).map((line) => line.includes('Max-Age=0'))).toEqual([false, false, true, true]);
    expect(cookie.clear(false).map((line) => line.replace(/=.*/, ''))).toEqual(
      lines.map((line) => line.replace(/=.*/, '')),
    );
  });

  it('needs one line alone where there is room for one cookie alone', () => {
    const single = make({}, 3 * 1024);
    expect(write(Buffer.alloc(single.capacity), single)).toHaveLength(1);
    expect(single.clear(true)).toEqual([`session=; ${gone}; Secure; HttpOnly; Path=/; SameSite=Lax`]);
  });

  it.each<Partial<ResolvedCookie>>([
    {},
    { name: '__Host-session', secure: true },
    { domain: 'example.com', path: '/app', partitioned: true, sameSite: 'none' },
    { name: 'n'.repeat(1024), domain: `${'d'.repeat(60)}.example`, path: `/${'p'.repeat(1000)}` },
  ])('ASVS 3.3.5: keeps each cookie within 4096 octets, attributes and all: %j', (settings) => {
    for (const longest of [2048, size, 32 * 1024]) {
      const configured = make(settings, longest);
      const lines = configured.write(randomBytes(configured.capacity), now, 500 * day, true);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(4096);
      expect(lines.length).toBeLessThanOrEqual(settings.partitioned ? 4 : 8);
      expect(`${header(lines)}; `.length).toBeLessThanOrEqual(longest);
      expect(configured.read(header(lines))?.content).toHaveLength(configured.capacity);
      expect(() => configured.write(randomBytes(configured.capacity + 1), now, null, true)).toThrow(RangeError);
    }
  });

  it('sets every cookie with the same attributes, and clears it with them', () => {
    const configured = make({ domain: 'example.com', path: '/app', secure: true });
    const lines = configured.write(randomBytes(5000), now, 31 * day, false);
    const attributes =
      'Domain=example.com; Expires=Mon, 02 Feb 2026 03:04:05 GMT; Max-Age=2678400; Secure; HttpOnly; Path=/app; SameSite=Lax';
    const cleared = `Domain=example.com; ${gone}; Secure; HttpOnly; Path=/app; SameSite=Lax`;
    expect(lines.map((line) => line.slice(line.indexOf('; ') + 2))).toEqual([attributes, attributes, cleared, cleared]);
  });

  it('ASVS 7.2.1: is nothing with any character of any of its cookies changed or left out', () => {
    const pairs = header(write(randomBytes(3000))).split('; ');
    expect(pairs).toHaveLength(2);
    const forged = pairs.flatMap((pair, index) => {
      const begin = pair.indexOf('=') + 1;
      return Array.from({ length: pair.length - begin }, (_, offset) => {
        const at = begin + offset;
        const other = pair[at] === 'A' ? 'B' : 'A';
        const changed = pair.slice(0, at) + other + pair.slice(at + 1);
        const shorter = pair.slice(0, at) + pair.slice(at + 1);
        return [pairs.with(index, changed), pairs.with(index, shorter)].map((all) => all.join('; '));
      }).flat();
    });
    expect(forged.length).toBeGreaterThan(8000);
    expect(forged.filter((other) => cookie.read(other) !== null)).toEqual([]);
    expect(cookie.read(pairs.join('; '))).not.toBeNull();
  });

  it('is nothing where cookies of two issues are mixed, whichever they are', () => {
    const content = randomBytes(5000);
    const [one, two] = [write(content), write(content)].map((lines) => header(lines).split('; '));
    for (let index = 0; index < 2; index++) expect(cookie.read(one!.with(index, two![index]!).join('; '))).toBeNull();
    expect(cookie.read([...one!, ...two!].join('; '))?.content).toEqual(content);
  });

  it('ASVS 9.2.3: is nothing under another name, for another purpose, or for another application', () => {
    const sent = header(write(Buffer.alloc(10)));
    expect(make({ name: 'other' }).read(sent.replace('session', 'other'))).toBeNull();
    expect(new SealedCookie(plain, ring, 'remember-seal:v1', size, () => now).read(sent)).toBeNull();
    expect(make({}, size, new KeyRing('the secret of another application, 32 bytes')).read(sent)).toBeNull();
  });

  it('RFC 6265bis: takes of several the one issued last, and passes over what does not open', () => {
    const content = Buffer.from('ours');
    const sent = header(write(content));
    expect(cookie.read(`${'session=planted; '.repeat(maxSameNamed - 1)}${sent}`)?.content).toEqual(content);
    expect(cookie.read(`${'session=planted; '.repeat(maxSameNamed)}${sent}`)).toBeNull();
    // As where the path was changed: the parts of both come mixed.
    const former = header(cookie.write(Buffer.alloc(5000, 'f'), now - 60_000, null, false));
    const newer = header(cookie.write(Buffer.alloc(5000, 'n'), now, null, false));
    for (const both of [`${former}; ${newer}`, `${newer}; ${former}`]) {
      expect(cookie.readAll(both)).toMatchObject({
        tokens: [{ content: Buffer.alloc(5000, 'n') }, { content: Buffer.alloc(5000, 'f') }],
        hasOthers: false,
      });
    }
    expect(cookie.read(sent.replace('session', 'Session'))).toBeNull();
    expect(cookie.read(`x${sent}`)).toBeNull();
  });

  it('ASVS 11.2.2: says of one that a former key sealed that it is outdated', () => {
    const former = 'the former secret, of 32 bytes or more';
    const sent = header(write(Buffer.alloc(5000), make({}, size, new KeyRing(former))));
    const rotated = make({}, size, new KeyRing('the current secret, of 32 bytes or more', [former]));
    expect(rotated.read(sent)?.outdated).toBe(true);
    expect(rotated.read(header(write(Buffer.alloc(5000), rotated)))?.outdated).toBe(false);
    expect(cookie.read(sent)).toBeNull();
  });

  it('ASVS 7.2.1: never throws nor opens, whatever the header', () => {
    const valid = header(write(randomBytes(5000)));
    const part = fc.oneof(
      fc.constantFrom('session=', 'session.1=', ';', '.', '2.', '"', ' ', valid.slice(0, -1), valid.slice(0, 3000)),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => `session=1${Buffer.from(bytes).toString('base64url')}; `),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        expect(cookie.read(parts.join(''))).toBeNull();
      }),
      { numRuns: 1000 },
    );
  });

  it('OWASP SM: takes its time with no header, however it is made', () => {
    const hostile = [
      'session=2.AAAAAA.;'.repeat(900),
      `${'session=9.AAAAAA.x; '.repeat(8)}${'session.1=AAAAAA.x; '.repeat(700)}`,
      `session=${'A'.repeat(16_000)}`,
      'session='.repeat(2000),
    ];
    const before = performance.now();
    for (const sent of hostile) expect(cookie.read(sent)).toBeNull();
    expect(performance.now() - before).toBeLessThan(scaled(1000));
  });
});
