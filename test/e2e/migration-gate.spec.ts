import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SessionService, type SessionModuleOptions } from 'nestjs-session-auth';
import { platforms } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import type { CookieJar } from '../support/jar.js';
import { OldFramework, post, seenBy, startMigration, type MigrationApp } from './migration-app.js';

// A login of another framework passes what every login passes.

const MINUTE = 60_000;

describe.each(inTurn(platforms))('a login that is taken over, on %s', (platform) => {
  let old: OldFramework;
  let running: MigrationApp;
  let time: number;

  beforeEach(() => {
    old = new OldFramework();
    time = Date.UTC(2026, 5, 1);
    for (let index = 0; index < 6; index++) {
      old.sessions.set(`ada-${String(index)}`, { data: { index }, userId: 'ada' });
    }
  });
  afterEach(() => running.close());

  async function start(session: SessionModuleOptions): Promise<void> {
    running = await startMigration({ migrateFrom: [old.source()], clock: () => time, ...session }, { platform });
  }

  const visitors = (): CookieJar[] => [...old.sessions.keys()].map((cookie) => running.visitor(cookie));

  async function isIn(jar: CookieJar): Promise<boolean> {
    const own = jar.copy();
    own.set('old_session', '');
    return (await own.fetch('/me')).status === 200;
  }

  async function those(jars: readonly CookieJar[]): Promise<boolean[]> {
    const all = [];
    for (const jar of jars) all.push(await isIn(jar));
    return all;
  }

  it('ASVS 7.1.2: counts, and is left over there where it is one too many, until there is room', async () => {
    await start({ maxSessionsPerUser: { max: 2, onTooMany: 'refuse' } });
    const jars = visitors();
    for (const jar of jars) await jar.fetch('/me');
    expect(await those(jars)).toEqual([true, true, false, false, false, false]);
    expect(running.heard.of('migrated')).toHaveLength(2);
    const refused = running.heard.of('refused').filter((event) => JSON.stringify(event).includes('too-many-sessions'));
    expect(refused).toHaveLength(4);
    expect((await running.jar().fetch('/login', post({ user: 'ada' }))).status).toBe(403);

    await jars[0]?.fetch('/logout', post());
    expect((await seenBy(jars[5]!)).data).toEqual({ index: 5 });
    expect(await those(jars)).toEqual([false, true, false, false, false, true]);
  });

  it('ends the oldest where that is what a login does', async () => {
    await start({ maxSessionsPerUser: 2 });
    const jars = visitors();
    for (const jar of jars) {
      await jar.fetch('/me');
      time += MINUTE;
    }
    expect(await those(jars)).toEqual([false, false, false, false, true, true]);
  });

  it('needs the room of one, however many requests bring it at once', async () => {
    for (const onTooMany of ['refuse', 'end-oldest'] as const) {
      await start({ maxSessionsPerUser: { max: 1, onTooMany } });
      const jars = Array.from({ length: 10 }, () => running.visitor('ada-0'));
      // None of them finds the session here, and each has read the old one, before any goes on.
      let missing = jars.length;
      let release = (): void => undefined;
      const gathered = new Promise<void>((resolve) => (release = resolve));
      old.whileReading = () => {
        if (--missing === 0) release();
        return gathered;
      };
      await Promise.all(jars.map((jar) => jar.fetch('/me')));
      expect(await those(jars)).toEqual(jars.map(() => true));
      expect(new Set(await Promise.all(jars.map(async (jar) => (await seenBy(jar)).id))).size).toBe(1);
      expect([running.heard.of('migrated').length, running.heard.of('refused').length]).toEqual([1, 0]);
      await running.close();
    }
    await start({});
  });

  it('has the timeouts of its user, whom the loader finds although there is no session yet', async () => {
    const asked: unknown[] = [];
    await start({
      timeoutsOf: () => ({ idleTimeout: '15m' }),
      userLoader: async (id, context) => {
        const session = await running.app.get(SessionService).get(context);
        asked.push([id, session.toJSON()]);
        return { id };
      },
    });
    const jar = running.visitor('ada-3');
    expect((await seenBy(jar)).user).toBe('ada');
    expect(asked).toEqual([['ada', { index: 3 }]]);
    time += 14 * MINUTE;
    expect(await isIn(jar)).toBe(true);
    time += 16 * MINUTE;
    expect(await isIn(jar)).toBe(false);
  });

  it('has a limit that depends on its user', async () => {
    const limit = (_: unknown, user: { admin?: boolean } | null): number | null => (user?.admin === true ? 1 : null);
    await start({
      maxSessionsPerUser: { max: limit, onTooMany: 'refuse' },
      userLoader: (id) => ({ id, admin: id === 'ada' }),
    });
    const jars = visitors();
    for (const jar of jars) await jar.fetch('/me');
    expect((await those(jars)).filter(Boolean)).toHaveLength(1);
  });

  it('is a 503 where the user cannot be found out, and is taken over with the next request', async () => {
    let isAway = true;
    await start({
      timeoutsOf: () => ({ idleTimeout: '15m' }),
      userLoader: (id) => {
        if (isAway) throw new Error('The database is away.');
        return { id };
      },
    });
    const jar = running.visitor('ada-0');
    expect((await jar.fetch('/me')).status).toBe(503);
    isAway = false;
    expect((await jar.fetch('/me')).status).toBe(200);
    expect(running.heard.of('migrated')).toHaveLength(1);
  });

  it('asks no loader where nothing depends on the user', async () => {
    let asked = 0;
    await start({ maxSessionsPerUser: 3, userLoader: (id) => (asked++, { id }) });
    await seenBy(running.visitor('ada-0'));
    expect(asked).toBe(0);
  });
});
