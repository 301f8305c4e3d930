import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stateOf, type SessionObject } from '../../../lib/session/session.js';
import { create } from '../../../lib/stores/redis/create.js';
import type { SessionStore } from '../../../lib/stores/session-store.js';
import { standaloneContext } from '../../../lib/stores/store-context.js';
import { RedisServer } from '../../support/servers/redis.js';
import { idOf, MINUTE, SECOND, Setup, times } from './setup.js';

/** Numbers from 0 to below `limit`, the same for the same seed. */
class Dice {
  constructor(private state: number) {}

  /** mulberry32 */
  roll(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }
}

/** These wait in real time for one another; how long depends on the machine. */
interface Place {
  readonly name: string;
  readonly open: () => Promise<SessionStore | undefined>;
  readonly keys: (setup: Setup) => Promise<string[]>;
  readonly seeds: number;
}

let server: RedisServer;
const opened: SessionStore[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
});

afterAll(async () => {
  for (const store of opened) await store.close?.();
  await server.stop();
});

const places: Place[] = [
  { name: 'memory', open: async () => undefined, keys: (setup) => setup.keys(), seeds: 12 },
  {
    name: 'redis',
    open: async () => {
      await server.administer((client) => client.flushall());
      if (opened[0] === undefined) opened.push(await create({ url: server.url, client: null }, standaloneContext));
      return opened[0];
    },
    // Whose the sessions are is listed beside them, and where logins have moved is noted for a logout alone.
    keys: async () =>
      (await server.administer((client) => client.keys('*'))).filter((key) => !/:(?:owner|moved):/.test(key)),
    seeds: 3,
  },
];

const rotateEvery = 10 * MINUTE;
const grace = 30 * SECOND;

/** One browser with many requests at once; it learns a new id when a response brings it. */
class Browser {
  /** Every id that it has ever held. */
  readonly ids = new Set<string>();
  /** What was acknowledged: names of keys, which are also items of the list; each has counted one up. */
  readonly acknowledged: string[] = [];
  hasLoggedOut = false;

  constructor(
    readonly setup: Setup,
    readonly dice: Dice,
    private id: string,
  ) {
    this.learn(id);
    const delay = async (): Promise<void> => {
      for (let turns = dice.roll(5); turns > 0; turns--) await new Promise(setImmediate);
    };
    setup.store.before = delay;
    setup.store.after = delay;
  }

  learn(id: string): void {
    this.id = id;
    this.ids.add(id);
  }

  load(): Promise<SessionObject | null> {
    return this.setup.find(this.id);
  }

  /** One request: reads, changes, sometimes in several steps, and saves. False: it came with an id that leads nowhere. */
  async request(name: string, ending: 'commit' | 'regenerate' | 'destroy'): Promise<boolean> {
    const session = await this.load();
    if (session === null) return false;
    const change = (part: string): void => {
      session.set(part, true);
      (session.setDefault('list', []) as string[]).push(part);
      session.mutate('n', (n) => ((n as number | undefined) ?? 0) + 1);
    };
    const parts = [name];
    change(name);
    if (this.dice.roll(3) === 0) {
      const early = session.commit();
      parts.push(`${name}+`);
      change(`${name}+`);
      await early;
    }
    if (ending === 'destroy') {
      await session.destroy();
      if (stateOf(session).end === 'ended') await this.loggedOut();
      return true;
    }
    if (ending === 'regenerate') await session.regenerate();
    await session.commit();
    if (stateOf(session).end === 'gone') return true;
    this.acknowledged.push(...parts);
    if (!this.hasLoggedOut) this.learn(idOf(session));
    else this.ids.add(idOf(session));
    return true;
  }

  /** Logs out, once: a session that it has read ends, wherever it moves meanwhile. */
  async logOut(name: string): Promise<void> {
    while (!this.hasLoggedOut && !(await this.request(name, 'destroy')));
  }

  private async loggedOut(): Promise<void> {
    this.hasLoggedOut = true;
    expect(await this.found()).toEqual([]);
  }

  /** The sessions that any id which the browser ever held leads to. */
  async found(): Promise<SessionObject[]> {
    const all = await Promise.all([...this.ids].map((id) => this.setup.find(id)));
    return all.filter((session) => session !== null);
  }
}

async function begin(place: Place, seed: number, settings: { rotateEvery?: number } = {}): Promise<Browser> {
  const store = await place.open();
  const setup = new Setup({ rotateGrace: grace, ...settings, ...(store && { store }) });
  const id = await setup.begin({ began: true }, 'ann');
  if (settings.rotateEvery !== undefined) setup.time += settings.rotateEvery;
  return new Browser(setup, new Dice(seed), id);
}

function expectAllIn(session: SessionObject, acknowledged: readonly string[]): void {
  const data = session.toJSON() as { list?: string[]; n?: number };
  expect(acknowledged.filter((name) => !session.has(name))).toEqual([]);
  const items = data.list ?? [];
  expect(items.filter((item, index) => items.indexOf(item) !== index)).toEqual([]);
  expect(acknowledged.filter((name) => !items.includes(name))).toEqual([]);
  // What a request had saved before it found the session gone is there as well.
  expect(data.n ?? 0).toBe(items.length);
}

describe.each(places)('on $name, with eight actors at once and random delays around each store call', (place) => {
  const seeds = Array.from({ length: place.seeds }, (_, seed) => seed + 1);

  it('every acknowledged change is there at the end, once', async () => {
    for (const seed of seeds) {
      const browser = await begin(place, seed);
      await times(8, async (actor) => {
        for (let round = 0; round < 2; round++) await browser.request(`a${String(actor)}r${String(round)}`, 'commit');
      });
      expect([seed, browser.acknowledged.length >= 16]).toEqual([seed, true]);
      const [session] = await browser.found();
      expectAllIn(session!, browser.acknowledged);
      expect([seed, browser.setup.heard('overwritten')]).toEqual([seed, []]);
    }
  });

  it.each([
    ['regenerates', undefined],
    ['periodic rotations', rotateEvery],
    ['both', rotateEvery],
  ])('every acknowledged change outlives %s between them', async (which, every) => {
    for (const seed of seeds) {
      const browser = await begin(place, seed, every === undefined ? {} : { rotateEvery: every });
      await times(8, async (actor) => {
        for (let round = 0; round < 2; round++) {
          const regenerates = which !== 'periodic rotations' && browser.dice.roll(6) === 0;
          await browser.request(`a${String(actor)}r${String(round)}`, regenerates ? 'regenerate' : 'commit');
        }
      });
      const found = await browser.found();
      expect([seed, new Set(found.map(idOf)).size]).toEqual([seed, 1]);
      expectAllIn(found[0]!, browser.acknowledged);
      expect([seed, stateOf(found[0]!).auth?.userId]).toEqual([seed, 'ann']);
    }
  });

  it.each([
    ['commits', undefined],
    ['regenerates', undefined],
    ['periodic rotations and regenerates', rotateEvery],
  ])('after a logout among %s nobody finds the session, and nothing is left in the store', async (which, every) => {
    for (const seed of seeds) {
      const browser = await begin(place, seed, every === undefined ? {} : { rotateEvery: every });
      const [leaver, leavesIn] = [browser.dice.roll(8), browser.dice.roll(2)];
      await times(8, async (actor) => {
        for (let round = 0; round < 2; round++) {
          if (actor === leaver && round === leavesIn) await browser.logOut('leaves');
          const draw = browser.dice.roll(12);
          const ending = draw === 0 ? 'destroy' : draw < 4 && which !== 'commits' ? 'regenerate' : 'commit';
          await browser.request(`a${String(actor)}r${String(round)}`, ending);
        }
      });
      const found = await browser.found();
      expect([seed, found.map((session) => session.toJSON())]).toEqual([seed, []]);
      const { setup } = browser;
      setup.time += grace;
      await setup.memory.prune();
      const left = await place.keys(setup);
      // Only a pointer that leads nowhere may wait for its end: it says nothing, and no id opens it to a session.
      if (every === undefined || place.name === 'memory') expect([seed, left]).toEqual([seed, []]);
      else {
        for (const key of left) {
          expect(setup.codec.decode((await setup.store.inner.read(key))!.bytes)).toHaveProperty('sealedId');
        }
      }
    }
  });
});

describe.each(places)('on $name', (place) => {
  async function start(settings: { rotateEvery?: number } = {}): Promise<{ setup: Setup; id: string }> {
    const store = await place.open();
    const setup = new Setup({ ...settings, ...(store && { store }) });
    return { setup, id: await setup.begin({ n: 0, list: ['x'] }, 'ann') };
  }

  it('twenty parallel requests keep twenty keys, twenty items and twenty counts', async () => {
    const { setup, id } = await start();
    const sessions = await times(20, () => setup.request(id));
    await times(20, async (index) => {
      const session = sessions[index]!;
      session.set(`key${String(index)}`, index);
      (session.get('list') as string[]).push('same');
      session.mutate('n', (n) => (n as number) + 1);
      await session.commit();
    });
    const data = (await setup.dataOf(id)) as { n: number; list: string[] };
    expect([Object.keys(data).length, data.list.length, data.n]).toEqual([22, 21, 20]);
  });

  it('ASVS 7.4.1: a request that saves after a logout brings nobody back', async () => {
    const { setup, id } = await start();
    const slow = await setup.request(id);
    await (await setup.request(id)).destroy();
    await slow.set('late', 1).commit();
    await slow.regenerate();
    expect([await setup.find(id), await place.keys(setup), setup.heard('lateWrite').length]).toEqual([null, [], 1]);
  });

  it('of two parallel periodic rotations one wins and the other follows', async () => {
    const { setup, id } = await start({ rotateEvery });
    setup.time += rotateEvery;
    const sessions = await times(2, () => setup.request(id));
    await times(2, (index) => sessions[index]!.set(`key${String(index)}`, index).commit());
    expect(idOf(sessions[0]!)).toBe(idOf(sessions[1]!));
    expect(await setup.dataOf(id)).toEqual({ n: 0, list: ['x'], key0: 0, key1: 1 });
    expect(await place.keys(setup)).toHaveLength(2);
  });

  it('a session that was only read costs one read', async () => {
    const { setup, id } = await start();
    const session = await setup.request(id);
    expect(setup.repository.commit(session)).toBeUndefined();
    expect(setup.store.methods).toEqual(['read']);
  });

  it('a session that two requests change to the same value is no conflict that anybody hears of', async () => {
    const { setup, id } = await start();
    const sessions = await times(2, () => setup.request(id));
    for (const session of sessions) session.set('seen', true);
    await Promise.all(sessions.map((session) => session.commit()));
    expect(setup.heard('overwritten')).toEqual([]);
    expect((await setup.dataOf(id))?.['seen']).toBe(true);
  });
});
