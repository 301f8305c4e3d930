import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countedIn, lifeOf, takenBack, waitOf, type Budget, type Tally } from '../../../../lib/auth/limiter/budget.js';
import { day, hour, minute, second } from './setup.js';

const account: Budget = { free: 5, shortest: second, longest: 15 * minute, forgets: { after: day } };
const address: Budget = { free: 100, shortest: second, longest: 15 * minute, forgets: { oneEvery: 36 * second } };

/** The tally after failures of which each comes as soon as it may, and the waits after them. */
function failures(budget: Budget, count: number): { tally: Tally | null; waits: number[]; now: number } {
  let tally: Tally | null = null;
  let now = 1_000_000;
  const waits: number[] = [];
  for (let made = 0; made < count; made++) {
    now += waits.at(-1) ?? 0;
    tally = countedIn(tally, budget, now);
    waits.push(waitOf(tally, budget, now));
  }
  return { tally, waits, now };
}

describe('what failures cost', () => {
  it('is nothing for the free ones, then 1 s, 2 s, 4 s and so on, up to the longest', () => {
    const waits = failures(account, 18).waits.map((wait) => wait / second);
    expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]);
  });

  it('is never more than the longest, after any number of failures', () => {
    const tally = { count: 1e6, at: 0, until: 0 };
    expect(waitOf(countedIn(tally, account, 1), account, 1)).toBe(15 * minute);
  });

  it('shrinks as time passes, to nothing', () => {
    const { tally, now } = failures(account, 7);
    expect([0, 1, 3999, 4000, 4001].map((passed) => waitOf(tally, account, now + passed))).toEqual([
      4000, 3999, 1, 0, 0,
    ]);
  });

  it('is never more than the longest where a clock is a little wrong, and nothing where it was far ahead', () => {
    expect(waitOf({ count: 9, at: 1000, until: 1e15 }, account, 1000)).toBe(15 * minute);
    expect(waitOf({ count: 9, at: 1e15, until: 1e15 }, account, 1000)).toBe(0);
    expect(countedIn({ count: 9, at: 1e15, until: 1e15 }, account, 1000)).toMatchObject({ count: 10, at: 1000 });
  });

  it('is forgotten all at once, so long after the last failure', () => {
    const { tally, now } = failures(account, 9);
    expect(countedIn(tally, account, now + day - 1).count).toBe(10);
    expect(countedIn(tally, account, now + day).count).toBe(1);
  });

  it('is forgotten one by one where it says so', () => {
    const { tally, now } = failures(address, 50);
    expect(countedIn(tally, address, now + 36 * second).count).toBeCloseTo(50);
    expect(countedIn(tally, address, now + 30 * minute).count).toBeCloseTo(1);
    expect(countedIn(tally, address, now + hour).count).toBe(1);
  });
});

describe('an attempt that is taken back', () => {
  it('leaves nothing of the first', () => {
    const tally = countedIn(null, account, 1000);
    expect(takenBack(tally, tally.until, account, 1500)).toBeNull();
  });

  it('ends the wait that it began', () => {
    const before = failures(account, 6);
    const now = before.now + 2 * second;
    const tally = countedIn(before.tally, account, now);
    expect(waitOf(tally, account, now)).toBe(4 * second);
    const after = takenBack(tally, tally.until, account, now);
    expect(after).toMatchObject({ count: 6 });
    expect(waitOf(after, account, now)).toBe(0);
  });

  it('does not end the wait of another that has failed since', () => {
    const { tally: before, now } = failures(account, 5);
    const first = countedIn(before, account, now + second);
    const later = countedIn(first, account, now + 3 * second);
    const after = takenBack(later, first.until, account, now + 3 * second);
    expect(after).toMatchObject({ count: 6 });
    expect(waitOf(after, account, now + 3 * second)).toBe(4 * second);
  });

  it('of what is forgotten changes nothing', () => {
    expect(takenBack(null, 0, account, 1000)).toBeNull();
    expect(takenBack(countedIn(null, account, 1000), 0, account, 1000 + day)).toBeNull();
  });
});

describe('the life of a tally', () => {
  it('is as long as something is to be remembered', () => {
    const { tally, now } = failures(account, 3);
    expect(lifeOf(tally!, account, now + hour)).toBe(day - hour);
    expect(lifeOf(failures(address, 50).tally!, address, failures(address, 50).now)).toBe(30 * minute);
  });

  it('is a whole number of ms, at least 1, and reaches to the end of a wait', () => {
    const tallies = fc.record({
      count: fc.double({ min: 0, max: 1e6, noNaN: true }),
      at: fc.nat(1e12),
      until: fc.nat(1e12),
    });
    fc.assert(
      fc.property(tallies, fc.constantFrom(account, address), fc.nat(1e12), (tally, budget, now) => {
        const life = lifeOf(tally, budget, now);
        expect(Number.isInteger(life)).toBe(true);
        expect(life).toBeGreaterThanOrEqual(Math.max(1, tally.until - now));
      }),
    );
  });
});
