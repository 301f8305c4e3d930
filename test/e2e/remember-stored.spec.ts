import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { platforms } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import type { CookieJar } from '../support/jar.js';
import { keyBehind } from '../support/stored-keys.js';
import { json, minute, post, RememberPlace, rememberCookieOf } from './remember-app.js';

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: RememberPlace;
  beforeEach(async () => {
    // Whether everybody was logged out is asked at boot, and not again in these tests.
    place = await RememberPlace.start({ platform, options: { logoutAllUsersInterval: '400d' } });
  });
  afterEach(() => place.stop());

  /** Everything that the store has, keys included, as text. */
  async function stored(): Promise<string> {
    const records = await Promise.all(
      (await place.keys()).map(async (key) => {
        const record = await place.store.inner.read(key);
        return `${key}\n${Buffer.from(record?.bytes ?? []).toString('latin1')}`;
      }),
    );
    return records.join('\n');
  }

  describe('what the store has', () => {
    /** The secrets that a browser has held at one time. */
    function secretsOf(jar: CookieJar): string[] {
      const [token = ''] = rememberCookieOf(jar).split('.');
      const [id = ''] = (jar.get('session') ?? '').split('.');
      const validator = token.slice(22, 65);
      expect([validator.length, id.length]).toEqual([43, 43]);
      return [validator, Buffer.from(validator, 'base64url').toString('latin1'), id];
    }

    it('is of no use as a cookie: no validator and no session id is in it, neither of now nor of before', async () => {
      const jar = await place.remembered();
      const secrets = secretsOf(jar);
      const dumps = [await stored()];
      for (let turn = 0; turn < 3; turn++) {
        jar.set('session', '');
        await place.who(jar);
        dumps.push(await stored());
        await place.who(jar);
        secrets.push(...secretsOf(jar));
        dumps.push(await stored());
        place.pass(minute);
      }
      expect(new Set(secrets).size).toBe(12);
      for (const dump of dumps) {
        expect(dump).toContain('session:remember:');
        for (const secret of secrets) expect(dump).not.toContain(secret.slice(0, 12));
      }
    });

    it('does not name the user in a key, nor the family in that of its row', async () => {
      const jar = await place.remembered('user-by-name');
      const family = rememberCookieOf(jar).slice(0, 22);
      for (const key of await place.keys()) {
        expect(key).not.toContain('user-by-name');
        expect(key).not.toContain(family);
      }
    });

    it('ends with the login: nothing is left after a logout', async () => {
      const jar = await place.remembered();
      jar.set('session', '');
      await place.who(jar);
      await jar.fetch('/logout', post);
      // The mark that keeps a restore from bringing the login back while it ends.
      const marks = (await place.keys()).filter((key) => key.startsWith('session:ended:'));
      expect(await place.keys()).toEqual(marks);
      place.pass(5 * minute);
      expect(await place.keys()).toEqual([]);
    });

    it('ends by itself when the login is not remembered any more', async () => {
      await place.remembered(7, { duration: '10m' });
      place.pass(10 * minute);
      expect((await place.keys()).filter((key) => key.includes('remember'))).toEqual([]);
    });
  });

  describe('the calls of the store', () => {
    it('for a login: the row, and the session', async () => {
      await place.jar().fetch('/login', json({ user: 7, options: { remember: true } }));
      expect(place.store.calls).toEqual({ read: 0, write: 2, touch: 0, delete: 0 });
    });

    it('for a restore: the row is read, written, and read again, and the session written', async () => {
      const away = await place.away();
      await place.who(away);
      expect(place.store.calls).toEqual({ read: 2, write: 2, touch: 0, delete: 0 });
    });

    it('for a restore where the session cookie of before comes along: a look for that besides', async () => {
      const jar = await place.remembered();
      await place.store.inner.delete(keyBehind(jar.get('session')));
      await place.who(jar);
      expect(place.store.calls).toEqual({ read: 3, write: 2, touch: 0, delete: 0 });
    });

    it('for one that follows another: the row is read, and the session', async () => {
      const away = await place.away();
      const late = away.copy();
      await place.who(away);
      place.forget();
      await place.who(late);
      expect(place.store.calls).toEqual({ read: 2, write: 0, touch: 0, delete: 0 });
    });

    it('for the first request with what a restore gave: row and session are read, and written once more', async () => {
      const away = await place.away();
      await place.who(away);
      place.forget();
      await place.who(away);
      expect(place.store.calls).toEqual({ read: 2, write: 2, touch: 0, delete: 0 });
    });

    it('for every other request: none but the one that reads the session', async () => {
      const [away, jar] = [await place.away(), await place.remembered()];
      await place.who(away);
      await place.who(away);
      for (const browser of [away, jar]) {
        for (const path of ['/who', '/guarded', '/session']) {
          place.forget();
          expect((await browser.fetch(path)).status).toBe(200);
          expect(place.store.calls).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
        }
      }
    });

    it('for a request that touches no session: none', async () => {
      const away = await place.away();
      expect((await away.fetch('/untouched')).headers.getSetCookie()).toEqual([]);
      expect(place.calls).toBe(0);
    });

    it('for a request that does not ask who is there: none, and nobody is let in', async () => {
      const away = await place.away();
      const response = await away.fetch('/session');
      expect(await response.json()).toMatchObject({ user: null });
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(place.calls).toBe(0);
    });

    it('for a logout: the row is read and deleted, and the session read and deleted', async () => {
      const jar = await place.remembered();
      await jar.fetch('/logout', post);
      expect(place.store.calls).toEqual({ read: 2, write: 0, touch: 0, delete: 2 });
    });
  });
});
