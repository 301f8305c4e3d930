import { describe, expect, it } from '@jest/globals';
import { fakeClock } from '../../../lib/testing/index.js';
import { until } from '../../support/until.js';

describe('a fake clock', () => {
  it('begins now, and stands still', async () => {
    const before = Date.now();
    const { now } = fakeClock();
    const start = now();
    expect(start).toBeGreaterThanOrEqual(before);
    expect(start).toBeLessThanOrEqual(Date.now());
    await until('the real time has gone on', () => Date.now() > start);
    expect(now()).toBe(start);
  });

  it.each([
    [new Date(1_000), 1_000],
    ['2030-01-01T00:00:00Z', Date.UTC(2030, 0, 1)],
    [0, 0],
  ])('begins at %p', (start, ms) => {
    expect(fakeClock(start).now()).toBe(ms);
  });

  it.each([
    [1_500, 1_500],
    ['500ms', 500],
    ['31m', 31 * 60_000],
    ['2h', 2 * 3_600_000],
    ['30d', 30 * 86_400_000],
    ['90', 90_000],
    [0, 0],
  ])('lets %p pass as %d ms', (by, ms) => {
    const clock = fakeClock(1_000);
    clock.advance(by);
    clock.advance(by);
    expect(clock.now()).toBe(1_000 + 2 * ms);
  });

  it('is set forwards and backwards', () => {
    const clock = fakeClock(1_000);
    clock.set('2030-01-01T00:00:00Z');
    expect(clock.now()).toBe(Date.UTC(2030, 0, 1));
    clock.set(0);
    expect(clock.now()).toBe(0);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 0.5, '-1h', 'soon', ''])('does not let %p pass', (by) => {
    const clock = fakeClock(1_000);
    expect(() => {
      clock.advance(by);
    }).toThrow(RangeError);
    expect(clock.now()).toBe(1_000);
  });

  it.each(['soon', Number.NaN, new Date(Number.NaN)])('is not set to %p', (time) => {
    const clock = fakeClock(1_000);
    expect(() => fakeClock(time)).toThrow(RangeError);
    expect(() => {
      clock.set(time);
    }).toThrow(RangeError);
    expect(clock.now()).toBe(1_000);
  });
});
