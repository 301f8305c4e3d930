import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionModuleOptions, SessionStore } from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { DevicesController, post, type LoginBody } from './devices-controller.js';

const MINUTE = 60_000;

interface Device {
  readonly publicId: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly remembered: boolean;
  readonly current: boolean;
}

describe.each(inTurn(platforms))('on %s', (platform) => {
  let running: RunningApp;
  let heard: HeardEvents;
  let time: number;

  async function start(options: SessionModuleOptions = {}): Promise<void> {
    heard = new HeardEvents();
    time = Date.UTC(2026, 5, 1);
    const session: SessionModuleOptions = { observer: heard.observer, clock: () => time, ...options };
    running = await startApp({ platform, session, controllers: [DevicesController] });
  }

  afterEach(() => running.close());

  /** A browser of a user who is logged in, with its public id. */
  async function login(body: LoginBody, userAgent = 'a browser'): Promise<CookieJar & { publicId: string }> {
    const jar = running.jar();
    const response = await jar.fetch('/login', {
      ...post(body),
      headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    });
    expect(response.status).toBe(201);
    const { id } = (await response.json()) as { id: string };
    return Object.assign(jar, { publicId: id });
  }

  async function status(jar: CookieJar): Promise<number> {
    return (await jar.fetch('/me', { headers: { 'user-agent': 'a browser' } })).status;
  }

  async function devices(jar: CookieJar): Promise<Device[]> {
    return (await jar.json('/devices', { headers: { 'user-agent': 'a browser' } })) as Device[];
  }

  describe('the device list', () => {
    beforeEach(() => start());

    it('ASVS 7.5.2: shows all of the user, and nobody else, the one used last first, with the current one marked', async () => {
      const phone = await login({ user: 7 }, 'a phone');
      time += 10 * MINUTE;
      const laptop = await login({ user: 7, remember: true });
      await login({ user: 8 });
      const list = await devices(laptop);

      expect(list.map(({ publicId, current, remembered }) => ({ publicId, current, remembered }))).toEqual([
        { publicId: laptop.publicId, current: true, remembered: true },
        { publicId: phone.publicId, current: false, remembered: false },
      ]);
      expect(list[1]).toMatchObject({
        userAgent: 'a phone',
        createdAt: new Date(time - 10 * MINUTE).toISOString(),
        lastSeenAt: new Date(time - 10 * MINUTE).toISOString(),
      });
      expect(list.map(({ ip }) => ip.replace('::ffff:', ''))).toEqual(['127.0.0.1', '127.0.0.1']);
    });

    it("keeps the users 7 and '7' apart", async () => {
      const number = await login({ user: 7 });
      const text = await login({ user: '7' });
      expect(await devices(number)).toHaveLength(1);
      expect(await devices(text)).toHaveLength(1);
      expect(await number.json(`/revoke/${text.publicId}`, post())).toEqual({ revoked: false });
      expect(await status(text)).toBe(200);
    });

    it('notes when a session was last seen, to the refresh interval', async () => {
      const jar = await login({ user: 7 });
      time += 4 * MINUTE;
      await status(jar);
      expect((await devices(jar))[0]?.lastSeenAt).toBe(new Date(time - 4 * MINUTE).toISOString());
      time += 2 * MINUTE;
      await status(jar);
      expect((await devices(jar))[0]?.lastSeenAt).toBe(new Date(time).toISOString());
    });

    it('shows no session that has expired or logged out', async () => {
      const jar = await login({ user: 7 });
      const gone = await login({ user: 7 });
      await gone.fetch('/logout', post());
      await login({ user: 7, idleTimeout: '1m' });
      expect(await devices(jar)).toHaveLength(2);
      time += 2 * MINUTE;
      expect(await devices(jar)).toHaveLength(1);
    });

    it('names a session by what is of no use as a cookie', async () => {
      const jar = await login({ user: 7 });
      const [device] = await devices(jar);
      const [id = ''] = jar.get('session')?.split('.') ?? [];
      expect(JSON.stringify(device)).not.toContain(id);
      const thief = running.jar();
      thief.set('session', device?.publicId ?? '');
      expect(await status(thief)).toBe(401);
    });
  });

  describe('ending sessions from elsewhere', () => {
    beforeEach(() => start());

    it('ASVS 7.5.2: ends one by its public id, with its remembered login, and no other', async () => {
      const lost = await login({ user: 7, remember: true });
      const here = await login({ user: 7 });
      heard.forget();
      expect(await here.json(`/revoke/${lost.publicId}`, post())).toEqual({ revoked: true });

      expect(await status(lost)).toBe(401);
      expect(lost.get('remember_token')).toBeUndefined();
      expect(await status(here)).toBe(200);
      expect(heard.of('revoked')).toEqual([{ userId: 7, publicId: lost.publicId, sessions: 1 }]);
      expect(await here.json(`/revoke/${lost.publicId}`, post())).toEqual({ revoked: false });
    });

    it("does not end another user's", async () => {
      const victim = await login({ user: 8 });
      const attacker = await login({ user: 7 });
      expect(await attacker.json(`/revoke/${victim.publicId}`, post())).toEqual({ revoked: false });
      expect(await status(victim)).toBe(200);
    });

    it('ASVS 7.4.3: ends all but the one that asks, whose remembered login stays', async () => {
      const others = [await login({ user: 7 }), await login({ user: 7, remember: true })];
      const here = await login({ user: 7, remember: true });
      const stranger = await login({ user: 8 });
      heard.forget();
      expect(await here.json('/elsewhere', post())).toEqual({ ended: 2 });

      for (const jar of others) expect(await status(jar)).toBe(401);
      expect([await status(here), await status(stranger)]).toEqual([200, 200]);
      expect(heard.of('revoked')).toEqual([{ userId: 7, publicId: null, sessions: 2 }]);
      const later = running.jar();
      later.set('remember_token', here.get('remember_token') ?? '');
      expect(await status(later)).toBe(200);
    });

    it('ASVS 7.4.2: ends all of a user, remembered logins included', async () => {
      const jars = [await login({ user: 7, remember: true }), await login({ user: 7 })];
      expect(await running.jar().json('/everywhere', post({ user: 7 }))).toEqual({ ended: 2 });
      for (const jar of jars) expect(await status(jar)).toBe(401);
      expect(await running.jar().json('/everywhere', post({ user: 7 }))).toEqual({ ended: 0 });
    });

    it('keeps a session that its public id names, if it is of that user', async () => {
      const kept = await login({ user: 7 });
      const stranger = await login({ user: 8 });
      const body = (except: string): RequestInit => post({ user: 7, except });
      expect(await running.jar().json('/everywhere', body(kept.publicId))).toEqual({ ended: 0 });
      expect(await status(kept)).toBe(200);
      expect(await running.jar().json('/everywhere', body(stranger.publicId))).toEqual({ ended: 1 });
      expect([await status(kept), await status(stranger)]).toEqual([401, 200]);
    });

    it('follows a session to its new id', async () => {
      const jar = await login({ user: 7 });
      await jar.fetch('/login', post({ user: 7 }));
      expect(await running.jar().json('/everywhere', post({ user: 7 }))).toEqual({ ended: 1 });
      expect(await status(jar)).toBe(401);
    });
  });

  describe('with a store that does not know whose a session is', () => {
    it('says so where somebody asks for it', async () => {
      await start({ store: plainStore() });
      const jar = await login({ user: 7 });
      expect((await jar.fetch('/devices', { headers: { 'user-agent': 'a browser' } })).status).toBe(500);
      expect(await status(jar)).toBe(200);
    });

    it('refuses to start where a limit of sessions needs it', async () => {
      const limited = start({ store: plainStore(), maxSessionsPerUser: 1 });
      await expect(limited).rejects.toThrow('SESSION_MAX_PER_USER (maxSessionsPerUser)');
      await start();
    });
  });
});

/** A store as an application may have written it: the law, and no further ability. */
function plainStore(): SessionStore {
  const records = new Map<string, { bytes: Uint8Array; version: number }>();
  return {
    read: (key) => Promise.resolve(records.get(key) ?? null),
    write: (key, bytes) => {
      records.set(key, { bytes, version: 1 });
      return Promise.resolve({ written: 1 });
    },
    touch: () => Promise.resolve(true),
    delete: (key) => Promise.resolve(records.delete(key) ? 'deleted' : 'absent'),
  };
}
