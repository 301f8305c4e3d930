import { afterEach, describe, expect, it } from '@jest/globals';
import type { LoginOptions, SessionModuleOptions } from 'nestjs-session-auth';
import { platforms } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { GatheringStore } from '../support/gathering-store.js';
import { HeldStore } from '../support/held-store.js';
import { ReadonlyStore } from '../support/readonly-store.js';
import { ProtectedPlace, type PlaceSetup } from './protection-app.js';
import { foreign, home } from './protection-browser.js';

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: ProtectedPlace;

  async function start(options: SessionModuleOptions = {}, store?: PlaceSetup['store']): Promise<void> {
    place = await ProtectedPlace.start({ platform, options, ...(store === undefined ? {} : { store }) });
  }

  afterEach(() => place.stop());

  describe('off', () => {
    it('Flask-Login row 23: nobody looks who sends the cookie', async () => {
      await start({ protection: { mode: null } });
      const owner = await place.loggedIn();
      const thief = owner.stolenBy(foreign);
      expect(await thief.who()).toMatchObject({ user: 7, fresh: true });
      expect((await thief.get('/fresh')).status).toBe(200);
      expect(place.heard.all).toEqual([]);
      expect(place.store.calls).toMatchObject({ write: 0, delete: 0 });
    });
  });

  describe('basic', () => {
    it('Flask-Login row 19: another user agent is still logged in, and not fresh any more, and that is told', async () => {
      await start({ protection: { mode: 'basic' } });
      const owner = await place.loggedIn();
      const { id } = await owner.who();
      const thief = owner.stolenBy(foreign);
      expect(await thief.who()).toMatchObject({ user: 7, fresh: false, remembered: false });
      expect(place.heard.all).toEqual([
        { name: 'protected', event: { publicId: id, userId: 7, protection: 'basic', address: '127.0.0.1' } },
      ]);
    });

    it('is what holds without a setting', async () => {
      await start();
      const owner = await place.loggedIn();
      expect(await owner.stolenBy(foreign).who()).toMatchObject({ user: 7, fresh: false });
      expect(place.heard.names).toEqual(['protected']);
    });

    it('is told once and written once, however often that client comes', async () => {
      await start();
      const owner = await place.loggedIn();
      const thief = owner.stolenBy(foreign);
      await thief.who();
      expect(place.store.calls).toEqual({ read: 1, write: 1, touch: 0, delete: 0 });
      for (let i = 0; i < 3; i++) expect(await thief.who()).toMatchObject({ user: 7, fresh: false });
      expect((await thief.get('/fresh')).status).toBe(401);
      expect(await owner.stolenBy({ userAgent: 'yet another' }).who()).toMatchObject({ user: 7, fresh: false });
      expect(place.store.calls).toEqual({ read: 6, write: 1, touch: 0, delete: 0 });
      expect(place.heard.of('protected')).toHaveLength(1);
    });

    it('costs the client that made the login nothing', async () => {
      await start();
      const owner = await place.loggedIn();
      for (let i = 0; i < 3; i++) expect(await owner.who()).toMatchObject({ user: 7, fresh: true });
      expect(place.store.calls).toEqual({ read: 3, write: 0, touch: 0, delete: 0 });
      expect(place.heard.all).toEqual([]);
    });

    it('does not open what asks for a fresh login, nor for an action that was confirmed', async () => {
      await start();
      const owner = await place.loggedIn();
      await owner.post('/confirm', { action: 'delete' });
      expect((await owner.get('/deleting')).status).toBe(200);
      const thief = owner.stolenBy(foreign);
      const refused = await thief.get('/fresh');
      expect([refused.status, JSON.parse(refused.body)]).toMatchObject([401, { reason: 'confirmation_required' }]);
      expect((await thief.get('/deleting')).status).toBe(401);
      expect((await thief.get('/guarded')).status).toBe(200);
      // What was confirmed before is to be confirmed once more.
      await owner.post('/confirm');
      expect((await owner.get('/fresh')).status).toBe(200);
      expect((await owner.get('/deleting')).status).toBe(401);
    });

    it('does not become fresh again when the first client comes back, until it confirms', async () => {
      await start();
      const owner = await place.loggedIn();
      const thief = owner.stolenBy(foreign);
      await thief.who();
      expect(await owner.who()).toMatchObject({ user: 7, fresh: false });
      expect((await owner.get('/fresh')).status).toBe(401);

      await owner.post('/confirm');
      expect(await owner.who()).toMatchObject({ user: 7, fresh: true });
      expect((await owner.get('/fresh')).status).toBe(200);
      // The confirmation has given the session a new id.
      expect(await thief.who()).toMatchObject({ user: null });
    });

    it('does not become fresh again when the first client comes back, until it logs in', async () => {
      await start();
      const owner = await place.loggedIn();
      await owner.stolenBy(foreign).who();
      await owner.post('/login');
      expect(await owner.who()).toMatchObject({ user: 7, fresh: true });
    });

    it('an updated browser that confirms is the client from then on, and watched as before', async () => {
      await start();
      const before = await place.loggedIn();
      const updated = before.become({ userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/141.0' });
      expect(await updated.who()).toMatchObject({ user: 7, fresh: false });
      await updated.post('/confirm');
      place.forget();
      expect(await updated.who()).toMatchObject({ user: 7, fresh: true });
      expect(place.heard.all).toEqual([]);
      expect(await updated.stolenBy(foreign).who()).toMatchObject({ user: 7, fresh: false });
      expect(place.heard.names).toEqual(['protected']);
    });

    it.each<{ what: string; options: LoginOptions }>([
      { what: 'is not fresh', options: { fresh: false } },
      { what: 'was proved with nothing', options: { factors: [] } },
    ])('tells once of a login that $what, too', async ({ options }) => {
      await start();
      const owner = await place.loggedIn(home, options);
      const thief = owner.stolenBy(foreign);
      await thief.who();
      await thief.who();
      expect(place.heard.names).toEqual(['protected']);
      expect(place.store.calls.write).toBe(1);
    });

    it('tells of a stolen session that remember-me has begun', async () => {
      await start();
      const owner = await place.loggedIn(home, { remember: true });
      owner.cookies.delete('session');
      expect(await owner.who()).toMatchObject({ user: 7, fresh: false, remembered: true });
      const thief = owner.stolenBy(foreign);
      thief.cookies.delete('remember_token');
      place.forget();
      await owner.who();
      expect(place.heard.all).toEqual([]);
      expect(await thief.who()).toMatchObject({ user: 7, fresh: false });
      expect(place.heard.of('protected')).toHaveLength(1);
    });

    it('Flask-Login row 22: a request with a remember cookie alone is not looked at, and belongs to its client from then on', async () => {
      await start();
      const owner = await place.loggedIn(home, { remember: true });
      owner.cookies.delete('session');
      const moved = owner.become(foreign);
      expect(await moved.who()).toMatchObject({ user: 7, fresh: false, remembered: true });
      expect(await moved.who()).toMatchObject({ user: 7, fresh: false, remembered: true });
      expect(place.heard.of('protected')).toEqual([]);
      await moved.become(home).who();
      expect(place.heard.of('protected')).toHaveLength(1);
    });

    it('leaves the data alone', async () => {
      await start();
      const owner = await place.loggedIn();
      await owner.post('/set/basket');
      await owner.stolenBy(foreign).post('/set/more');
      expect((await owner.who()).data).toEqual({ basket: true, more: true });
    });
  });

  describe('a login from which freshness is taken', () => {
    it.each(['/fails', '/guarded', '/readonly', '/one-value', '/streamed'])('has none left after %s', async (path) => {
      await start();
      const owner = await place.loggedIn();
      await owner.stolenBy(foreign).get(path);
      expect(await owner.who()).toMatchObject({ user: 7, fresh: false });
      expect(place.heard.of('protected')).toHaveLength(1);
    });

    it.each(['/fails', '/fresh'])('has none left where an error drops what %s has changed', async (path) => {
      await start({ commitOnError: false });
      const owner = await place.loggedIn();
      const thief = owner.stolenBy(foreign);
      expect((await thief.get(path)).status).toBeGreaterThanOrEqual(400);
      await thief.get(path);
      expect(await owner.who()).toMatchObject({ user: 7, fresh: false });
      expect(place.heard.of('protected')).toHaveLength(1);
    });

    it('does not get it back by reading the session anew', async () => {
      await start({ eager: true });
      const owner = await place.loggedIn();
      expect(await owner.json('/reloaded')).toEqual({ user: 7, fresh: true });
      expect(await owner.stolenBy(foreign).json('/reloaded')).toEqual({ user: 7, fresh: false });
    });

    it('is no use of the session: asking how long it lives rotates nothing', async () => {
      await start({ idleTimeout: '1h', rotateEvery: '30m' });
      const owner = await place.loggedIn();
      const { id } = await owner.who();
      place.clock.now += 31 * 60_000;
      place.forget();
      await owner.stolenBy(foreign).get('/left');
      expect(place.heard.names).toEqual(['protected']);
      place.clock.now += 1;
      expect(await owner.who()).toMatchObject({ fresh: false });
      // It was due all the time, and that was a use.
      expect(place.heard.of('rotated')).toMatchObject([{ formerPublicId: id }]);
    });

    it('keeps its id where the head of the answer is out, and no cookie could follow', async () => {
      await start({ idleTimeout: '1h', rotateEvery: '10m', rotateGrace: 1 });
      const owner = await place.loggedIn();
      place.clock.now += 11 * 60_000;
      const { body } = await owner.stolenBy(foreign).get('/late');
      expect(body).toBe('begun {"user":7,"data":{}}');
      expect(place.heard.names).toEqual(['protected']);
      place.clock.now += 2_000;
      expect(await owner.who()).toMatchObject({ user: 7, fresh: false });
    });

    it('is extended and rotated by the request all the same, where that is due and the answer can say so', async () => {
      await start({ idleTimeout: '1h', rotateEvery: '30m' });
      const owner = await place.loggedIn();
      place.clock.now += 31 * 60_000;
      const thief = owner.stolenBy(foreign);
      const { headers } = await thief.get('/session');
      expect(headers['set-cookie']).toHaveLength(1);
      expect(place.heard.names).toEqual(['protected', 'rotated']);
    });
  });

  describe('who is not looked at', () => {
    it('an anonymous session', async () => {
      await start();
      const visitor = place.browser();
      await visitor.post('/set/basket');
      place.forget();
      const other = visitor.stolenBy(foreign);
      expect(await other.json('/session')).toMatchObject({ user: null, data: { basket: true } });
      expect(place.heard.all).toEqual([]);
      expect(place.store.calls).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
    });

    it.each(['basic', 'strong'] as const)('a login that an older version has stored, under %s', async (mode) => {
      await start({ protection: { mode }, serializer: 'json' });
      const owner = await place.loggedIn();
      await withoutDevice(place);
      expect(await owner.stolenBy(foreign).who()).toMatchObject({ user: 7, fresh: true });
      expect(place.heard.all).toEqual([]);

      // A confirmation says where it comes from.
      const other = owner.become(foreign);
      await other.post('/confirm');
      place.forget();
      await other.who();
      expect(place.heard.all).toEqual([]);
      await other.become(home).who();
      expect(place.heard.of('protected')).toHaveLength(1);
    });
  });

  describe('parallel requests', () => {
    it('of another client are told of once, lose no data and leave nothing fresh', async () => {
      const store = new GatheringStore();
      await start({}, store);
      const owner = await place.loggedIn();
      const thief = owner.stolenBy(foreign);
      const keys = Array.from({ length: 20 }, (_, index) => `key${String(index)}`);
      store.gather(keys.length);
      const answers = await Promise.all(keys.map((key) => thief.post(`/set/${key}`)));
      expect(answers.map(({ status, body }) => [status, body])).toEqual(keys.map(() => [201, '{"user":7}']));
      const { data, fresh, user } = await owner.who();
      expect(Object.keys(data).sort()).toEqual([...keys].sort());
      expect({ user, fresh }).toEqual({ user: 7, fresh: false });
      expect(place.heard.of('protected')).toHaveLength(1);
      expect(place.heard.of('overwritten')).toEqual([]);
    });

    it('of both clients lose no data, and leave nothing fresh', async () => {
      const store = new GatheringStore();
      await start({}, store);
      const owner = await place.loggedIn();
      const thief = owner.stolenBy(foreign);
      const keys = Array.from({ length: 20 }, (_, index) => `key${String(index)}`);
      store.gather(keys.length);
      await Promise.all(keys.map((key, index) => (index % 2 === 0 ? owner : thief).post(`/set/${key}`)));
      const { data, fresh } = await owner.who();
      expect(Object.keys(data).sort()).toEqual([...keys].sort());
      expect(fresh).toBe(false);
      expect(place.heard.of('protected')).toHaveLength(1);
    });

    it('what the owner saves while it is being stored stays, and it is told and stored all the same', async () => {
      const store = new HeldStore();
      await start({}, store);
      const owner = await place.loggedIn();
      const thief = owner.stolenBy(foreign);
      const held = store.holdNext('write');
      const looking = thief.get('/session');
      await held.reached;
      await owner.at(await place.anotherProcess()).post('/set/basket');
      held.release();
      expect(JSON.parse((await looking).body)).toMatchObject({ user: 7, data: { basket: true } });
      expect(place.heard.of('protected')).toHaveLength(1);
      await thief.who();
      expect(await owner.who()).toMatchObject({ user: 7, fresh: false, data: { basket: true } });
      expect(place.heard.of('protected')).toHaveLength(1);
    });

    it('a confirmation that overtakes it stands, and ends what the other client holds', async () => {
      const store = new HeldStore();
      await start({}, store);
      const owner = await place.loggedIn();
      const thief = owner.stolenBy(foreign);
      const held = store.holdNext('write');
      const looking = thief.get('/session');
      await held.reached;
      await owner.at(await place.anotherProcess()).post('/confirm');
      held.release();
      expect(JSON.parse((await looking).body)).toEqual({ user: null, data: {}, isNew: true, flashes: [] });
      expect(await owner.who()).toMatchObject({ user: 7, fresh: true });
      expect(place.heard.of('protected')).toEqual([]);
    });

    it.each(['drop', 'error'] as const)(
      'a logout that overtakes it leaves that client nothing, with onGone: %s',
      async (onGone) => {
        const store = new HeldStore();
        await start({ onGone }, store);
        const owner = await place.loggedIn();
        await owner.post('/set/secret');
        const thief = owner.stolenBy(foreign);
        const held = store.holdNext('write');
        const looking = thief.get('/session');
        await held.reached;
        await owner.at(await place.anotherProcess()).post('/logout');
        held.release();
        const { status, body, headers } = await looking;
        expect([status, JSON.parse(body)]).toEqual([200, { user: null, data: {}, isNew: true, flashes: [] }]);
        expect(headers['set-cookie']).toBeUndefined();
        expect(place.heard.of('protected')).toEqual([]);
        expect(await place.sessions()).toEqual([]);
      },
    );
  });

  describe('when the store fails', () => {
    it('ASVS 16.5.3: a request whose noticing cannot be stored is refused, and told of', async () => {
      const store = new ReadonlyStore();
      await start({}, store);
      const owner = await place.loggedIn();
      await owner.post('/set/secret');
      store.isReadonly = true;
      const { status, body } = await owner.stolenBy(foreign).get('/session');
      expect(status).toBe(503);
      expect(body).not.toContain('secret');
      expect(place.heard.names).toEqual(['protected', 'storeError']);
    });

    it('ASVS 16.5.3: is nobody where a store that is away means that', async () => {
      const store = new ReadonlyStore();
      await start({ onStoreError: 'anonymous' }, store);
      const owner = await place.loggedIn();
      await owner.post('/set/secret');
      store.isReadonly = true;
      const thief = owner.stolenBy(foreign);
      expect(await thief.json('/readonly')).toEqual({ user: null, data: {}, isNew: true });
      expect((await thief.get('/guarded')).status).toBe(401);
    });
  });
});

/** Takes from the one stored session what says where its login came from. */
async function withoutDevice(place: ProtectedPlace): Promise<void> {
  const { inner } = place.store;
  const [key = ''] = await place.sessions();
  const found = await inner.read(key);
  if (found === null) throw new Error('There is no session.');
  const record = JSON.parse(Buffer.from(found.bytes).toString()) as { a: { d?: unknown } };
  expect(record.a.d).toBeDefined();
  delete record.a.d;
  await inner.write(key, Buffer.from(JSON.stringify(record)), 60_000, found.version);
}
