import { describe, expect, it } from '@jest/globals';
import { stateOf, type SessionObject } from '../../../lib/session/session.js';
import { lineageOf } from '../../../lib/session/lineage.js';
import { SealedSetup } from './sealed-setup.js';
import { HOUR, MINUTE, SECOND } from './setup.js';

type Move = (setup: SealedSetup, session: SessionObject) => Promise<unknown>;

const moves: [string, Move][] = [
  ['regenerate()', (_, session) => session.regenerate()],
  [
    'confirm()',
    (setup, session) =>
      setup.repository.confirm(session, { ...stateOf(session).auth!, at: setup.time, factors: { pwd: setup.time } }),
  ],
];

describe('a logout that has read a sealed session before', () => {
  it.each(moves)('%s of a parallel request ends it under its new id, and says so', async (_, move) => {
    for (const often of [1, 2, 3]) {
      const setup = new SealedSetup({ revocations: true, absoluteTimeout: 2 * HOUR });
      const header = await setup.begin({ a: 1 }, 'ada');
      setup.time += HOUR - MINUTE;
      const [session, leaving] = [await setup.request(header), await setup.request(header)];
      for (let round = 0; round < often; round++) await move(setup, session);
      const moved = setup.send(session);
      expect(await setup.repository.destroy(leaving)).toBe(true);
      expect(stateOf(leaving).end).toBe('ended');
      // For as long as a copy of the new cookie may be good.
      for (let passed = 0; passed < 3; passed++) {
        expect(await setup.find(moved)).toBeNull();
        setup.time += HOUR - MINUTE;
      }
      expect(setup.heard('destroyed')).toHaveLength(1);
    }
  });

  it('follows that for the grace time and no longer, and nobody who reads follows it', async () => {
    for (const isLate of [false, true]) {
      const setup = new SealedSetup({ revocations: true });
      const header = await setup.begin({ a: 1 }, 'ada');
      const [session, leaving] = [await setup.request(header), await setup.request(header)];
      await session.regenerate();
      expect([await setup.find(header), await setup.repository.reload(leaving)]).toEqual([null, false]);
      setup.time += 30 * SECOND - Number(!isLate);
      expect(await setup.repository.destroy(leaving)).toBe(!isLate);
      expect((await setup.find(setup.send(session))) !== null).toBe(isLate);
    }
  });

  it('as an anonymous one, or before another login, ends nothing', async () => {
    for (const user of [undefined, 'ada']) {
      const setup = new SealedSetup({ revocations: true });
      const header = await setup.begin({ a: 1 }, user);
      const [session, leaving] = [await setup.request(header), await setup.request(header)];
      await setup.repository.login(session, { userId: 'ada', at: setup.time });
      expect(await setup.repository.destroy(leaving)).toBe(false);
      expect(await setup.find(setup.send(session))).not.toBeNull();
    }
  });

  it('ends the one that has held of several confirmations at once', async () => {
    const setup = new SealedSetup({ revocations: true });
    const header = await setup.begin({ a: 1 }, 'ada');
    const leaving = await setup.request(header);
    const sessions = await Promise.all(Array.from({ length: 10 }, () => setup.request(header)));
    await Promise.all(sessions.map((session) => session.regenerate()));
    const held = sessions.filter((session) => stateOf(session).end !== 'gone');
    expect(held).toHaveLength(1);
    expect(await setup.repository.destroy(leaving)).toBe(true);
    expect(await setup.find(setup.send(held[0]!))).toBeNull();
  });
});

describe('the lineage of a sealed login', () => {
  it.each(moves)('is kept by %s, and begins anew with a login', async (_, move) => {
    for (const revocations of [true, false]) {
      const setup = new SealedSetup({ revocations });
      const session = await setup.request(await setup.begin({ a: 1 }, 'ada'));
      const begun = session.id;
      await move(setup, session);
      const next = await setup.request(setup.send(session));
      expect([lineageOf(stateOf(next)), next.id === begun]).toEqual([begun, false]);
      await setup.repository.login(next, { userId: 'ada', at: setup.time });
      expect(lineageOf(stateOf(next))).toBe(next.id);
    }
  });
});
