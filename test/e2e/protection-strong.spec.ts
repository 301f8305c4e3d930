import { afterEach, describe, expect, it } from '@jest/globals';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import { platforms } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { GatheringStore } from '../support/gathering-store.js';
import { HeldStore } from '../support/held-store.js';
import { ReadonlyStore } from '../support/readonly-store.js';
import { ProtectedPlace, type PlaceSetup } from './protection-app.js';
import { foreign, home, type Browser } from './protection-browser.js';

const cleared = [expect.stringMatching(/^session=; .*Max-Age=0/)];
const nobody = { user: null, data: {}, isNew: true };

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: ProtectedPlace;

  async function start(options: SessionModuleOptions = {}, store?: PlaceSetup['store']): Promise<void> {
    place = await ProtectedPlace.start({
      platform,
      options: { protection: { mode: 'strong' }, ...options },
      ...(store === undefined ? {} : { store }),
    });
  }

  /** A browser whose session holds what nobody else is to see. */
  async function withSecret(remember = false): Promise<Browser> {
    const owner = await place.loggedIn(home, { remember });
    await owner.post('/set/secret');
    await owner.post('/flash');
    place.forget();
    return owner;
  }

  afterEach(() => place.stop());

  describe('strong', () => {
    it('Flask-Login row 20: another user agent is nobody, the session has ended with its data, its cookie is cleared', async () => {
      await start();
      const owner = await withSecret();
      const { id } = await owner.who();
      place.forget();
      const { status, body, headers } = await owner.stolenBy(foreign).get('/session');
      expect([status, JSON.parse(body)]).toEqual([200, { ...nobody, flashes: [] }]);
      expect(headers['set-cookie']).toEqual(cleared);
      expect(await place.sessions()).toEqual([]);
      expect(place.heard.all).toEqual([
        { name: 'destroyed', event: { publicId: id } },
        { name: 'protected', event: { publicId: id, userId: 7, protection: 'strong', address: '127.0.0.1' } },
      ]);
      expect(place.store.calls).toEqual({ read: 1, write: 0, touch: 0, delete: 1 });
    });

    it('Flask-Login row 21: a permanent session is no exception', async () => {
      await start({ permanent: true });
      const owner = await withSecret();
      expect(await owner.stolenBy(foreign).json('/session')).toMatchObject(nobody);
      expect(await place.sessions()).toEqual([]);
      expect(place.heard.of('protected')).toHaveLength(1);
    });

    it('the client that made the login notices nothing', async () => {
      await start();
      const owner = await withSecret();
      expect(await owner.who()).toMatchObject({ user: 7, fresh: true, data: { secret: true } });
      expect(place.heard.all).toEqual([]);
    });

    it('all of its tabs are out, and hear nothing more of it', async () => {
      await start();
      const owner = await withSecret();
      const otherTab = owner.stolenBy(home);
      await owner.stolenBy(foreign).get('/session');
      for (const tab of [owner, otherTab]) {
        expect(await tab.json('/session')).toMatchObject(nobody);
        expect((await tab.get('/guarded')).status).toBe(401);
      }
      expect(place.heard.of('protected')).toHaveLength(1);
    });

    it('leaves remember-me alone: the next request is logged in again, not fresh, from its own client', async () => {
      await start();
      const owner = await withSecret(true);
      const updated = owner.become({ userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/141.0' });
      const first = await updated.get('/who');
      expect(JSON.parse(first.body)).toMatchObject({ user: null, fresh: false, data: {} });
      expect(first.headers['set-cookie']).toEqual(cleared);
      expect(updated.cookies.has('remember_token')).toBe(true);
      place.forget();

      for (let i = 0; i < 3; i++) {
        expect(await updated.who()).toMatchObject({ user: 7, fresh: false, remembered: true, data: {} });
      }
      expect(place.heard.names).toEqual(['created', 'login', 'remembered']);
      expect((await updated.get('/fresh')).status).toBe(401);
      await updated.post('/confirm');
      expect((await updated.get('/fresh')).status).toBe(200);
    });

    it('nobody else is asked who that request is, whatever else it brings along', async () => {
      await start();
      const owner = await withSecret();
      const thief = owner.stolenBy(foreign);
      const key = { 'x-key': 'robot' };
      expect((await thief.get('/guarded', key)).status).toBe(401);
      expect(place.heard.of('refused')).toMatchObject([{ publicId: null, userId: null, reason: 'login' }]);
      expect((await thief.get('/guarded', key)).status).toBe(200);
    });

    it('that request may log in, and is the owner of a new session then', async () => {
      await start();
      const owner = await withSecret();
      const updated = owner.become(foreign);
      await updated.post('/login');
      expect(await updated.who()).toMatchObject({ user: 7, fresh: true, data: {} });
      expect(place.heard.of('protected')).toHaveLength(1);
    });

    it('what that request writes begins a session of its own', async () => {
      await start();
      const owner = await withSecret();
      const thief = owner.stolenBy(foreign);
      await thief.post('/set/mine');
      expect(await thief.json('/session')).toMatchObject({ user: null, data: { mine: true } });
      expect(await owner.json('/session')).toMatchObject(nobody);
    });

    it('an anonymous session is not looked at', async () => {
      await start();
      const visitor = place.browser();
      await visitor.post('/set/basket');
      place.forget();
      expect(await visitor.stolenBy(foreign).json('/session')).toMatchObject({ user: null, data: { basket: true } });
      expect(place.heard.all).toEqual([]);
    });
  });

  describe('of a session that has ended for it, a request never sees', () => {
    it.each([
      { what: 'the data', path: '/session', seen: { ...nobody, flashes: [] } },
      { what: 'the data, by a parameter that cannot be changed', path: '/readonly', seen: nobody },
      { what: 'one value', path: '/one-value', seen: { basket: null } },
      {
        what: 'how long it lives',
        path: '/left',
        seen: { exists: false, isThere: false, expiresAt: null, expiresIn: 0 },
      },
    ])('$what', async ({ path, seen }) => {
      await start();
      const owner = await withSecret();
      await owner.post('/set/basket');
      const { body, headers } = await owner.stolenBy(foreign).get(path);
      expect(JSON.parse(body)).toEqual(seen);
      expect(headers['set-cookie']).toEqual(cleared);
    });

    it('anything in a stream', async () => {
      await start();
      const owner = await withSecret();
      const { body, headers } = await owner.stolenBy(foreign).get('/streamed');
      expect(body).toBe('data {}');
      expect(headers['set-cookie']).toEqual(cleared);
      expect(await place.sessions()).toEqual([]);
    });

    it('anything, when the head is out before it is loaded; its cookie leads nowhere', async () => {
      await start();
      const owner = await withSecret();
      const thief = owner.stolenBy(foreign);
      const { body, headers } = await thief.get('/late');
      expect(body).toBe('begun {"user":null,"data":{}}');
      expect(headers['set-cookie']).toBeUndefined();
      expect(await place.sessions()).toEqual([]);
      expect(await thief.json('/session')).toMatchObject(nobody);
    });

    it('anything, where the session is loaded before the routes', async () => {
      await start({ eager: true });
      const owner = await withSecret();
      const thief = owner.stolenBy(foreign);
      // There is nothing that could be read anew.
      expect(await thief.get('/reloaded')).toMatchObject({ status: 500, body: expect.not.stringContaining('secret') });
      expect(await thief.json('/session')).toMatchObject(nobody);
      expect(await place.sessions()).toEqual([]);
      expect(place.heard.of('protected')).toHaveLength(1);
    });

    it('anything, when it answers with an error', async () => {
      await start({ commitOnError: false });
      const owner = await withSecret();
      const { status, headers } = await owner.stolenBy(foreign).get('/fails');
      expect(status).toBe(500);
      expect(headers['set-cookie']).toEqual(cleared);
      expect(await place.sessions()).toEqual([]);
      expect(await owner.json('/session')).toMatchObject(nobody);
    });
  });

  describe('parallel requests', () => {
    it('of another client end it once, and are all nobody', async () => {
      const store = new GatheringStore();
      await start({}, store);
      const owner = await withSecret();
      const thief = owner.stolenBy(foreign);
      store.gather(20);
      const answers = await Promise.all(Array.from({ length: 20 }, () => thief.stolenBy(foreign).get('/session')));
      for (const { status, body } of answers) {
        expect([status, JSON.parse(body)]).toEqual([200, { ...nobody, flashes: [] }]);
      }
      expect(place.heard.of('protected')).toHaveLength(1);
      expect(place.heard.of('destroyed')).toHaveLength(1);
      expect(await place.sessions()).toEqual([]);
    });

    it('what the owner saves meanwhile does not bring it back', async () => {
      const store = new HeldStore();
      await start({}, store);
      const owner = await withSecret();
      const held = store.holdNext('write');
      const saving = owner.post('/set/more');
      await held.reached;
      await owner
        .stolenBy(foreign)
        .at(await place.anotherProcess())
        .get('/session');
      held.release();
      const { headers } = await saving;
      expect(headers['set-cookie']).toBeUndefined();
      expect(await place.sessions()).toEqual([]);
      expect(place.heard.of('lateWrite')).toHaveLength(1);
    });

    it('a login that overtakes it stands: its cookie is not cleared', async () => {
      const store = new HeldStore();
      await start({}, store);
      const owner = await withSecret();
      const thief = owner.stolenBy(foreign);
      const held = store.holdNext('delete');
      const looking = thief.get('/session');
      await held.reached;
      await owner.at(await place.anotherProcess()).post('/login');
      held.release();
      const { body, headers } = await looking;
      expect(JSON.parse(body)).toMatchObject(nobody);
      expect(headers['set-cookie']).toBeUndefined();
      expect(await owner.who()).toMatchObject({ user: 7, fresh: true, data: { secret: true } });
      expect(place.heard.of('protected')).toEqual([]);
    });
  });

  describe('when the store fails', () => {
    it('ASVS 16.5.3: a session that cannot be ended is not handed out', async () => {
      const store = new ReadonlyStore();
      await start({}, store);
      const owner = await withSecret();
      store.isReadonly = true;
      const { status, body } = await owner.stolenBy(foreign).get('/session');
      expect(status).toBe(503);
      expect(body).not.toContain('secret');
      store.isReadonly = false;
      expect(await owner.stolenBy(foreign).json('/session')).toMatchObject(nobody);
      expect(place.heard.of('protected')).toHaveLength(1);
    });

    it('ASVS 16.5.3: nor where a store that is away means nobody', async () => {
      const store = new ReadonlyStore();
      await start({ onStoreError: 'anonymous' }, store);
      const owner = await withSecret();
      store.isReadonly = true;
      const thief = owner.stolenBy(foreign);
      expect(await thief.json('/readonly')).toEqual(nobody);
      expect((await thief.get('/guarded')).status).toBe(401);
    });
  });
});
