import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import { platforms } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { FailingStore } from '../support/failing-store.js';
import { HeldStore } from '../support/held-store.js';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import type { SessionStore } from '../../lib/stores/session-store.js';
import { CollectedLog } from '../support/collected-log.js';
import { inTurn } from '../support/combinations.js';
import { RedisServer } from '../support/servers/redis.js';
import { keyBehind, storedKeys } from '../support/stored-keys.js';
import { OldFramework, post, seenBy, startMigration, type MigrationApp } from './migration-app.js';

// An old cookie leads to one session, and to none once that has ended.

const DAY = 86_400_000;
const PARALLEL = 20;

let old: OldFramework;
let running: MigrationApp;

beforeEach(() => {
  old = new OldFramework();
  old.sessions.set('of-ada', { data: { cart: ['apple'] }, userId: 'ada' });
});
afterEach(() => running.close());

/** Keeps notes beside the sessions, where a test can find them. */
class OneSpaceStore extends MemoryStore {
  override notes(): SessionStore {
    return this;
  }
}

async function start(session: SessionModuleOptions, logger: CapturedLogger | false = false): Promise<void> {
  running = await startMigration({ migrateFrom: [old.source()], ...session }, { logger });
}

describe.each(inTurn(platforms))('parallel requests with an old cookie, on %s', (platform) => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterEach(() => redis.administer((client) => client.flushall()));
  afterAll(() => redis.stop());

  it.each([
    ['memory', 'keep'],
    ['redis', 'keep'],
    ['memory', 'remove'],
    ['redis', 'remove'],
  ] as const)('have one session, with all that they changed, in %s, with "%s"', async (type, what) => {
    const migrateFrom = [old.source({ old: what })];
    running = await startMigration({ type, redis: { url: redis.url }, migrateFrom }, { platform });
    const jars = Array.from({ length: PARALLEL }, () => running.visitor('of-ada'));
    await Promise.all(jars.map((jar, index) => jar.fetch(`/set/key${String(index)}`, post())));
    const seen = await Promise.all(jars.map(seenBy));
    expect(new Set(seen.map(({ id }) => id)).size).toBe(1);
    expect(Object.keys(seen[0]?.data ?? {})).toHaveLength(PARALLEL + 1);
    expect(running.heard.of('migrated')).toHaveLength(1);

    const keys = await storedKeys(running.app, type === 'redis' ? redis : null);
    const kept = keys.filter((key) => /^session:[\w-]{43}$/.test(key));
    expect(kept).toEqual([keyBehind(jars[0]?.get('session'))]);
  });
});

describe('an old cookie', () => {
  it('finds the session that it began, wherever else that is in use', async () => {
    await start({});
    const jar = running.visitor('of-ada');
    await jar.fetch('/set/more', post());
    const other = running.visitor('of-ada');
    expect(await seenBy(other)).toEqual(await seenBy(jar));
  });

  it('is not looked up again where its session is known, and costs no write', async () => {
    const store = new FailingStore();
    await start({ store });
    await seenBy(running.visitor('of-ada'));
    const { write, read } = store.calls;
    await seenBy(running.visitor('of-ada'));
    expect({ writes: store.calls.write - write, reads: store.calls.read - read }).toEqual({ writes: 0, reads: 2 });
    expect(old.asked).toHaveLength(1);
  });

  it.each(['/logout', '/login'])('finds nothing any more after %s', async (path) => {
    await start({});
    const jar = running.visitor('of-ada');
    await seenBy(jar);
    await jar.fetch(path, post({ user: 'ada' }));
    for (const later of [running.visitor('of-ada'), jar.copy()]) {
      later.set('session', '');
      expect(await seenBy(later)).toMatchObject({ data: {}, user: null });
    }
  });

  it('finds its session where another request took that over, and removed the old one, just before it looked there', async () => {
    await start({ migrateFrom: [old.source({ old: 'remove' })] });
    const jar = running.visitor('of-ada');
    const late = running.visitor('of-ada');
    old.before = async () => {
      old.before = () => undefined;
      await jar.fetch('/set/first', post());
    };
    expect(await seenBy(late)).toMatchObject({ data: { first: true }, user: 'ada' });
  });

  it('brings nothing back where a logout came while it was being read', async () => {
    await start({});
    let release: () => void = () => undefined;
    let arrive: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => (arrive = resolve));
    const opened = new Promise<void>((resolve) => (release = resolve));
    old.whileReading = () => {
      old.whileReading = () => undefined;
      arrive();
      return opened;
    };
    const late = seenBy(running.visitor('of-ada'));
    await reached;
    const jar = running.visitor('of-ada');
    await seenBy(jar);
    await jar.fetch('/logout', post());
    release();
    expect(await late).toMatchObject({ data: {}, user: null });
  });

  it('brings nothing back where a logout came while its session was being stored', async () => {
    const store = new HeldStore();
    await start({ store });
    const held = store.holdNext('write');
    const late = seenBy(running.visitor('of-ada'));
    await held.reached;
    const jar = running.visitor('of-ada');
    await seenBy(jar);
    await jar.fetch('/logout', post());
    held.release();
    expect(await late).toMatchObject({ data: {}, user: null });
    expect((await storedKeys(running.app)).filter((key) => !key.startsWith('session:adopted:'))).toEqual([]);
  });

  it.each([
    ['as long as it is good for over there', 3 * DAY, 3 * DAY],
    ['for 400 days where nobody knows that', null, 400 * DAY],
  ])('is noted %s', async (_, lifetime, noted) => {
    let time = Date.UTC(2026, 5, 1);
    const expiresAt = lifetime === null ? null : time + lifetime;
    old.sessions.set('of-ada', { data: {}, userId: 'ada', expiresAt });
    const store = new OneSpaceStore({}, { now: () => time, log: new CollectedLog() });
    await start({ clock: () => time, store });
    await running.visitor('of-ada').fetch('/logout', post());
    const marks = async () => (await storedKeys(running.app)).filter((key) => key.startsWith('session:adopted:'));
    time += noted - 1;
    expect(await marks()).toHaveLength(1);
    time += 60_002;
    expect(await marks()).toEqual([]);
  });

  it('is not in the store, and neither is the id that it leads to', async () => {
    const redis = await RedisServer.start();
    try {
      await start({ type: 'redis', redis: { url: redis.url } });
      const jar = running.visitor('of-ada');
      await seenBy(jar);
      const [id = ''] = jar.get('session')?.split('.') ?? [];
      const stored = await redis.administer(async (client) => {
        const keys = await client.keys('session:*');
        const strings = keys.filter((key) => !key.startsWith('session:owner:'));
        return [...keys, ...(await Promise.all(strings.map((key) => client.get(key))))].join('\n');
      });
      expect(stored).toContain('session:adopted:');
      expect(stored).not.toContain('of-ada');
      expect(stored).not.toContain(id);
    } finally {
      await running.close();
      await redis.stop();
    }
  });

  it('begins nothing where the note of it cannot be read', async () => {
    const store = new OneSpaceStore();
    await start({ store });
    await seenBy(running.visitor('of-ada'));
    const [mark = ''] = (await storedKeys(running.app)).filter((key) => key.startsWith('session:adopted:'));
    const found = await store.read(mark);
    await store.write(mark, Uint8Array.of(0xc1), DAY, found?.version);
    expect(await seenBy(running.visitor('of-ada'))).toMatchObject({ data: {}, user: null });
  });
});

describe('where sessions are in cookies', () => {
  it('an old cookie ends with the session that it began, if there are revocations', async () => {
    await start({ type: 'cookie', sealed: { revocations: 'memory' } });
    const [jar, other] = [running.visitor('of-ada'), running.visitor('of-ada')];
    const [first, second] = [await seenBy(jar), await seenBy(other)];
    expect(first).toMatchObject({ data: { cart: ['apple'] }, user: 'ada' });
    expect(second.id).toBe(first.id);
    await jar.fetch('/logout', post());
    expect(await seenBy(other)).toMatchObject({ user: null });
    expect(await seenBy(running.visitor('of-ada'))).toMatchObject({ data: {}, user: null });
    expect(running.heard.of('migrated')).toHaveLength(1);
  });

  it('an old cookie is good until it expires, if there are none, which the log says at boot', async () => {
    const logger = new CapturedLogger();
    await start({ type: 'cookie' }, logger);
    const jar = running.visitor('of-ada');
    expect(await seenBy(jar)).toMatchObject({ data: { cart: ['apple'] }, user: 'ada' });
    await jar.fetch('/logout', post());
    expect(await seenBy(jar)).toMatchObject({ user: 'ada' });
    expect(logger.at('warn')).toContainEqual(expect.stringContaining('migrateFrom'));
  });
});
