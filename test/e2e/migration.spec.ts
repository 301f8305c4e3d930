import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import { platforms } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { inTurn } from '../support/combinations.js';
import { FailingStore } from '../support/failing-store.js';
import { OldFramework, post, seenBy, startMigration, type MigrationApp } from './migration-app.js';

const ada = {
  data: { cart: ['apple'], since: new Date(0) },
  permanent: true,
  flashes: [{ category: 'info', message: 'Hello' }],
  userId: 'ada',
};

describe.each(inTurn(platforms))('on %s', (platform) => {
  let old: OldFramework;
  let running: MigrationApp;

  async function start(options: SessionModuleOptions = {}, logger: CapturedLogger | false = false): Promise<void> {
    running = await startMigration({ migrateFrom: [old.source()], ...options }, { platform, logger });
  }

  beforeEach(() => {
    old = new OldFramework();
    old.sessions.set('of-ada', ada);
    old.sessions.set('of-a-visitor', { data: { cart: ['pear'] } });
  });
  afterEach(() => running.close());

  describe('a session of another framework', () => {
    it('goes on with its data, its messages, its permanence and its login, under a cookie of ours', async () => {
      await start();
      const jar = running.visitor('of-ada');
      const response = await jar.fetch('/read');
      expect(await response.json()).toEqual({
        id: expect.stringMatching(/^[\w-]{16}$/),
        data: { cart: ['apple'], since: '1970-01-01T00:00:00.000Z' },
        permanent: true,
        user: 'ada',
      });
      const [line] = response.headers.getSetCookie();
      expect(line).toMatch(/^session=[\w.-]+; Expires=/);
      expect(line).not.toContain('of-ada');

      expect(await jar.json('/flashes')).toEqual(ada.flashes);
      expect(await jar.json('/me')).toEqual({ id: 'ada' });
      expect(old.asked).toEqual(['of-ada']);
    });

    it('goes on without a login where it has none, and ends with the browser where it did', async () => {
      await start();
      const response = await running.visitor('of-a-visitor').fetch('/read');
      expect(await response.json()).toMatchObject({ data: { cart: ['pear'] }, permanent: false, user: null });
      expect(response.headers.getSetCookie()[0]).not.toContain('Expires');
    });

    it('is told of, once', async () => {
      await start();
      const jar = running.visitor('of-ada');
      const { id } = await seenBy(jar);
      await seenBy(jar);
      await seenBy(running.visitor('of-ada'));
      expect(running.heard.of('migrated')).toEqual([
        { publicId: id, framework: 'Old', userId: 'ada', address: expect.stringContaining('127.0.0.1') },
      ]);
    });

    it('goes on where it is read only, too', async () => {
      await start();
      const jar = running.visitor('of-a-visitor');
      expect(await jar.json('/readonly')).toEqual({ cart: ['pear'] });
      jar.set('old_session', '');
      expect(await jar.json('/readonly')).toEqual({ cart: ['pear'] });
    });

    it('has proved nothing here: what must be fresh asks again', async () => {
      await start();
      const jar = running.visitor('of-ada');
      expect((await jar.fetch('/me')).status).toBe(200);
      expect(await (await jar.fetch('/vault')).json()).toMatchObject({ statusCode: 401, error: 'Unauthorized' });
    });

    it('is one of its user, with the device that it came from', async () => {
      await start();
      const jar = running.visitor('of-ada');
      await jar.fetch('/me', { headers: { 'user-agent': 'a phone' } });
      expect(await jar.json('/devices/ada', { headers: { 'user-agent': 'a phone' } })).toMatchObject([
        { userAgent: 'a phone', current: true },
      ]);
    });

    it('is left to the page where a media player asks first, which would make the session its own', async () => {
      await start();
      const jar = running.visitor('of-ada');
      const player = {
        'user-agent': 'AppleCoreMedia/1.0.0.21G80 (iPhone; U; CPU OS 17_6 like Mac OS X)',
        range: 'bytes=0-',
      };
      expect((await jar.fetch('/me', { headers: player })).status).toBe(401);
      expect(old.asked).toEqual([]);
      expect((await jar.fetch('/me')).status).toBe(200);
    });

    it('keeps under a name of its own what has that of a method, and nothing that would change what it inherits', async () => {
      const data = JSON.parse('{"regenerate":"yes","id":7,"__proto__":{"admin":true},"constructor":"c"}') as object;
      old.sessions.set('of-a-visitor', { data: { ...Object.fromEntries(Object.entries(data)) } });
      await start();
      const jar = running.visitor('of-a-visitor');
      const { data: kept } = await seenBy(jar);
      expect(kept).toEqual({ '~regenerate': 'yes', '~id': 7, '~constructor': 'c' });
      expect((await seenBy(jar)).data).toEqual(kept);
      expect(Reflect.get({}, 'admin')).toBeUndefined();
    });

    it('is not asked for where there is one of ours, no cookie of it, or nobody who asks', async () => {
      await start();
      const jar = running.jar();
      await jar.fetch('/set/a', post());
      jar.set('old_session', 'of-ada');
      expect(await seenBy(jar)).toMatchObject({ data: { a: true }, user: null });
      await running.jar().fetch('/read');
      await running.visitor('of-ada').fetch('/untouched');
      expect(old.asked).toEqual([]);
    });

    it('is asked for where that of ours has ended', async () => {
      let time = Date.UTC(2026, 5, 1);
      await start({ clock: () => time, idleTimeout: '1h' });
      const jar = running.jar();
      await jar.fetch('/set/a', post());
      time += 3_600_000;
      jar.set('old_session', 'of-ada');
      expect(await seenBy(jar)).toMatchObject({ user: 'ada' });
    });

    it('is found behind a cookie that somebody else has planted, and where its cookie has the name of ours', async () => {
      await start({ migrateFrom: [old.source({ cookieName: 'session', isSigned: true })] });
      const cookie = 'session=planted; session=of-ada';
      const response = await fetch(`${running.url}/read`, { headers: { cookie } });
      expect(await response.json()).toMatchObject({ user: 'ada' });
      expect(old.asked).toEqual(['planted', 'of-ada']);
    });

    it.each(['keep', 'remove'] as const)(
      'is looked for once where anybody can make its cookie up: %s',
      async (what) => {
        const store = new FailingStore();
        await start({ store, migrateFrom: [old.source({ old: what })] });
        const { read } = store.calls;
        const cookie = 'old_session=forged; old_session=made-up; old_session=of-ada; old_session=another';
        const response = await fetch(`${running.url}/read`, { headers: { cookie } });
        expect(await response.json()).toMatchObject({ user: null, data: {} });
        expect({ asked: old.asked, reads: store.calls.read - read }).toEqual({ asked: ['made-up'], reads: 1 });
      },
    );

    it('is looked for in every framework, in their order', async () => {
      const second = new OldFramework('Older');
      second.sessions.set('of-ada', { data: {}, userId: 'grace' });
      second.sessions.set('of-eve', { data: {}, userId: 'eve' });
      await start({ migrateFrom: [old.source(), second.source()] });
      expect(await seenBy(running.visitor('of-ada'))).toMatchObject({ user: 'ada' });
      expect(await seenBy(running.visitor('of-eve'))).toMatchObject({ user: 'eve' });
      expect(running.heard.of('migrated')).toMatchObject([{ framework: 'Old' }, { framework: 'Older' }]);
    });
  });

  describe('an old session that is to be kept', () => {
    it('is left as it is, with its cookie', async () => {
      await start();
      const jar = running.visitor('of-ada');
      await seenBy(jar);
      expect([jar.get('old_session'), [...old.sessions.keys()]]).toEqual(['of-ada', ['of-ada', 'of-a-visitor']]);
    });
  });

  describe('an old session that is to be removed', () => {
    it('is removed, and its cookie with it', async () => {
      const source = old.source({ old: 'remove', cookiePath: '/shop', cookieDomain: 'shop.example' });
      await start({ migrateFrom: [source] });
      const response = await running.visitor('of-ada').fetch('/read');
      expect(old.removed).toEqual(['of-ada']);
      expect(response.headers.getSetCookie()[1]).toBe(
        'old_session=; Domain=shop.example; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/shop; SameSite=Lax',
      );
    });

    it('has its cookie replaced by ours where both are one', async () => {
      await start({ migrateFrom: [old.source({ old: 'remove', cookieName: 'session' })] });
      const response = await running.visitor('of-ada', 'session').fetch('/read');
      expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^session=[\w-]{43}\./)]);
    });

    it('goes on here all the same where it cannot be removed, which the log says', async () => {
      const source = old.source({ old: 'remove' });
      const broken = {
        ...source,
        read: async (cookie: string, now: number) => {
          const reading = await source.read(cookie, now);
          if (reading === null || 'refused' in reading) return reading;
          const remove = () => Promise.reject(new Error('The old store is read-only.'));
          return { session: { ...reading.session, remove } };
        },
      };
      const logger = new CapturedLogger();
      await start({ migrateFrom: [broken] }, logger);
      expect(await seenBy(running.visitor('of-ada'))).toMatchObject({ user: 'ada' });
      expect(logger.at('error').join('\n')).toContain('The old store is read-only.');
    });
  });

  describe('what cannot be taken over', () => {
    it.each([
      ['it cannot be read', 'pickled', 'It is a pickle.'],
      ['it holds what cannot be kept', 'of-a-robot', expect.stringContaining('run')],
      ['it is too large', 'of-a-hoarder', expect.stringContaining('SESSION_MAX_SIZE')],
    ])('is an empty session and a line in the log, where %s', async (_, cookie, reason) => {
      old.sessions.set('of-a-robot', { data: { run: () => 1 } });
      old.sessions.set('of-a-hoarder', { data: { text: 'a'.repeat(3000) } });
      const logger = new CapturedLogger();
      await start({ maxSize: '2kb' }, logger);
      const response = await running.visitor(cookie).fetch('/read');
      expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
      expect(running.heard.of('migrationRefused')).toEqual([
        { framework: 'Old', reason, address: expect.stringContaining('127.0.0.1') },
      ]);
      const log = logger.at('warn').join('\n');
      expect(log).toContain('could not be migrated');
      expect(log).not.toContain(cookie);
    });

    it.each(['unknown', 'forged'])('is a visitor like any other where the cookie is %s', async (cookie) => {
      await start();
      const response = await running.visitor(cookie).fetch('/read');
      expect(await response.json()).toMatchObject({ data: {}, user: null });
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(running.heard.names).toEqual([]);
      expect(old.asked).toEqual(cookie === 'forged' ? [] : [cookie]);
    });
  });

  describe('an old framework that does not answer', () => {
    it.each([
      ['fails', () => Promise.reject(new Error('no route to 10.0.0.1 for user=secret'))],
      ['hangs', () => new Promise<never>(() => undefined)],
    ])('and %s: 503, or an empty session by option', async (_, before) => {
      old.before = before;
      await start({ storeTimeout: '50ms' });
      const response = await running.visitor('of-ada').fetch('/read');
      expect([response.status, await response.text()]).toEqual([503, expect.not.stringContaining('secret')]);
      await running.close();
      await start({ storeTimeout: '50ms', onStoreError: 'anonymous' });
      expect(await seenBy(running.visitor('of-ada'))).toMatchObject({ data: {}, user: null });
      old.before = () => undefined;
      expect(await seenBy(running.visitor('of-ada'))).toMatchObject({ user: 'ada' });
    });

    it('loses nothing where it is our own store that fails: the next request takes the session over', async () => {
      const store = new FailingStore();
      await start({ store });
      store.fail();
      expect((await running.visitor('of-ada').fetch('/read')).status).toBe(503);
      store.recover();
      expect(await seenBy(running.visitor('of-ada'))).toMatchObject({ user: 'ada' });
    });
  });
});
