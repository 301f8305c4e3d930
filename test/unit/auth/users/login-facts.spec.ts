import { describe, expect, it } from '@jest/globals';
import { confirmed, factsOf, timeoutsIn } from '../../../../lib/auth/login.js';
import type { AuthFacts } from '../../../../lib/session/auth-facts.js';

describe('the facts of a login', () => {
  it('are the user, the time and the password, where nothing else is said', () => {
    expect(factsOf(7, 1000, null, {})).toEqual({ userId: 7, at: 1000, factors: { pwd: 1000 } });
  });

  it('hold no factor where the login is not to be fresh', () => {
    expect(factsOf(7, 1000, null, { fresh: false, factors: ['pwd', 'otp'] })).toEqual({ userId: 7, at: 1000 });
  });

  it('hold its own timeouts in ms, and that it was forced', () => {
    const facts = factsOf('7', 1000, null, { idleTimeout: 60, absoluteTimeout: '1h', force: true, factors: ['hwk'] });
    expect(facts).toEqual({
      userId: '7',
      at: 1000,
      idleTimeout: 60_000,
      absoluteTimeout: 3_600_000,
      factors: { hwk: 1000 },
      forced: true,
    });
    expect(factsOf('7', 1000, null, { force: false })).not.toHaveProperty('forced');
  });

  it.each([0, -1, 'soon', Number.NaN])('refuse %p for a timeout', (timeout) => {
    expect(() => timeoutsIn({ idleTimeout: timeout })).toThrow('idleTimeout of a login');
    expect(() => timeoutsIn({ absoluteTimeout: timeout })).toThrow('absoluteTimeout of a login');
  });

  it('may have no timeout at all', () => {
    expect(timeoutsIn({ idleTimeout: null, absoluteTimeout: null })).toEqual({
      idleTimeout: null,
      absoluteTimeout: null,
    });
  });
});

describe('the facts of a confirmed login', () => {
  const login: AuthFacts = {
    userId: 7,
    at: 1000,
    factors: { pwd: 1000 },
    family: 'family',
    forced: true,
    restored: true,
  };

  it('NIST 800-63B-4 5.2: are those of the login, with a new time, and remember when it began', () => {
    const once = confirmed(login, 5000, null, {});
    expect(once).toEqual({ ...login, at: 5000, since: 1000, factors: { pwd: 5000 } });
    expect(confirmed(once, 9000, null, {})).toMatchObject({ at: 9000, since: 1000 });
  });

  it('add to the factors and to the grants', () => {
    const { factors, grants } = confirmed(
      confirmed(login, 5000, null, { factors: ['otp'], action: 'delete' }),
      9000,
      null,
      { factors: ['hwk'], action: 'export' },
    );
    expect(factors).toEqual({ pwd: 1000, otp: 5000, hwk: 9000 });
    expect(grants).toEqual({ delete: 5000, export: 9000 });
  });

  it('grant nothing where no action is named', () => {
    expect(confirmed(login, 5000, null, {})).not.toHaveProperty('grants');
    expect(confirmed(login, 5000, null, { action: undefined })).not.toHaveProperty('grants');
  });

  it('cannot be proved with nothing', () => {
    expect(() => confirmed(login, 5000, null, { factors: [] })).toThrow('factors of a confirmation');
  });

  it('leave the login that was as it is', () => {
    const before = structuredClone(login);
    confirmed(login, 5000, null, { action: 'delete' });
    expect(login).toEqual(before);
  });
});
