import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { takesBack } from '../../../../lib/auth/limiter/limiter-storage.js';
import { ThrottlerLimiterStorage } from '../../../../lib/auth/limiter/throttler-limiter-storage.js';
import { ChildNode } from '../../../support/child-node.js';
import { compiledLib } from '../../../support/compiled-lib.js';
import { hour, minute, Rehearsal, second } from './setup.js';

/** What is asked of a throttler's storage, and what it answers. */
class ScriptedThrottler implements ThrottlerStorage {
  readonly asked: { key: string; ttl: number; limit: number; blockDuration: number; name: string }[] = [];
  isBlocked = false;
  timeToBlockExpire = 0;

  increment(key: string, ttl: number, limit: number, blockDuration: number, name: string) {
    this.asked.push({ key, ttl, limit, blockDuration, name });
    const { isBlocked, timeToBlockExpire } = this;
    return Promise.resolve({ totalHits: 1, timeToExpire: 1, isBlocked, timeToBlockExpire });
  }
}

/** Attempts at the storage that the package itself has. It is CommonJS on top of ES modules, which Jest cannot load. */
const attempts = `
  const [, entry] = process.argv;
  const { createRequire } = await import('node:module');
  const { ThrottlerStorageService } = createRequire(entry)('@nestjs/throttler');
  const { ThrottlerLimiterStorage } = await import(entry);
  let now = Date.now();
  Date.now = () => now;
  const throttler = new ThrottlerStorageService();
  const storage = new ThrottlerLimiterStorage(throttler);
  const minute = 60_000;
  const account = { free: 5, shortest: 1000, longest: 15 * minute, forgets: { after: 24 * 60 * minute } };
  const made = (takes) => takes.filter((take) => 'taken' in take).length;
  const parallel = await Promise.all(Array.from({ length: 20 }, () => storage.take('account', account)));
  const refused = await storage.take('account', account);
  const another = await storage.take('another', account);
  now += 15 * minute - 1000;
  const tooEarly = await storage.take('account', account);
  now += 1000;
  const later = [];
  for (let tried = 0; tried < 20; tried++) later.push(await storage.take('account', account));
  throttler.onApplicationShutdown();
  console.log('RESULT ' + JSON.stringify({ parallel: made(parallel), refused, another: made([another]), tooEarly, later: made(later) }));
`;

describe('counting in the storage of @nestjs/throttler', () => {
  let lib: ReturnType<typeof compiledLib>;
  let result: unknown;
  beforeAll(async () => {
    lib = compiledLib('auth/limiter');
    const entry = pathToFileURL(join(lib.path, 'auth/limiter/throttler-limiter-storage.js')).href;
    const child = new ChildNode(attempts, entry);
    await child.end();
    result = JSON.parse(/^RESULT (.*)$/m.exec(child.output)?.[1] ?? JSON.stringify(child.output));
  });
  afterAll(() => lib.remove());

  it('ASVS 15.4.2: of twenty parallel attempts allows exactly as many as are free', () => {
    expect(result).toMatchObject({ parallel: 5, another: 1 });
  });

  it('refuses for the longest time at once, and then allows as many again', () => {
    expect(result).toMatchObject({ refused: { wait: 15 * minute }, tooEarly: { wait: second }, later: 5 });
  });

  it('counts logins that succeed, too, since it takes nothing back', async () => {
    const throttler = new ScriptedThrottler();
    const storage: ThrottlerLimiterStorage = new ThrottlerLimiterStorage(throttler);
    const rehearsal = new Rehearsal({ storage });
    expect(takesBack(storage)).toBe(false);
    expect(rehearsal.tries.canForget).toBe(false);
    await rehearsal.guess({ outcome: 'succeeded' });
    await rehearsal.guess({ outcome: 'taken back' });
    await rehearsal.forget('ada');
    expect(throttler.asked).toHaveLength(4);
    expect(rehearsal.errors).toEqual([]);
  });

  it('asks for a window as long as the wait, and for an address for one of an hour', async () => {
    const throttler = new ScriptedThrottler();
    await new Rehearsal({ storage: new ThrottlerLimiterStorage(throttler), options: { longest: '20m' } }).guess();
    expect(throttler.asked).toMatchObject([
      { ttl: 20 * minute, limit: 5, blockDuration: 20 * minute },
      { ttl: hour, limit: 100, blockDuration: 20 * minute },
    ]);
    expect(new Set(throttler.asked.map(({ key }) => key)).size).toBe(2);
  });

  it('lets nobody try at once whom it has blocked, though the storage may say that no time is left', async () => {
    const throttler = new ScriptedThrottler();
    throttler.isBlocked = true;
    // As the package's own type, to which nothing else is known.
    const known: ThrottlerStorage = throttler;
    expect(await new Rehearsal({ storage: new ThrottlerLimiterStorage(known) }).guess()).toBe(second);
  });
});
