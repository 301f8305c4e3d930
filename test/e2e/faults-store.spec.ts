import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { SessionService, type DeleteResult, type SessionModuleOptions, type WriteResult } from 'nestjs-session-auth';
import { startApp, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { FailingStore } from '../support/failing-store.js';
import { FaultsController, post } from './faults-controller.js';

/** A store that the application made itself, which counts how often it is closed. */
class OwnStore extends FailingStore {
  closed = 0;

  /** True: it can be read and not be written. */
  isFull = false;

  override async write(...parameters: Parameters<FailingStore['write']>): Promise<WriteResult> {
    if (this.isFull) throw new Error('The disk is full.');
    return super.write(...parameters);
  }

  override async delete(...parameters: Parameters<FailingStore['delete']>): Promise<DeleteResult> {
    if (this.isFull) throw new Error('The disk is full.');
    return super.delete(...parameters);
  }

  override async close(): Promise<void> {
    this.closed++;
    await super.close();
  }
}

let store: OwnStore;
let logger: CapturedLogger;
let running: RunningApp | null = null;

beforeEach(() => {
  store = new OwnStore();
  logger = new CapturedLogger();
});
afterEach(() => running?.close());

async function start(options: SessionModuleOptions = {}): Promise<RunningApp> {
  const session = { store, storeTimeout: '50ms', ...options };
  return (running = await startApp({ session, logger, controllers: [FaultsController] }));
}

it.each([
  ['hangs', () => store.hang()],
  ['rejects', () => store.fail(new Error('no route to 10.0.0.7, password hunter2'))],
])('a store that %s at boot is named in one line of the log, and the application starts', async (_how, trouble) => {
  trouble();
  const app = await start();
  const jar = app.jar();

  expect(logger.at('error')).toEqual([expect.stringContaining('The session store (OwnStore) does not answer.')]);
  expect(logger.text).not.toContain('hunter2');
  expect((await jar.fetch('/set/a', post)).status).toBe(503);
  store.recover();
  expect((await jar.fetch('/set/a', post)).status).toBe(201);
  expect(await jar.json('/read')).toEqual({ data: { a: true }, user: null });
});

it('a store that works is asked twice at boot, whether it is there and since when logins count, and nothing is said', async () => {
  await start();
  expect(store.calls).toEqual({ read: 2, write: 0, touch: 0, delete: 0 });
  expect([logger.at('warn'), logger.at('error')]).toEqual([[], []]);
});

it('ASVS 16.5.1: a store that fails in the middle answers 503 with nothing of its reason, and changes nothing', async () => {
  const app = await start();
  const jar = app.jar();
  await jar.fetch('/login/42', post);
  const cookie = jar.get('session');
  store.fail(new Error('no route to 10.0.0.7, password hunter2'));

  for (const [path, init] of [
    ['/read', {}],
    ['/me', {}],
    ['/set/a', post],
    ['/login/7', post],
    ['/logout', post],
  ] as const) {
    const response = await jar.fetch(path, init);
    expect([path, response.status]).toEqual([path, 503]);
    expect(await response.text()).not.toContain('10.0.0.7');
  }
  expect(app.app.get(SessionService).counts.storeError).toBe(5);
  store.recover();
  expect(jar.get('session')).toBe(cookie);
  expect(await jar.json('/me')).toEqual({ id: '42' });
});

it.each((['interceptor', 'response'] as const).flatMap((commit) => [true, false].map((isNew) => ({ commit, isNew }))))(
  'a handler that asks for a save at once gets a 503 while the store fails: $commit, new session: $isNew',
  async ({ commit, isNew }) => {
    const app = await start({ commit });
    const jar = app.jar();
    if (!isNew) await jar.fetch('/login/42', post);
    store.isFull = true;
    // A new session has nothing in the store yet that could get another id or be removed.
    for (const path of isNew ? ['/commit'] : ['/commit', '/regenerate', '/destroy']) {
      expect([path, (await jar.fetch(path, post)).status]).toEqual([path, 503]);
    }
  },
);

it('a store that the application made is not closed with it', async () => {
  const app = await start();
  await app.close();
  running = null;
  expect(store.closed).toBe(0);
});
