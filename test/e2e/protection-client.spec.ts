import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import { sessionTesting } from 'nestjs-session-auth/testing';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import { platforms } from '../support/app.js';
import { Checkpoint } from '../support/checkpoint.js';
import { inTurn } from '../support/combinations.js';
import { ProtectedPlace, type PlaceSetup } from './protection-app.js';
import { home, type Browser, type Client } from './protection-browser.js';

const levels = ['basic', 'strong'] as const;
const networks = { ipv4: 24, ipv6: 64 };

/** A client whose address a proxy has told. */
const at = (forwarded: string): Client => ({ ...home, forwarded });

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: ProtectedPlace;

  async function start(options: SessionModuleOptions, more: Partial<PlaceSetup> = {}): Promise<void> {
    place = await ProtectedPlace.start({ platform, options, ...more });
  }

  /** Whether a login that `first` has made is held to be used by another client when it comes from `second`. */
  async function isNoticed(first: Client, second: Client): Promise<boolean> {
    const owner = await place.loggedIn(first);
    const { user, fresh } = await owner.become(second).who();
    const told = place.heard.of('protected').length;
    expect({ told, fresh }).toEqual(told === 0 ? { told: 0, fresh: true } : { told: 1, fresh: false });
    expect(user).toBe(7);
    return told === 1;
  }

  afterEach(() => place.stop());

  describe('a phone that roams', () => {
    it.each(levels)('OWASP SM: keeps its login, fresh, under %s', async (mode) => {
      await start({ protection: { mode } }, { trust: true });
      const phone = await place.loggedIn(at('203.0.113.7'));
      for (const address of ['198.51.100.77', '2001:db8::1', '::ffff:192.0.2.1', 'unknown']) {
        expect(await phone.become(at(address)).who()).toMatchObject({ user: 7, fresh: true });
      }
      expect(place.heard.all).toEqual([]);
      expect(place.store.calls.write).toBe(0);
    });

    it('is asked again where networks are compared', async () => {
      await start({ protection: { mode: 'basic', ...networks } }, { trust: true });
      expect(await isNoticed(at('203.0.113.7'), at('198.51.100.77'))).toBe(true);
      expect(place.heard.of('protected')).toMatchObject([{ address: '198.51.100.77' }]);
    });

    it('is out where networks are compared, and strong', async () => {
      await start({ protection: { mode: 'strong', ...networks } }, { trust: true });
      const phone = await place.loggedIn(at('203.0.113.7'));
      expect(await phone.become(at('203.0.113.200')).who()).toMatchObject({ user: 7, fresh: true });
      expect(await phone.become(at('203.0.114.7')).who()).toMatchObject({ user: null });
      expect(await place.sessions()).toEqual([]);
    });
  });

  describe('the network', () => {
    it.each([
      { one: '203.0.113.7', other: '203.0.113.255', noticed: false },
      { one: '203.0.113.7', other: '203.0.112.255', noticed: true },
      { one: '203.0.113.7', other: '::ffff:203.0.113.8', noticed: false },
      { one: '203.0.113.7', other: '::ffff:203.0.114.8', noticed: true },
      { one: '2001:db8:1:2::1', other: '2001:db8:1:2:ffff::1', noticed: false },
      { one: '2001:db8:1:2::1', other: '2001:db8:1:3::1', noticed: true },
      { one: '203.0.113.7', other: '2001:db8:1:2::1', noticed: true },
      { one: '203.0.113.7', other: 'unknown', noticed: true },
    ])('of $one and that of $other: told apart: $noticed', async ({ one, other, noticed }) => {
      await start({ protection: networks }, { trust: true });
      expect(await isNoticed(at(one), at(other))).toBe(noticed);
    });

    it('is that of the last proxy that is not trusted, whatever a client puts before it', async () => {
      await start({ protection: networks }, { trust: 1 });
      expect(await isNoticed(at('203.0.113.7'), at('203.0.113.7, 198.51.100.77'))).toBe(true);
      expect(await isNoticed(at('203.0.113.7'), at('198.51.100.77, 203.0.113.9'))).toBe(false);
    });

    it('is that of the connection where no proxy is trusted: the header is anybody’s', async () => {
      await start({ protection: { ipv4: 32, ipv6: 128 } });
      const here = { ...home, from: '127.0.0.1' };
      const there = { ...home, from: '127.0.0.2' };
      expect(await isNoticed(here, there)).toBe(true);
      expect(await isNoticed(here, { ...there, forwarded: '127.0.0.1' })).toBe(true);
      expect(await isNoticed(here, { ...here, forwarded: '127.0.0.2' })).toBe(false);
    });

    it.each(levels)('is known where the session is loaded before the routes, under %s', async (mode) => {
      await start({ protection: { mode, ...networks }, eager: true }, { trust: 1 });
      const owner = await place.loggedIn(at('203.0.113.7'));
      expect(await owner.become(at('203.0.113.8')).who()).toMatchObject({ user: 7, fresh: true });
      expect(place.heard.of('protected')).toEqual([]);
      expect(await owner.become(at('198.51.100.77')).who()).toMatchObject({ fresh: false });
      expect(place.heard.of('protected')).toMatchObject([{ address: '198.51.100.77' }]);
    });

    it('of a client that has gone away is the one that it was in', async () => {
      const store = new SlowStore();
      await start({ protection: { mode: 'strong', ipv4: 32, ipv6: 128 } }, { store });
      const owner = await place.loggedIn();
      const reading = store.holdNextRead();
      const connecting = once(place.running.app.getHttpServer() as Server, 'connection') as Promise<[Socket]>;
      const visit = owner.visit('/session');
      await reading.reached;
      const [connection] = await connecting;
      visit.destroy();
      await once(connection, 'close');
      const looked = store.answered();
      reading.release();
      await looked;
      expect(await owner.who()).toMatchObject({ user: 7, fresh: true });
      expect(place.heard.of('protected')).toEqual([]);
    });
  });

  describe('the user agent', () => {
    const long = `Mozilla/5.0 ${'x'.repeat(500)}`;

    it.each([
      { what: 'the same', one: home.userAgent, other: home.userAgent, noticed: false },
      { what: 'another version', one: 'Firefox/140.0', other: 'Firefox/141.0', noticed: true },
      { what: 'other capitals', one: 'Firefox/140.0', other: 'firefox/140.0', noticed: true },
      { what: 'none at all, as before', one: undefined, other: undefined, noticed: false },
      { what: 'none any more', one: 'Firefox/140.0', other: undefined, noticed: true },
      { what: 'one where there was none', one: undefined, other: 'Firefox/140.0', noticed: true },
      { what: 'an empty one where there was none', one: undefined, other: '', noticed: false },
      {
        what: 'one that differs in the last of 512 characters',
        one: `${long}a`.slice(0, 512),
        other: `${long.slice(0, 511)}b`,
        noticed: true,
      },
      {
        what: 'one that differs only after 512 characters',
        one: `${long}${'a'.repeat(4_000)}`,
        other: `${long}b`,
        noticed: false,
      },
      { what: 'one outside of ASCII', one: 'Bläser/1', other: 'Bläser/1', noticed: false },
      { what: 'one with other characters outside of ASCII', one: 'Bläser/1', other: 'Bl\u009bser/1', noticed: true },
    ])('$what: told apart: $noticed', async ({ one, other, noticed }) => {
      await start({});
      const client = (userAgent: string | undefined): Client => (userAgent === undefined ? {} : { userAgent });
      expect(await isNoticed(client(one), client(other))).toBe(noticed);
    });

    it('is kept to 512 characters', async () => {
      await start({ serializer: 'json' });
      await place.loggedIn({ userAgent: 'x'.repeat(8_000) });
      const [key = ''] = await place.sessions();
      const stored = Buffer.from((await place.store.inner.read(key))?.bytes ?? []).toString();
      expect(/x{100,}/.exec(stored)?.[0]).toHaveLength(512);
    });
  });

  describe('a login that no request has made', () => {
    it.each(levels)('belongs to no client, under %s, until one confirms it', async (mode) => {
      await start({ protection: { mode } });
      const cookies = await sessionTesting(place.running.app).signIn(7);
      const browser: Browser = place.browser();
      for (const part of cookies.header.split('; ')) {
        const [name = '', value = ''] = part.split('=');
        browser.cookies.set(name, value);
      }
      place.forget();
      for (const userAgent of ['one', 'another']) {
        expect(await browser.become({ userAgent }).who()).toMatchObject({ user: 7, fresh: true });
      }
      await browser.post('/confirm');
      expect(await browser.who()).toMatchObject({ user: 7, fresh: true });
      expect(place.heard.of('protected')).toEqual([]);
      await browser.become({ userAgent: 'another' }).who();
      expect(place.heard.of('protected')).toHaveLength(1);
    });
  });
});

/** A store that a test can hold before it answers a read. */
class SlowStore extends MemoryStore {
  #held: Checkpoint | null = null;
  #last: Promise<unknown> = Promise.resolve();

  holdNextRead(): Checkpoint {
    return (this.#held = new Checkpoint());
  }

  /** The read that is under way has been answered, and whoever asked has had its turn. */
  async answered(): Promise<void> {
    await this.#last;
    await new Promise((resolve) => setImmediate(resolve));
  }

  override async read(key: string): ReturnType<MemoryStore['read']> {
    const held = this.#held;
    this.#held = null;
    const reading = (async () => {
      await held?.pass();
      return super.read(key);
    })();
    this.#last = reading;
    return reading;
  }
}
