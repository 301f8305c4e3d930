import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  flagsOf,
  secondsOfList,
  secondsOfTouch,
  secondsOfWrite,
  surelyUntil,
} from '../../../../lib/stores/memcached/lifetime.js';

const aDay = 24 * 60 * 60 * 1_000;

/** memcached's clock: it has whole seconds only, which begin at any moment, and an item ends when one begins. */
class Server {
  private end = 0;
  private flags = 0;

  constructor(private readonly phase: number) {}

  write(ttlMs: number, now: number): void {
    this.flags = flagsOf(now + ttlMs);
    this.expire(secondsOfWrite(ttlMs, now), now);
  }

  touch(ttlMs: number, now: number): void {
    this.expire(secondsOfTouch(ttlMs, now), now);
  }

  /** Whether a reader takes the record for alive, and until when at least. */
  see(now: number): number | null {
    const secondsLeft = this.end - this.tick(now);
    return secondsLeft <= 0 ? null : surelyUntil({ secondsLeft, flags: this.flags }, now);
  }

  private expire(seconds: number, now: number): void {
    const isDate = seconds > 30 * 24 * 60 * 60;
    this.end = isDate ? seconds : this.tick(now) + seconds;
  }

  private tick(now: number): number {
    return Math.floor((now - this.phase) / 1_000);
  }
}

const start = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 });
const phase = fc.integer({ min: 0, max: 999 });
/** Up to 30 days, since a longer time is a date, and a server's clock begins with whole seconds then. */
const ttl = fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 29 * aDay }));
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('the life of a record in memcached', () => {
  it('ends to the millisecond after a write', () => {
    fc.assert(
      fc.property(start, phase, ttl, share, (now, of, ttlMs, part) => {
        const server = new Server(of);
        server.write(ttlMs, now);
        const during = now + Math.floor(part * (ttlMs - 1));
        expect(server.see(during)).not.toBeNull();
        expect(server.see(now + ttlMs - 1)).not.toBeNull();
        expect(server.see(now + ttlMs)).toBeNull();
        expect(server.see(now + ttlMs + 1_500)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it('ends at most two seconds late after a touch, never early, whatever life it had before', () => {
    fc.assert(
      fc.property(start, phase, ttl, ttl, share, share, (now, of, first, second, part, later) => {
        const server = new Server(of);
        server.write(first, now);
        const touched = now + Math.floor(part * (first - 1));
        server.touch(second, touched);
        const end = touched + second;
        expect(server.see(touched + Math.floor(later * (second - 1)))).not.toBeNull();
        expect(server.see(end - 1)).not.toBeNull();
        // One that a touch shortens by a few seconds may keep the end that it had.
        const shortened = now + first - end;
        if (shortened > 0 && shortened < 10_000) return;
        expect(server.see(end + 2_001)).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  it('lasts as long as it surely does', () => {
    fc.assert(
      fc.property(start, phase, ttl, fc.option(ttl), share, (now, of, first, second, part) => {
        const server = new Server(of);
        server.write(first, now);
        if (second !== null) server.touch(second, now);
        const seen = now + Math.floor(part * (first - 1));
        const until = server.see(seen);
        if (until === null) return;
        expect(until).toBeGreaterThanOrEqual(seen);
        if (until > seen) expect(server.see(until - 1)).not.toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  it('is given as a date beyond thirty days, which is what memcached takes a longer time for', () => {
    const now = 1_795_000_000_400;
    expect(secondsOfWrite(29 * aDay, now)).toBe((29 * aDay) / 1_000 + 1);
    expect(secondsOfWrite(31 * aDay, now)).toBe(1_795_000_000 + (31 * aDay) / 1_000 + 1);
    expect(secondsOfTouch(30 * aDay, now)).toBe(1_795_000_000 + (30 * aDay) / 1_000 + 4);
  });

  describe('beyond January 2038, which memcached takes for the past', () => {
    const end = 2 ** 31 - 1;
    const year = 365 * aDay;

    it.each([
      ['ten years, from 2028 on', Date.UTC(2028, 2, 1), 10 * year],
      ['ten years, from now on, and a touch', Date.UTC(2029, 0, 1), 12 * year],
      ['a session of 31 days, in its last month', Date.UTC(2037, 11, 20), 31 * aDay],
    ])('is cut short to what it can count: %s', (_, now, ttlMs) => {
      for (const seconds of [secondsOfWrite(ttlMs, now), secondsOfTouch(ttlMs, now)]) {
        expect(seconds).toBeGreaterThan(now / 1_000 + 29 * 86_400);
        expect(seconds).toBeLessThan(end);
      }
      expect(secondsOfList(400 * 86_400 + ttlMs / 1_000, now)).toBe(end);
    });

    it.each([Date.UTC(2037, 11, 25), Date.UTC(2038, 0, 18), Date.UTC(2038, 0, 20), Date.UTC(2050, 0, 1)])(
      'is at most thirty days from then on, which are no date (%s)',
      (now) => {
        const month = 30 * 86_400;
        for (const ttlMs of [30 * aDay, 31 * aDay, 10 * year]) {
          expect(secondsOfWrite(ttlMs, now)).toBeGreaterThan(month - 120);
          expect(secondsOfWrite(ttlMs, now)).toBeLessThan(secondsOfList(400 * 86_400, now));
          expect(secondsOfTouch(ttlMs, now)).toBeLessThan(month);
        }
        expect(secondsOfList(400 * 86_400, now)).toBe(month);
        expect(secondsOfWrite(aDay, now)).toBe(86_401);
      },
    );

    it('stays as it is for what ends before', () => {
      expect(secondsOfWrite(400 * aDay, Date.UTC(2036, 10, 1))).toBe(Date.UTC(2036, 10, 1) / 1_000 + 400 * 86_400 + 1);
    });
  });

  it('fits into the flags, which hold 32 bits, and is read again beyond their end', () => {
    for (const now of [2 ** 32 * 400 - 300, 2 ** 32 * 400 + 2 ** 31 - 300]) {
      const flags = flagsOf(now + 500);
      expect(flags).toBeGreaterThanOrEqual(0);
      expect(flags).toBeLessThan(2 ** 32);
      expect(surelyUntil({ secondsLeft: 2, flags }, now)).toBe(now + 500);
      expect(surelyUntil({ secondsLeft: 2, flags }, now + 500)).toBeNull();
    }
  });

  it('has no end for an item that the server keeps for ever', () => {
    expect(surelyUntil({ secondsLeft: -1, flags: 0 }, Date.now())).toBe(Number.POSITIVE_INFINITY);
  });
});
