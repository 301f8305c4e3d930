import { describe, expect, it } from '@jest/globals';
import { day, hour, minute, Rehearsal, second } from './setup.js';

/** Guesses as often as it may for so long, and gives the times of the guesses that were made. */
async function attack(
  rehearsal: Rehearsal,
  duration: number,
  next: (made: number) => { account?: string; address?: string; device?: string },
): Promise<number[]> {
  const { clock } = rehearsal;
  const end = clock.now + duration;
  const times: number[] = [];
  while (clock.now < end) {
    const wait = await rehearsal.guess(next(times.length));
    if (wait === 0) times.push(clock.now);
    else clock.pass(wait);
  }
  return times;
}

/** The most guesses within any hour. */
function mostInAnHour(times: readonly number[]): number {
  return Math.max(
    ...times.map((start, at) => times.filter((time, other) => other >= at && time < start + hour).length),
  );
}

const strictest = { attempts: 1, longest: '1d', forgetAfter: '400d' };
const loosest = { attempts: 20, longest: '1m', forgetAfter: '1h' };

describe('one account, from 1000 addresses', () => {
  it.each<[string, Record<string, unknown>, number]>([
    ['as it is by default', {}, 17],
    ['as strict as it can be set', strictest, 12],
    ['as loose as it can be set', loosest, 100],
  ])('ASVS 6.1.1, 6.3.1: is guessed at no more than 100 times an hour, %s', async (_how, options, most) => {
    const rehearsal = new Rehearsal({ options });
    const times = await attack(rehearsal, 3 * day, (made) => ({ address: addressOf(made) }));
    const inAnHour = mostInAnHour(times);
    expect(inAnHour).toBeGreaterThan(0);
    expect(inAnHour).toBeLessThanOrEqual(most);
  });

  it.each<[string, Record<string, unknown>, number, number]>([
    ['by default', {}, day, 17],
    ['as loose as it can be set', loosest, hour, 100],
  ])(
    'ASVS 6.1.1, 6.3.1: nor by whoever stops in time and comes back when it is forgotten, %s',
    async (_how, options, forgotten, most) => {
      for (let stop = 1; stop <= 100; stop++) {
        const rehearsal = new Rehearsal({ options });
        const times: number[] = [];
        for (let round = 0; round < 3; round++) {
          while (times.length < (round + 1) * stop) {
            const wait = await rehearsal.guess({ address: addressOf(times.length) });
            if (wait === 0) times.push(rehearsal.clock.now);
            else rehearsal.clock.pass(wait);
          }
          rehearsal.clock.pass(forgotten);
        }
        expect(mostInAnHour(times)).toBeLessThanOrEqual(most);
      }
    },
  );

  it('waits out fewer than 120 guesses a day', async () => {
    const times = await attack(new Rehearsal(), day, (made) => ({ address: addressOf(made) }));
    expect(times.length).toBeGreaterThan(90);
    expect(times.length).toBeLessThan(120);
  });

  it("ASVS 6.1.1, 6.3.1: does not lock the owner's known browser out, whose own failures are counted by themselves", async () => {
    const rehearsal = new Rehearsal();
    await attack(rehearsal, 2 * hour, (made) => ({ address: addressOf(made) }));
    await rehearsal.guess();
    expect(await rehearsal.guess({ address: '198.51.100.1' })).toBe(15 * minute);

    const device = 'the-one-at-home';
    expect(await rehearsal.guess({ device, outcome: 'succeeded' })).toBe(0);
    expect(await rehearsal.guessOn({ device })).toEqual({ made: 5, wait: second });
    // What the owner does there changes nothing for the stranger.
    expect(await rehearsal.guess({ address: '198.51.100.1' })).toBe(15 * minute);
  });

  it('is counted by itself on a device that others use, too', async () => {
    const rehearsal = new Rehearsal();
    const device = 'shared';
    await rehearsal.guessOn({ account: 'ada', device });
    expect(await rehearsal.guessOn({ account: 'bob', device })).toEqual({ made: 5, wait: second });
  });

  it('is forgotten once the owner has logged in from a new browser, whose turn it was', async () => {
    const rehearsal = new Rehearsal();
    const { wait } = await rehearsal.guessOn();
    rehearsal.clock.pass(wait);
    await rehearsal.guess({ outcome: 'succeeded' });
    expect(await rehearsal.guessOn()).toEqual({ made: 5, wait: second });
  });
});

describe('1000 accounts, from one address', () => {
  it('ASVS 6.1.1, 6.3.1: are guessed at 205 times in the first hour and 100 times in each further one', async () => {
    const rehearsal = new Rehearsal();
    const times = await attack(rehearsal, 6 * hour, (made) => ({ account: `user-${String(made % 1000)}` }));
    const start = times[0]!;
    const perHour = [0, 1, 2, 3, 4, 5].map(
      (at) => times.filter((time) => time >= start + at * hour && time < start + (at + 1) * hour).length,
    );
    expect(perHour[0]).toBeLessThanOrEqual(206);
    expect(perHour[0]).toBeGreaterThan(190);
    for (const later of perHour.slice(1)) expect(Math.abs(later - 100)).toBeLessThanOrEqual(2);
  });

  it('ASVS 6.1.1, 6.3.1: do not shut the people there out who have logged in before', async () => {
    const rehearsal = new Rehearsal();
    await attack(rehearsal, hour, (made) => ({ account: `user-${String(made % 1000)}` }));
    await rehearsal.guess({ account: 'one-more' });
    expect(await rehearsal.guess({ account: 'newcomer' })).toBeGreaterThan(0);
    expect(await rehearsal.guess({ account: 'colleague', device: 'theirs' })).toBe(0);
  });

  it('are as many as come in an IPv6 network, whose addresses are one', async () => {
    const rehearsal = new Rehearsal();
    let made = 0;
    for (; made < 1000; made++) {
      const address = `2001:db8:1:2::${made.toString(16)}`;
      if ((await rehearsal.guess({ account: `user-${String(made)}`, address })) > 0) break;
    }
    expect(made).toBe(100);
    expect(await rehearsal.guess({ account: 'another', address: '2001:db8:1:3::1' })).toBe(0);
  });

  it('are ten times as many as come in an IPv6 network, where each comes from a /64 of its own in one /48', async () => {
    const rehearsal = new Rehearsal({ options: { addressAttempts: 20 } });
    let made = 0;
    for (; made < 1000; made++) {
      const address = `2001:db8:1:${made.toString(16)}::1`;
      if ((await rehearsal.guess({ account: `user-${String(made)}`, address })) > 0) break;
    }
    expect(made).toBe(200);
    expect(await rehearsal.guess({ account: 'another', address: '2001:db8:2:1::1' })).toBe(0);
  });

  it('give the address back what was refused for the account, so that nobody else pays for it', async () => {
    const rehearsal = new Rehearsal({ options: { addressAttempts: 8 } });
    await rehearsal.guessOn({ account: 'ada' });
    for (let refused = 0; refused < 50; refused++) expect(await rehearsal.guess({ account: 'ada' })).toBeGreaterThan(0);
    const others = [];
    for (let at = 0; at < 4; at++) others.push(await rehearsal.guess({ account: `other-${String(at)}` }));
    expect(others).toEqual([0, 0, 0, second]);
  });

  it('do not count for an account where the address was refused', async () => {
    const rehearsal = new Rehearsal({ options: { addressAttempts: 2 } });
    await rehearsal.guess({ account: 'x' });
    await rehearsal.guess({ account: 'y' });
    for (let refused = 0; refused < 9; refused++) expect(await rehearsal.guess()).toBeGreaterThan(0);
    expect(await rehearsal.guessOn({ address: '198.51.100.1' })).toMatchObject({ made: 2 });
    expect(await rehearsal.guessOn({ address: '198.51.100.2' })).toMatchObject({ made: 2 });
    expect(await rehearsal.guess({ address: '198.51.100.3' })).toBe(0);
    expect(await rehearsal.guess({ address: '198.51.100.4' })).toBeGreaterThan(0);
  });

  it('are not limited where addressAttempts is null', async () => {
    const rehearsal = new Rehearsal({ options: { addressAttempts: null } });
    for (let made = 0; made < 300; made++) expect(await rehearsal.guess({ account: `user-${String(made)}` })).toBe(0);
  });
});

describe('an office behind one address', () => {
  it('that logs in 2000 times an hour and fails 90 times waits for nothing, all day long', async () => {
    const rehearsal = new Rehearsal();
    const waits = new Set<number>();
    for (let minutes = 0; minutes < 8 * 60; minutes++) {
      for (let login = 0; login < 33; login++) {
        const outcome = login === 0 || (login === 1 && minutes % 2 === 0) ? 'failed' : 'succeeded';
        waits.add(await rehearsal.guess({ account: `user-${String(minutes)}-${String(login)}`, outcome }));
      }
      rehearsal.clock.pass(minute);
    }
    expect([...waits]).toEqual([0]);
  });
});

describe('an account with a ceiling', () => {
  const options = { ceiling: 10, attempts: 3 };

  /** Fails ten times in a row, by turns as a stranger and from a known browser. */
  async function reachCeiling(rehearsal: Rehearsal): Promise<void> {
    for (let made = 0; made < 10; made++) {
      const guess = made % 2 === 0 ? { device: 'home' } : { address: addressOf(made) };
      for (let wait = await rehearsal.guess(guess); wait > 0; wait = await rehearsal.guess(guess)) {
        rehearsal.clock.pass(wait);
      }
    }
  }

  it('NIST 800-63B-4 3.2.2: is shut for everybody after so many failures in a row, wherever they came from', async () => {
    const rehearsal = new Rehearsal({ options });
    await reachCeiling(rehearsal);
    rehearsal.clock.pass(300 * day);
    expect(await rehearsal.guess()).toBeGreaterThan(day);
    expect(await rehearsal.guess({ device: 'home' })).toBeGreaterThan(day);
    expect(await rehearsal.guess({ device: 'never seen' })).toBeGreaterThan(day);
    expect(await rehearsal.guess({ account: 'another' })).toBe(0);
  });

  it('NIST 800-63B-4 3.2.2: is open again when it is bound anew, by forget()', async () => {
    const rehearsal = new Rehearsal({ options });
    await reachCeiling(rehearsal);
    await rehearsal.forget(' ADA ');
    expect(await rehearsal.guess()).toBe(0);
  });

  it('NIST 800-63B-4 3.2.2: counts anew after a success', async () => {
    const rehearsal = new Rehearsal({ options });
    for (let round = 0; round < 5; round++) {
      for (let made = 0; made < 9; made++) rehearsal.clock.pass(await rehearsal.guess({ device: 'home' }));
      rehearsal.clock.pass(day);
      expect(await rehearsal.guess({ device: 'home', outcome: 'succeeded' })).toBe(0);
    }
  });

  it('NIST 800-63B-4 3.2.2: keeps its count over a restart', async () => {
    const before = new Rehearsal({ options });
    await reachCeiling(before);
    const { clock, store, keys } = before;
    clock.pass(hour);
    expect(await new Rehearsal({ options, clock, store, keys }).guess({ device: 'home' })).toBeGreaterThan(day);
  });

  it('is not shut for other accounts that were never reached, nor without the option', async () => {
    const rehearsal = new Rehearsal({ options: { attempts: 3 } });
    await reachCeiling(rehearsal);
    rehearsal.clock.pass(hour);
    expect(await rehearsal.guess()).toBe(0);
  });
});

/** One of 1000 addresses, each in a network of its own. */
function addressOf(made: number): string {
  return `10.${String(made % 4)}.${String(Math.floor((made % 1000) / 4))}.1`;
}
