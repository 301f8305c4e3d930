import { describe, expect, it } from '@jest/globals';
import { isFresh, type Freshness } from '../../../../lib/auth/access/freshness.js';
import type { AuthFacts } from '../../../../lib/session/auth-facts.js';

const now = 1_000_000;
const one: Freshness = { factors: 1, within: 60_000, action: null };

function fresh(auth: Partial<AuthFacts>, asked: Partial<Freshness> = {}, all: readonly string[] = []): boolean {
  return isFresh({ userId: 7, at: now, ...auth }, { ...one, ...asked }, now, all);
}

describe('a login', () => {
  it('that was proved with nothing is not fresh, whatever is asked for', () => {
    const asked: Partial<Freshness>[] = [{}, { factors: 0 }, { factors: [] }, { factors: 'all' }, { within: null }];
    for (const freshness of asked) {
      expect(fresh({}, freshness)).toBe(false);
      expect(fresh({ factors: {} }, freshness)).toBe(false);
    }
  });

  it.each([
    [60_000, true],
    [60_001, false],
    [0, true],
  ])('that was proved %d ms ago is fresh within 60 s: %p', (ago, expected) => {
    expect(fresh({ factors: { pwd: now - ago } })).toBe(expected);
  });

  it('is fresh at any time where none is asked for', () => {
    expect(fresh({ factors: { pwd: 1 } }, { within: null })).toBe(true);
  });

  it('by a number of factors counts those that are recent', () => {
    const factors = { pwd: now, otp: now - 60_001, hwk: now - 1 };
    expect(fresh({ factors }, { factors: 2 })).toBe(true);
    expect(fresh({ factors }, { factors: 3 })).toBe(false);
    expect(fresh({ factors }, { factors: Number.NaN })).toBe(false);
  });

  it('by names needs each of them, recent', () => {
    const factors = { pwd: now, otp: now - 60_001 };
    expect(fresh({ factors }, { factors: ['pwd'] })).toBe(true);
    expect(fresh({ factors }, { factors: ['pwd', 'otp'] })).toBe(false);
    expect(fresh({ factors }, { factors: ['hwk'] })).toBe(false);
    expect(fresh({ factors }, { factors: ['toString'] })).toBe(false);
  });

  it('by all factors needs those that the user has, and one at least', () => {
    const factors = { pwd: now };
    expect(fresh({ factors }, { factors: 'all' }, ['pwd'])).toBe(true);
    expect(fresh({ factors }, { factors: 'all' }, ['pwd', 'otp'])).toBe(false);
    expect(fresh({ factors }, { factors: 'all' }, [])).toBe(true);
    expect(fresh({}, { factors: 'all' }, [])).toBe(false);
  });
});

describe('ASVS 7.5.3: an action', () => {
  const factors = { pwd: now };

  it('needs a grant of its own, as recent as the factors', () => {
    const action = 'delete';
    expect(fresh({ factors }, { action })).toBe(false);
    expect(fresh({ factors, grants: { export: now } }, { action })).toBe(false);
    expect(fresh({ factors, grants: { delete: now - 60_001 } }, { action })).toBe(false);
    expect(fresh({ factors, grants: { delete: now - 60_000 } }, { action })).toBe(true);
  });

  it('needs the factors besides', () => {
    expect(fresh({ factors, grants: { delete: now } }, { action: 'delete', factors: 2 })).toBe(false);
    expect(fresh({ grants: { delete: now } }, { action: 'delete' })).toBe(false);
  });

  it.each(['constructor', '__proto__', 'toString'])('is not granted by what every object has: %s', (action) => {
    expect(fresh({ factors, grants: { delete: now } }, { action, within: null })).toBe(false);
  });
});
