import { afterEach, describe, expect, it } from '@jest/globals';
import { platforms } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { keyBehind } from '../support/stored-keys.js';
import { account, EventfulPlace, password } from './events-app.js';
import { foreign, home, type Browser } from './protection-browser.js';

/** Controls, and what begins a line or turns it round in some places that show logs. */
const unsafe = /[\p{Cc}\u2028\u2029\u202e]/u;
const minute = 60_000;

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: EventfulPlace;

  afterEach(() => place.stop());

  it('ASVS 3.3.4, 16.2.5: no event, log line and body holds an id, a token, a password or an account', async () => {
    place = await EventfulPlace.start({ platform });
    const secrets = new Set([password, account, 'a wrong guess', home.userAgent ?? '', foreign.userAgent ?? '']);
    const bodies: string[] = [];

    const request = async (browser: Browser, path: string, body: unknown = {}): Promise<number> => {
      const isRead = /^\/(?:session|who|guarded|admins)$/.test(path);
      const answer = await (isRead ? browser.get(path) : browser.post(path, body));
      bodies.push(answer.body);
      for (const [name, value] of browser.cookies) {
        for (const part of value.split('.')) if (part.length >= 20) secrets.add(part);
        if (name === 'session') secrets.add(keyBehind(value, ''));
      }
      return answer.status;
    };

    const browser = place.browser();
    await request(browser, '/set', { basket: 'apple' });
    await request(browser, '/password', { account, password: 'a wrong guess' });
    expect(await request(browser, '/password', { account, password })).toBe(201);
    await request(browser, '/login', { remember: true });
    await request(browser, '/confirm', { action: 'delete account' });
    await request(browser, '/admins');
    await request(browser.stolenBy(foreign), '/session');
    const thief = browser.copy();
    browser.cookies.delete('session');
    thief.cookies.delete('session');
    await request(browser, '/who');
    await request(browser, '/who');
    place.clock.now += minute;
    await request(thief, '/who');
    await request(browser, '/who');
    await request(browser, '/login', { remember: true });
    const late = await place.held(browser.copy(), { basket: 'pear' });
    await request(browser, '/set', { basket: 'plum' });
    await late.end();
    const key = keyBehind(browser.cookies.get('session'));
    await place.store.write(key, Buffer.from('garbage'), minute, (await place.store.read(key))?.version);
    await request(browser, '/session');
    await request(browser, '/too-late');
    await request(browser, '/login');
    place.store.isReadonly = true;
    await request(browser, '/logout');
    place.store.isReadonly = false;
    await request(browser, '/logout');
    await request(browser, '/guarded');

    const { counts } = place;
    for (const name of ['brokenRecord', 'rememberStolen', 'overwritten', 'protected', 'storeError'] as const) {
      expect([name, counts[name]]).toEqual([name, expect.any(Number)]);
      expect(counts[name]).toBeGreaterThan(0);
    }
    expect(counts).toMatchObject({ loginFailed: 1, remembered: 1, confirmed: 1, droppedChange: 1, logout: 1 });
    expect(secrets.size).toBeGreaterThan(20);
    const told = [
      ...place.heard.observer.map(({ event }) => spelledOut(event)),
      ...place.heard.emitter.map(({ event }) => spelledOut(event)),
      place.logger.text,
      ...bodies,
    ].join('\n');
    for (const secret of secrets) for (const part of windows(secret)) expect(told).not.toContain(part);
  });

  describe('ASVS 16.4.1: what a request has chosen begins no line of its own', () => {
    const hostile = [
      { what: 'a line', key: 'basket\n[Nest] 1  - LOG [AuthService] login of admin' },
      { what: 'a line of Windows', key: 'basket\r\nsecond' },
      { what: 'a colour', key: 'basket\u001b[2J\u001b[31m' },
      { what: 'a colour in one character', key: 'basket\u009b31m' },
      { what: 'a line of Unicode', key: 'basket\u2028second\u2029third\u0085fourth' },
      { what: 'a line that reads from the right', key: 'basket\u202eenil' },
    ];

    it.each(hostile)('where a key of the session holds $what', async ({ key }) => {
      place = await EventfulPlace.start({ platform });
      const browser = place.browser();
      await browser.post('/set', { [key]: 'apple' });
      const late = await place.held(browser, { [key]: 'pear' });
      await browser.post('/set', { [key]: 'plum' });
      await late.end();

      // An event is no line: it says what there is, and a log that is JSON escapes it.
      expect(place.heard.observer.at(-1)).toMatchObject({ name: 'overwritten', event: { paths: [key] } });
      const lines = place.logger.at('warn').filter((line) => line.startsWith('Two requests'));
      expect(lines).toEqual([expect.stringContaining('basket')]);
      expect(lines.join('')).not.toMatch(unsafe);
    });

    it.each([
      { what: 'a line of Unicode', forwarded: '192.0.2.1\u0085admin' },
      { what: 'a colour', forwarded: '192.0.2.1\u009b31m' },
      { what: 'endless', forwarded: '1'.repeat(4_000) },
      { what: 'a piece of a page', forwarded: '"><script>' },
      { what: 'two words', forwarded: 'a b' },
    ])(
      'where the address of a client is $what by a header that the server believes, or its user agent is no better',
      async ({ forwarded }) => {
        place = await EventfulPlace.start({ platform, trust: true });
        const browser = place.browser({ userAgent: 'a\u0085b\u009b31m', forwarded });
        await browser.post('/password', { account: 'ada\nadmin', password: 'guessed' });
        await browser.post('/login');
        await browser.stolenBy({ userAgent: 'c\u0085d', forwarded }).get('/session');
        await browser.get('/admins');
        await browser.post('/logout');
        const heard = place.heard.observer.filter(({ event }) => 'address' in (event as object));
        expect(heard.map(({ name }) => name)).toEqual(['loginFailed', 'login', 'protected', 'refused', 'logout']);
        for (const { event } of heard) expect(event).toMatchObject({ address: '' });
        for (const { event } of place.heard.observer) expect(JSON.stringify(event)).not.toMatch(/\\u0|[^ -~]/);
        for (const { text } of place.logger.lines) expect(text).not.toMatch(unsafe);
      },
    );

    it('an address that may be one is told as it is', async () => {
      place = await EventfulPlace.start({ platform, trust: true });
      for (const forwarded of ['192.0.2.1', '2001:db8::1', '[2001:db8::1]:443', 'fe80::1%eth0', 'unknown']) {
        await place.browser({ forwarded }).get('/guarded');
        expect(place.heard.observer.at(-1)?.event).toMatchObject({ address: forwarded });
      }
    });

    it('nor an endless one', async () => {
      place = await EventfulPlace.start({ platform });
      const browser = place.browser();
      const key = 'x'.repeat(50_000);
      await browser.post('/set', { [key]: 'apple' });
      const late = await place.held(browser, { [key]: 'pear' });
      await browser.post('/set', { [key]: 'plum' });
      await late.end();
      const [line = ''] = place.logger.at('warn').filter((text) => text.startsWith('Two requests'));
      expect(line).toContain('xxx');
      expect(line.length).toBeLessThan(600);
    });
  });
});

/** Every part of a text that would be enough to know it again. */
function windows(secret: string): string[] {
  const length = Math.min(12, secret.length);
  return Array.from({ length: secret.length - length + 1 }, (_, start) => secret.slice(start, start + length));
}

/** An event as text. Of an error its name and message: the cause is for whoever asks for it. */
function spelledOut(event: unknown): string {
  return JSON.stringify(event, (_key, value: unknown) =>
    value instanceof Error ? `${value.name}: ${value.message}` : value,
  );
}
