import { afterEach, describe, expect, it } from '@jest/globals';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import { platforms } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import { ProtectedPlace } from './protection-app.js';
import type { Browser, Client } from './protection-browser.js';

const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1';
const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0';
const player = 'AppleCoreMedia/1.0.0.21G80 (iPhone; U; CPU OS 17_6 like Mac OS X; en_us)';
const part = { range: 'bytes=0-1', accept: '*/*', 'x-playback-session-id': '1' };

const phone: Client = { userAgent: safari, forwarded: '203.0.113.7' };
const playerOn = (forwarded: string): Client => ({ userAgent: player, forwarded });
const its = playerOn('203.0.113.7');

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: ProtectedPlace;
  afterEach(() => place.stop());

  async function start(options: SessionModuleOptions): Promise<void> {
    place = await ProtectedPlace.start({ platform, options, trust: platform === 'express' ? 1 : '127.0.0.1' });
  }

  /** What a session is after another client came with its cookie. */
  async function after(owner: Browser): Promise<unknown> {
    const { user, fresh } = await owner.who();
    return { user, fresh, events: place.heard.of('protected').length };
  }

  const untouched = { user: 7, fresh: true, events: 0 };
  const noticed = { basic: { user: 7, fresh: false, events: 1 }, strong: { user: null, fresh: false, events: 1 } };

  describe.each(['basic', 'strong'] as const)('%s: the media player of the device that made the login', (mode) => {
    it('reads what the page plays, is told of to nobody, and writes nothing', async () => {
      await start({ protection: { mode } });
      const owner = await place.loggedIn(phone);
      const answers = [];
      for (const path of ['/guarded', '/session', '/readonly']) {
        answers.push((await owner.stolenBy(its).get(path, part)).status);
      }
      expect(answers).toEqual([200, 200, 200]);
      expect(place.store.calls).toEqual({ read: 3, write: 0, touch: 0, delete: 0 });
      expect(await after(owner)).toEqual(untouched);
    });

    it('is never fresh itself, nor confirmed for anything', async () => {
      await start({ protection: { mode } });
      const owner = await place.loggedIn(phone);
      await owner.post('/confirm', { action: 'delete' });
      place.forget();
      const media = owner.stolenBy(its);
      expect((await media.get('/fresh', part)).status).toBe(401);
      expect((await media.get('/deleting', part)).status).toBe(401);
      expect(JSON.parse((await media.get('/who', part)).body)).toMatchObject({ user: 7, fresh: false });
      expect((await owner.get('/deleting')).status).toBe(200);
      expect(await after(owner)).toEqual(untouched);
    });

    it('neither extends the session, nor gives it another id or another cookie', async () => {
      await start({ protection: { mode }, rotateEvery: '1m' });
      const owner = await place.loggedIn(phone);
      place.clock.now += 10 * 60_000;
      const { status, headers } = await owner.stolenBy(its).get('/guarded', part);
      expect([status, headers['set-cookie']]).toEqual([200, undefined]);
      expect(place.store.calls).toMatchObject({ write: 0, touch: 0, delete: 0 });
      expect((await owner.get('/guarded')).headers['set-cookie']).toHaveLength(1);
    });

    it('changes nothing of the session: what the handler writes is dropped and told, what takes effect at once refused', async () => {
      await start({ protection: { mode } });
      const owner = await place.loggedIn(phone, { remember: true });
      await owner.who();
      place.forget();
      const media = owner.stolenBy(its);
      const written = await media.get('/taken', part);
      expect([written.status, JSON.parse(written.body)]).toEqual([200, { keys: ['taken'] }]);
      expect(place.heard.names).toEqual(['droppedChange']);
      const tried = [];
      for (const path of [
        '/left-by-get',
        '/entered-by-get',
        '/again-by-get',
        '/confirmed-by-get',
        '/committed-by-get',
      ]) {
        tried.push((await media.get(path, part)).status);
      }
      expect(tried).toEqual([500, 500, 500, 500, 500]);
      expect(place.store.calls).toMatchObject({ write: 0, touch: 0, delete: 0 });
      expect(await owner.who()).toMatchObject({ user: 7, fresh: true, data: {} });
      owner.cookies.delete('session');
      expect(await owner.who()).toMatchObject({ user: 7, remembered: true });
    });

    it('works with `req.session` in the form of express-session, which some write to with every request', async () => {
      await start({ protection: { mode }, eager: true });
      const owner = await place.loggedIn(phone);
      const media = owner.stolenBy(its);
      expect((await media.get('/as-express', part)).status).toBe(200);
      expect((await media.get('/ended-as-express', part)).status).toBe(500);
      expect(place.store.calls).toMatchObject({ write: 0, touch: 0, delete: 0 });
      expect(await owner.who()).toMatchObject({ user: 7, fresh: true, data: {} });
    });

    it('is noticed by any sign that it is another', async () => {
      const strangers: readonly (readonly [what: string, login: Client, ask: (owner: Browser) => Promise<unknown>])[] =
        [
          ['without Range', phone, (owner) => owner.stolenBy(its).get('/guarded')],
          ['by another method', phone, (owner) => owner.stolenBy(its).post('/set/a')],
          ['by another method, with Range', phone, (owner) => owner.stolenBy(its).post('/set/a', {}, part)],
          ['on another network', phone, (owner) => owner.stolenBy(playerOn('198.51.100.9')).get('/guarded', part)],
          ['on the next address', phone, (owner) => owner.stolenBy(playerOn('203.0.113.8')).get('/guarded', part)],
          ['of no address', phone, (owner) => owner.stolenBy(playerOn('unknown')).get('/guarded', part)],
          [
            'of a login that was made on Windows',
            { ...phone, userAgent: windows },
            (owner) => owner.stolenBy(its).get('/guarded', part),
          ],
          [
            'of a login without a user agent',
            { forwarded: '203.0.113.7' },
            (owner) => owner.stolenBy(its).get('/guarded', part),
          ],
          [
            'of another device',
            phone,
            (owner) =>
              owner
                .stolenBy({
                  ...its,
                  userAgent: 'AppleCoreMedia/1.0.0.23A344 (Macintosh; U; Intel Mac OS X 14_0; en_us)',
                })
                .get('/guarded', part),
          ],
          [
            'by another name',
            phone,
            (owner) => owner.stolenBy({ ...its, userAgent: `curl ${player}` }).get('/guarded', part),
          ],
        ];
      await start({ protection: { mode } });
      for (const [what, login, ask] of strangers) {
        const owner = await place.loggedIn(login);
        await ask(owner);
        expect([what, await after(owner)]).toEqual([what, noticed[mode]]);
      }
    });
  });

  it('shares a /64 of IPv6, or the network that the application names', async () => {
    await start({ protection: { mode: 'basic', ipv4: 24 } });
    const home = await place.loggedIn({ ...phone, forwarded: '2001:db8:0:1::1' });
    await home.stolenBy(playerOn('2001:db8:0:1:ffff::2')).get('/guarded', part);
    expect(await after(home)).toEqual(untouched);
    await home.stolenBy(playerOn('2001:db8:0:2::1')).get('/guarded', part);
    expect(await after(home)).toEqual(noticed.basic);

    const office = await place.loggedIn(phone);
    await office.stolenBy(playerOn('203.0.113.200')).get('/guarded', part);
    expect(await after(office)).toEqual(untouched);
    await office.stolenBy(playerOn('203.0.114.7')).get('/guarded', part);
    expect(await after(office)).toEqual(noticed.basic);
  });

  it('is known where the phone has been seen last, as well as where it logged in', async () => {
    await start({ protection: { mode: 'basic' } });
    const owner = await place.loggedIn(phone);
    place.clock.now += 10 * 60_000;
    const moved = owner.become({ ...phone, forwarded: '198.51.100.9' });
    await moved.get('/guarded');
    place.forget();
    for (const address of ['198.51.100.9', '203.0.113.7']) {
      await moved.stolenBy(playerOn(address)).get('/guarded', part);
    }
    expect(await after(moved)).toEqual(untouched);
    await moved.stolenBy(playerOn('192.0.2.1')).get('/guarded', part);
    expect(await after(moved)).toEqual(noticed.basic);
  });

  it('changes nothing of a login that was noticed before, either', async () => {
    await start({ protection: { mode: 'basic' } });
    const owner = await place.loggedIn(phone);
    await owner.stolenBy({ userAgent: 'curl/8.5.0', forwarded: '203.0.113.7' }).who();
    await owner.stolenBy(its).get('/taken', part);
    expect(await owner.who()).toMatchObject({ data: {} });
  });

  it('is like any other where nobody looks', async () => {
    await start({ protection: { mode: null } });
    const owner = await place.loggedIn(phone);
    expect((await owner.stolenBy(its).get('/fresh', part)).status).toBe(200);
  });

  it('takes no turn of a remember cookie: the page would be another client than the player that it began the session for', async () => {
    await start({ protection: { mode: 'strong' } });
    const owner = await place.loggedIn(phone, { remember: true });
    owner.cookies.delete('session');
    const media = await owner.stolenBy(its).get('/guarded', part);
    expect([media.status, media.headers['set-cookie']]).toEqual([401, undefined]);
    expect((await owner.get('/guarded')).status).toBe(200);
    // Nor does it count as the arrival of the session and the cookie that were just begun.
    place.forget();
    expect((await owner.stolenBy(its).get('/guarded', part)).status).toBe(200);
    expect(place.store.calls).toMatchObject({ write: 0, touch: 0, delete: 0 });
    expect(await owner.who()).toMatchObject({ user: 7, remembered: true });
    expect(place.heard.of('protected')).toEqual([]);
  });

  it('gets no cookie where that of the session was signed by a former secret: the next page does', async () => {
    const [store, former] = [new MemoryStore(), 'a former secret of 32 bytes and more'];
    place = await ProtectedPlace.start({ platform, store, trust: '127.0.0.1', options: { secretKey: former } });
    const { cookies } = await place.loggedIn(phone);
    await place.stop();
    const options = { secretKeyFallbacks: [former] };
    place = await ProtectedPlace.start({ platform, store, trust: '127.0.0.1', options });
    const media = await place.browser(its, new Map(cookies)).get('/guarded', part);
    expect([media.status, media.headers['set-cookie']]).toEqual([200, undefined]);
    const page = await place.browser(phone, cookies).get('/guarded');
    expect([page.status, page.headers['set-cookie']]).toEqual([200, [expect.stringMatching(/^session=/)]]);
  });

  it('looks on where the session is in its cookie, too', async () => {
    await start({ type: 'cookie', store: undefined, protection: { mode: 'strong' } });
    const owner = await place.loggedIn(phone);
    place.clock.now += 10 * 60_000;
    for (const path of ['/guarded', '/taken']) {
      const { status, headers } = await owner.stolenBy(its).get(path, part);
      expect([status, headers['set-cookie']]).toEqual([200, undefined]);
    }
    expect(await owner.who()).toMatchObject({ user: 7, fresh: true, data: {} });
    expect(place.heard.of('protected')).toEqual([]);
  });

  it('is nobody where the user has gone, and leaves the end of the session to the next page', async () => {
    const users = new Map([[7, { id: 7 }]]);
    await start({ protection: { mode: 'basic' }, userLoader: (id) => users.get(Number(id)) ?? null });
    const owner = await place.loggedIn(phone);
    users.clear();
    expect((await owner.stolenBy(its).get('/guarded', part)).status).toBe(401);
    expect(place.store.calls).toMatchObject({ write: 0, delete: 0 });
    expect((await owner.get('/guarded')).status).toBe(401);
    expect(await place.sessions()).toEqual([]);
  });
});
