import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import { fakeClock } from 'nestjs-session-auth/testing';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { startKitApp, type KitApp } from './testing-kit-app.js';

let running: KitApp | null = null;

async function start(options: SessionModuleOptions): Promise<KitApp> {
  return (running = await startKitApp(options));
}

afterEach(async () => {
  jest.restoreAllMocks();
  await running?.close();
  running = null;
});

describe('a fake clock', () => {
  it('ends a session that is not used for its idle timeout, and no sooner', async () => {
    const clock = fakeClock();
    const { kit, agent } = await start({ idleTimeout: '30m', clock: clock.now });
    const browser = await kit.signInAgent(agent(), 7);
    clock.advance('29m');
    await browser.get('/me').expect(200);
    clock.advance('29m');
    await browser.get('/me').expect(200);
    clock.advance('30m');
    await browser.get('/me').expect(401);
  });

  it('ends a session at its absolute timeout, however it is used', async () => {
    const clock = fakeClock();
    const { kit, agent } = await start({ absoluteTimeout: '1h', clock: clock.now });
    const browser = await kit.signInAgent(agent(), 7);
    clock.advance('59m');
    await browser.get('/me').expect(200);
    clock.advance(60_000);
    await browser.get('/me').expect(401);
  });

  it('takes freshness away', async () => {
    const clock = fakeClock();
    const { kit, agent } = await start({ freshFor: '10m', clock: clock.now });
    const browser = await kit.signInAgent(agent(), 7);
    await browser.get('/secret').expect(200);
    clock.advance('11m');
    await browser.get('/secret').expect(401);
    expect(await kit.session(browser)).toMatchObject({ userId: 7, isFresh: false });
  });

  it('ends what remembers, after its duration', async () => {
    const clock = fakeClock();
    const { kit, agent } = await start({ absoluteTimeout: '1d', clock: clock.now });
    const [soon, late] = [agent(), agent()];
    for (const browser of [soon, late]) await kit.signInAgent(browser, 7, { remember: true, duration: '10d' });
    clock.advance('9d');
    await soon.get('/me').expect(200);
    clock.advance('1d');
    await late.get('/me').expect(401);
  });

  it('stands still by itself, and can be set', async () => {
    const clock = fakeClock();
    const { kit } = await start({ clock: clock.now });
    const time = new Date(Date.now() + 86_400_000);
    clock.set(time);
    const browser = await kit.signIn(7);
    expect((await kit.session(browser))?.createdAt).toEqual(time);
    expect((await kit.sessionsOf(7))[0]?.lastSeenAt).toEqual(time);
  });
});

describe('a store that does not use the fake clock', () => {
  const redis = { type: 'redis', redis: { url: 'redis://127.0.0.1:1' }, storeTimeout: '200ms' } as const;

  it('is warned of', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockReturnValue();
    await start({ ...redis, clock: fakeClock().now });
    expect(warned.mock.calls).toEqual([
      [expect.stringMatching(/"redis" does not use the fake clock/), 'SessionTestingWarning'],
    ]);
  });

  it('is not, where the clock is real', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockReturnValue();
    await start(redis);
    expect(warned).not.toHaveBeenCalled();
  });

  it('is not one that follows, or that the application made', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const folder = temporaryFolder('testing-kit');
    const { now } = fakeClock();
    const log = { warn: () => undefined, error: () => undefined };
    for (const options of [
      { type: 'memory' },
      { type: 'filesystem', filesystem: { dir: folder.path } },
      { ...redis, store: new MemoryStore({}, { now, log }) },
    ] satisfies SessionModuleOptions[]) {
      await (await start({ ...options, clock: now })).close();
    }
    folder.remove();
    expect(warned).not.toHaveBeenCalled();
  });
});
