import { afterEach, describe, expect, it } from '@jest/globals';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import type { RememberStore } from 'nestjs-session-auth/store';
import { StoredRemember } from '../../lib/auth/remember/stored-remember.js';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import {
  SessionStore,
  type DeleteResult,
  type StoredRecord,
  type WriteResult,
} from '../../lib/stores/session-store.js';
import { platforms } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { inTurn } from '../support/combinations.js';
import { afterGrace, json, linesOf, post, RememberPlace, rememberCookieOf } from './remember-app.js';
import { GatedStore } from './remember-gated-store.js';

/** Knows nothing of owners. */
class OwnerlessStore extends SessionStore {
  private readonly inner = new MemoryStore();

  override read(key: string): Promise<StoredRecord | null> {
    return this.inner.read(key);
  }

  override write(key: string, bytes: Uint8Array, ttlMs: number, expected: unknown): Promise<WriteResult> {
    return this.inner.write(key, bytes, ttlMs, expected);
  }

  override touch(key: string, ttlMs: number): Promise<boolean> {
    return this.inner.touch(key, ttlMs);
  }

  override delete(key: string, expected?: unknown): Promise<DeleteResult> {
    return this.inner.delete(key, expected);
  }
}

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: RememberPlace;
  const logger = new CapturedLogger();
  afterEach(() => place.stop());

  async function start(options: SessionModuleOptions = {}): Promise<void> {
    place = await RememberPlace.start({ platform, logger, options });
  }

  describe('a store that is away', () => {
    it('during a restore is a 503, and not nobody; no cookie is removed', async () => {
      await start();
      const away = await place.away();
      for (const path of ['/who', '/guarded']) {
        place.store.fail();
        const response = await away.fetch(path);
        expect([response.status, linesOf(response)]).toEqual([503, []]);
      }
      place.store.recover();
      expect(await place.who(away)).toMatchObject({ user: 7, remembered: true });
    });

    it('that does not answer is one, too', async () => {
      await start({ storeTimeout: '50ms' });
      const away = await place.away();
      place.store.hang();
      expect((await away.fetch('/guarded')).status).toBe(503);
      place.store.recover();
      expect(await place.who(away)).toMatchObject({ user: 7 });
    });

    it('is nobody where the application says so, and a guard still lets nobody in', async () => {
      await start({ onStoreError: 'anonymous' });
      const away = await place.away();
      place.store.fail();
      const response = await away.fetch('/who');
      expect([response.status, linesOf(response)]).toEqual([200, []]);
      expect(await response.json()).toMatchObject({ user: null });
      expect((await away.fetch('/guarded')).status).toBe(401);
      expect(place.heard.of('storeError').length).toBeGreaterThan(0);
      place.store.recover();
      expect(await place.who(away)).toMatchObject({ user: 7, remembered: true });
    });

    it('during a logout is a 503, and nothing is done', async () => {
      await start();
      const jar = await place.remembered();
      place.store.fail();
      const response = await jar.fetch('/logout', post);
      expect([response.status, linesOf(response)]).toEqual([503, []]);
      place.store.recover();
      expect(await place.who(jar)).toMatchObject({ user: 7 });
    });

    it('during a login that is to be remembered is a 503, and nobody is logged in', async () => {
      await start();
      const jar = place.jar();
      place.store.fail();
      const response = await jar.fetch('/login', json({ user: 7, options: { remember: true } }));
      expect([response.status, response.headers.getSetCookie()]).toEqual([503, []]);
      place.store.recover();
      expect(await place.who(jar)).toMatchObject({ user: null });
    });

    it('while an alarm ends what it has to end: the alarm is told of, and the client gets a 503', async () => {
      const make = (now: () => number): GatedStore => new GatedStore(now);
      place = await RememberPlace.start({ platform, store: make });
      const victim = await place.away();
      const thief = victim.copy();
      await place.who(victim);
      await place.who(victim);
      place.pass(afterGrace);
      (place.store.inner as GatedStore).failNext('delete', 'session');
      expect((await thief.fetch('/who')).status).toBe(503);
      expect(place.heard.of('rememberStolen')).toHaveLength(1);
      victim.set('session', '');
      expect(await place.who(victim)).toMatchObject({ user: null });
    });
  });

  it('a user loader that fails is a 503, and uses up no token', async () => {
    await start();
    const away = await place.away();
    const token = rememberCookieOf(away);
    place.users.error = new Error('The database is away.');
    expect((await away.fetch('/who')).status).toBe(503);
    expect(rememberCookieOf(away)).toBe(token);
    place.users.error = null;
    place.pass(afterGrace);
    expect(await place.who(away)).toMatchObject({ user: 7 });
  });

  describe('a store that knows no owners', () => {
    it('remembers all the same; what it cannot do is said', async () => {
      place = await RememberPlace.start({ platform, logger, store: new OwnerlessStore() });
      const away = await place.away();
      expect(await place.who(away)).toMatchObject({ user: 7, remembered: true });
      expect((await place.jar().fetch('/everywhere', json({ user: 7 }))).status).toBe(500);
      expect(logger.text).toContain('the remembered logins of a user cannot be ended together');
      await away.fetch('/logout', post);
      expect(away.header).toBe('');
    });

    it('notices a copy, ends the family, and says that it has ended no sessions', async () => {
      place = await RememberPlace.start({ platform, store: new OwnerlessStore() });
      const victim = await place.away();
      const thief = victim.copy();
      await place.who(victim);
      await place.who(victim);
      place.pass(afterGrace);
      expect(await place.who(thief)).toMatchObject({ user: null });
      expect(place.heard.of('rememberStolen')).toEqual([{ userId: 7, address: '127.0.0.1', sessions: 0 }]);
      victim.set('session', '');
      expect(await place.who(victim)).toMatchObject({ user: null });
    });
  });

  describe('a RememberStore of the application', () => {
    /** One over a session store of its own, whose answers a test can change. */
    function ownStore(
      change: (method: string, result: unknown) => unknown = (_method, result) => result,
    ): RememberStore {
      const inner = new StoredRemember(new MemoryStore(), 'own:', () => place.clock.now);
      return new Proxy(inner, {
        get(target, name) {
          const method: unknown = Reflect.get(target, name, target);
          if (typeof method !== 'function') return method;
          return async (...args: unknown[]) =>
            change(String(name), await (Reflect.apply(method, target, args) as Promise<unknown>));
        },
      });
    }

    it('is used in the place of the session store', async () => {
      await start({ remember: { store: ownStore() } });
      const away = await place.away();
      expect(await place.who(away)).toMatchObject({ user: 7, remembered: true });
      expect((await place.keys()).filter((key) => key.includes('remember'))).toEqual([]);
      await away.fetch('/logout', post);
      expect(await place.who(away)).toMatchObject({ user: null });
    });

    it('that fails is a 503, whatever it throws, and the log has the cause', async () => {
      let isAway = false;
      const fail = (_method: string, result: unknown): unknown => {
        if (isAway) throw new Error('connection refused by 10.0.0.7');
        return result;
      };
      await start({ remember: { store: ownStore(fail) } });
      const away = await place.away();
      isAway = true;
      expect((await away.fetch('/who')).status).toBe(503);
      expect(logger.text).toContain('remember.store failed');
      isAway = false;
      expect(await place.who(away)).toMatchObject({ user: 7 });
    });

    it('that never answers is a 503', async () => {
      let isAway = false;
      const hang = (_method: string, result: unknown): unknown => (isAway ? new Promise(() => undefined) : result);
      await start({ storeTimeout: '50ms', remember: { store: ownStore(hang) } });
      const away = await place.away();
      isAway = true;
      expect((await away.fetch('/who')).status).toBe(503);
      expect(logger.text).toContain('remember.store did not answer within 50 ms');
    });

    it('that gives a number back as a text, as database drivers do, is told which', async () => {
      const spoil = (method: string, result: unknown): unknown => {
        if (method !== 'read' || result === null) return result;
        const { row, version } = result as { row: { expiresAt: number }; version: unknown };
        return { version, row: { ...row, expiresAt: String(row.expiresAt) } };
      };
      await start({ remember: { store: ownStore(spoil) } });
      expect((await (await place.away()).fetch('/who')).status).toBe(503);
      expect(logger.text).toContain('check its expiresAt');
    });
  });
});
