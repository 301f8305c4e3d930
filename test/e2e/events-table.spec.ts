import { afterEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionEventName, SessionModuleOptions } from 'nestjs-session-auth';
// Adds the events of accounts to those of sessions.
import 'nestjs-session-auth/accounts';
import { accountEventNames } from '../../lib/accounts/events/account-observer.js';
import { platforms } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { keyBehind } from '../support/stored-keys.js';
import { account, EventfulPlace, idOf, password } from './events-app.js';
import { OldFramework } from './migration-app.js';
import { foreign } from './protection-browser.js';

const address = '127.0.0.1';
const someId: unknown = expect.stringMatching(/^[\w-]{10,}$/);
const afterGrace = 31_000;

interface Row {
  readonly name: SessionEventName;
  /** Where an event comes about in several ways. */
  readonly how?: string;
  readonly options?: SessionModuleOptions;
  /** Brings it about. What was heard before it calls `place.forget()` plays no part. @returns the public id to expect */
  raise(place: EventfulPlace): Promise<string | undefined>;
  /** The event, but for its `publicId`. */
  readonly event: object;
  /** Everything that is heard, in its order. Default: this event alone. */
  readonly names?: readonly SessionEventName[];
}

const old = new OldFramework();
old.sessions.set('of-ada', { data: { basket: 'apple' }, userId: 'ada' });
old.sessions.set('of-a-visitor', { data: { basket: 'pear' } });
const migrateFrom = [old.source()];

const rows: readonly Row[] = [
  {
    name: 'created',
    async raise(place) {
      const browser = place.browser();
      await browser.post('/set', { basket: 'apple' });
      return idOf(browser);
    },
    event: {},
  },
  {
    name: 'destroyed',
    async raise(place) {
      const browser = place.browser();
      await browser.post('/set', { basket: 'apple' });
      const id = await idOf(browser);
      place.forget();
      await browser.post('/destroy');
      return id;
    },
    event: {},
  },
  {
    name: 'rotated',
    async raise(place) {
      const browser = place.browser();
      await browser.post('/set', { basket: 'apple' });
      place.forget();
      await browser.post('/regenerate');
      return idOf(browser);
    },
    event: { formerPublicId: someId },
  },
  {
    name: 'lateWrite',
    async raise(place) {
      const browser = place.browser();
      await browser.post('/set', { basket: 'apple' });
      const id = await idOf(browser);
      const late = await place.held(browser.copy(), { basket: 'pear' });
      await browser.post('/destroy');
      place.forget();
      await late.end();
      return id;
    },
    event: {},
  },
  {
    name: 'overwritten',
    async raise(place) {
      const browser = place.browser();
      await browser.post('/set', { basket: 'apple' });
      const late = await place.held(browser, { basket: 'pear' });
      await browser.post('/set', { basket: 'plum' });
      place.forget();
      await late.end();
      return idOf(browser);
    },
    event: { paths: ['basket'] },
  },
  {
    name: 'brokenRecord',
    async raise(place) {
      const browser = place.browser();
      await browser.post('/set', { basket: 'apple' });
      const id = await idOf(browser);
      const key = keyBehind(browser.cookies.get('session'));
      const record = await place.store.read(key);
      await place.store.write(key, Buffer.from('garbage'), 60_000, record?.version);
      place.forget();
      await browser.get('/session');
      return id;
    },
    event: { reason: 'Its bytes cannot be read.' },
    names: ['brokenRecord', 'expired'],
  },
  ...(['/login', '/logout', '/regenerate', '/set'] as const).map<Row>((path) => ({
    name: 'storeError',
    how: `while ${path} is answered`,
    async raise(place) {
      const browser = await place.loggedIn();
      place.forget();
      place.store.isReadonly = true;
      const { status } = await browser.post(path, path === '/set' ? { basket: 'pear' } : {});
      expect(status).toBe(503);
      place.store.isReadonly = false;
      return undefined;
    },
    event: { error: expect.objectContaining({ code: 'SESSION_STORE_UNAVAILABLE' }) },
  })),
  {
    name: 'droppedChange',
    async raise(place) {
      await place.browser().post('/too-late');
      return undefined;
    },
    event: { publicId: someId },
  },
  {
    name: 'expired',
    async raise(place) {
      const browser = place.browser();
      await browser.post('/set', { basket: 'apple' });
      const id = await idOf(browser);
      place.clock.now += 32 * 86_400_000;
      place.forget();
      await browser.get('/session');
      return id;
    },
    event: {},
  },
  {
    name: 'login',
    async raise(place) {
      return idOf(await place.loggedIn({ factors: ['pwd', 'otp'] }));
    },
    event: { userId: 7, factors: ['pwd', 'otp'], restored: false, address },
    names: ['created', 'login'],
  },
  {
    name: 'login',
    how: 'in a session that there was',
    async raise(place) {
      const browser = place.browser();
      await browser.post('/set', { basket: 'apple' });
      place.forget();
      await browser.post('/login', { user: 'ada' });
      return idOf(browser);
    },
    event: { userId: 'ada', factors: ['pwd'], restored: false, address },
    names: ['rotated', 'login'],
  },
  {
    name: 'login',
    how: 'that is not fresh',
    async raise(place) {
      return idOf(await place.loggedIn({ fresh: false }));
    },
    event: { userId: 7, factors: [], restored: false, address },
    names: ['created', 'login'],
  },
  {
    name: 'logout',
    async raise(place) {
      const browser = await place.loggedIn();
      const id = await idOf(browser);
      place.forget();
      await browser.post('/logout');
      return id;
    },
    event: { userId: 7, address },
    names: ['destroyed', 'logout'],
  },
  {
    name: 'logout',
    how: 'since there is no such user any more',
    options: { userLoader: (id) => (id === 7 ? null : { id }) },
    async raise(place) {
      const browser = await place.loggedIn();
      const id = await idOf(browser);
      place.forget();
      await browser.get('/who');
      return id;
    },
    event: { userId: 7, address },
    names: ['destroyed', 'logout'],
  },
  {
    name: 'migrated',
    options: { migrateFrom },
    async raise(place) {
      const browser = place.browser();
      browser.cookies.set('old_session', 'of-ada');
      return idOf(browser);
    },
    event: { framework: 'Old', userId: 'ada', address },
    names: ['created', 'migrated'],
  },
  {
    name: 'migrated',
    how: 'without a login',
    options: { migrateFrom },
    async raise(place) {
      const browser = place.browser();
      browser.cookies.set('old_session', 'of-a-visitor');
      return idOf(browser);
    },
    event: { framework: 'Old', userId: null, address },
    names: ['created', 'migrated'],
  },
  {
    name: 'migrationRefused',
    options: { migrateFrom },
    async raise(place) {
      const browser = place.browser();
      browser.cookies.set('old_session', 'pickled');
      await browser.get('/session');
      return undefined;
    },
    event: { framework: 'Old', reason: 'It is a pickle.', address },
  },
  {
    name: 'loginFailed',
    async raise(place) {
      await place.browser().post('/password', { account, password: 'guessed' });
      return undefined;
    },
    event: { account: expect.stringMatching(/^[\w-]{16}$/), address, reason: 'credentials' },
  },
  {
    name: 'loginFailed',
    how: 'since too many had failed',
    async raise(place) {
      const browser = place.browser();
      for (let i = 0; i < 5; i++) await browser.post('/password', { account, password: 'guessed' });
      place.forget();
      await browser.post('/password', { account, password });
    },
    event: { account: expect.stringMatching(/^[\w-]{16}$/), address, reason: 'limited', retryAfter: 1 },
  },
  {
    name: 'confirmed',
    async raise(place) {
      const browser = await place.loggedIn();
      place.forget();
      place.clock.now += 1_000;
      await browser.post('/confirm', { factors: ['otp'] });
      return idOf(browser);
    },
    event: { userId: 7, factors: ['otp'], action: null, address },
    names: ['rotated', 'confirmed'],
  },
  {
    name: 'confirmed',
    how: 'for one action',
    async raise(place) {
      const browser = await place.loggedIn();
      place.forget();
      await browser.post('/confirm', { action: 'delete account' });
      return idOf(browser);
    },
    event: { userId: 7, factors: ['pwd'], action: 'delete account', address },
    names: ['rotated', 'confirmed'],
  },
  {
    name: 'remembered',
    async raise(place) {
      const browser = await place.loggedIn({ remember: true });
      browser.cookies.delete('session');
      place.forget();
      await browser.get('/who');
      return idOf(browser);
    },
    event: { userId: 7, address },
    names: ['created', 'login', 'remembered'],
  },
  {
    name: 'rememberStolen',
    async raise(place) {
      const browser = await place.loggedIn({ remember: true });
      browser.cookies.delete('session');
      const thief = browser.copy();
      await browser.get('/who');
      await browser.get('/who');
      place.clock.now += afterGrace;
      place.forget();
      await thief.get('/who');
    },
    event: { userId: 7, address, sessions: 2 },
    names: ['destroyed', 'destroyed', 'rememberStolen'],
  },
  {
    name: 'revoked',
    how: 'one session',
    async raise(place) {
      const id = await idOf(await place.loggedIn());
      place.forget();
      await place.browser().post('/revoke', { user: 7, publicId: id });
      return id;
    },
    event: { userId: 7, sessions: 1 },
    names: ['destroyed', 'revoked'],
  },
  {
    name: 'revoked',
    how: 'all sessions of a user',
    async raise(place) {
      for (const user of [7, 7, 8]) await place.loggedIn({ user });
      place.forget();
      await place.browser().post('/everywhere', { user: 7 });
    },
    event: { userId: 7, publicId: null, sessions: 2 },
  },
  {
    name: 'revoked',
    how: 'everybody’s',
    async raise(place) {
      await place.loggedIn();
      place.forget();
      await place.browser().post('/everyone');
    },
    event: { userId: null, publicId: null, sessions: null },
  },
  {
    name: 'revoked',
    how: 'one that was too many',
    options: { maxSessionsPerUser: 1 },
    async raise(place) {
      const id = await idOf(await place.loggedIn());
      place.clock.now += 1_000;
      place.forget();
      await place.loggedIn();
      return id;
    },
    event: { userId: 7, sessions: 1 },
    names: ['created', 'destroyed', 'revoked', 'login'],
  },
  {
    name: 'socketClosed',
    async raise(place) {
      const browser = await place.loggedIn();
      const id = await idOf(browser);
      const closed = await place.socketOf(browser);
      place.forget();
      await browser.post('/logout');
      expect(await closed()).toBe(4401);
      return id;
    },
    event: { userId: 7 },
    names: ['destroyed', 'socketClosed', 'logout'],
  },
  {
    name: 'protected',
    async raise(place) {
      const browser = await place.loggedIn();
      const id = await idOf(browser);
      place.forget();
      await browser.stolenBy(foreign).get('/session');
      return id;
    },
    event: { userId: 7, protection: 'basic', address },
  },
  {
    name: 'protected',
    how: 'strongly',
    options: { protection: { mode: 'strong' } },
    async raise(place) {
      const browser = await place.loggedIn();
      const id = await idOf(browser);
      place.forget();
      await browser.stolenBy(foreign).get('/session');
      return id;
    },
    event: { userId: 7, protection: 'strong', address },
    names: ['destroyed', 'protected'],
  },
  {
    name: 'refused',
    async raise(place) {
      await place.browser().get('/guarded');
      return undefined;
    },
    event: { publicId: null, userId: null, reason: 'login', address },
  },
  {
    name: 'refused',
    how: 'since another site may have sent it',
    async raise(place) {
      const browser = place.browser();
      browser.cookies.set('session', 'of-nobody');
      const { status } = await browser.post('/form');
      expect(status).toBe(403);
      return undefined;
    },
    event: { publicId: null, userId: null, reason: 'csrf', address },
  },
  {
    name: 'refused',
    how: 'for want of a role',
    async raise(place) {
      const browser = await place.loggedIn();
      place.forget();
      await browser.get('/admins');
      return idOf(browser);
    },
    event: { userId: 7, reason: 'roles', address },
  },
  {
    name: 'refused',
    how: 'since the user is not active',
    async raise(place) {
      const browser = place.browser();
      await browser.post('/set', { basket: 'apple' });
      const id = await idOf(browser);
      place.forget();
      const { status } = await browser.post('/inactive');
      expect(status).toBe(403);
      return id;
    },
    event: { userId: 7, reason: 'inactive', address },
  },
  {
    name: 'refused',
    how: 'since the user has too many sessions',
    options: { maxSessionsPerUser: { max: 1, onTooMany: 'refuse' } },
    async raise(place) {
      await place.loggedIn();
      place.forget();
      const { status } = await place.browser().post('/login');
      expect(status).toBe(403);
      return undefined;
    },
    event: { publicId: null, userId: 7, reason: 'too-many-sessions', address },
  },
];

const cases = rows.map((row) => ({ ...row, called: row.how === undefined ? row.name : `${row.name}, ${row.how}` }));

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: EventfulPlace;

  afterEach(() => place.stop());

  it.each(cases)(
    'ASVS 16.3.1, 16.3.2, 16.3.3: $called is heard once, in each way, with who, where and what',
    async ({ name, options, raise, event, names = [name] }) => {
      place = await EventfulPlace.start({ platform, ...(options === undefined ? {} : { options }) });
      const id = await raise(place);
      const expected = id === undefined ? event : { ...event, publicId: id };
      const heard = Object.entries(place.heard);
      expect(heard).toHaveLength(4);
      for (const [way, events] of heard) {
        expect([way, ...events.map((one) => one.name)]).toEqual([way, ...names]);
        expect(events.find((one) => one.name === name)?.event).toEqual(expected);
      }
    },
  );

  it('every event is in the table, in the documents, and counted', async () => {
    place = await EventfulPlace.start({ platform });
    const none = Object.fromEntries([...rows.map(({ name }) => name), ...accountEventNames].map((name) => [name, 0]));
    expect(place.counts).toEqual(none);
    const page = readFileSync(join(import.meta.dirname, '../../docs/reference/events.md'), 'utf8');
    const described = [...page.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect(described.sort()).toEqual(Object.keys(none).sort());

    const browser = await place.loggedIn();
    await place.loggedIn();
    await browser.stolenBy(foreign).get('/session');
    await browser.post('/logout');
    await browser.get('/guarded');
    const { counts } = place;
    expect(counts).toEqual({ ...none, created: 2, login: 2, protected: 1, destroyed: 1, logout: 1, refused: 1 });
    // It says how it was when it was asked for.
    await browser.get('/guarded');
    expect(counts.refused).toBe(1);
    expect(place.counts.refused).toBe(2);
  });
});
