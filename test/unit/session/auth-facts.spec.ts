import { describe, expect, it } from '@jest/globals';
import { mergeAuth, type AuthFacts } from '../../../lib/session/auth-facts.js';
import { BrokenRecord, isPointer, packRecord, unpackRecord } from '../../../lib/session/record.js';

const at = 1_764_000_000_000;

const full: AuthFacts = {
  userId: 'ann',
  at,
  since: at - 1000,
  idleTimeout: 60_000,
  absoluteTimeout: null,
  factors: { pwd: at, otp: at - 5 },
  grants: { 'delete-account': at },
  device: { address: '192.0.2.1', userAgent: 'a browser' },
  noticedBy: 'a mark',
  seenAt: at + 1000,
  seenFrom: '192.0.2.2',
  family: 'family',
  restored: true,
  awaiting: true,
  forced: true,
  extras: { epoch: 3, by: 'text', is: false },
};

/** How a record keeps the login. */
function packed(auth: AuthFacts): unknown {
  return packRecord({ data: {}, createdAt: at, rotatedAt: at, permanent: false, flashes: [], auth }).a;
}

function unpacked(login: unknown): AuthFacts | null {
  const record = unpackRecord({ d: {}, c: at, a: login });
  return isPointer(record) ? null : record.auth;
}

describe('the facts of a login', () => {
  it.each<[string, AuthFacts]>([
    ['all of them', full],
    ['none but the first two', { userId: 7, at }],
    ['no timeouts at all', { userId: 7, at, idleTimeout: null, absoluteTimeout: null }],
  ])('come back as they were: %s', (_, auth) => {
    expect(unpacked(packed(auth))).toEqual(auth);
  });

  it('leave out what says nothing', () => {
    expect(packed({ userId: 7, at, since: at, factors: {}, grants: {}, extras: {} })).toEqual({ u: 7, t: at });
  });

  it.each<[string, unknown]>([
    ['no object', 'ann'],
    ['an array', []],
    ['a user of another kind', { u: true, t: at }],
    ['no time', { u: 7 }],
    ['a time that is none', { u: 7, t: Number.NaN }],
    ['an idle timeout of nothing', { u: 7, t: at, i: 0 }],
    ['an absolute timeout that is text', { u: 7, t: at, b: '1d' }],
    ['factors that are a list', { u: 7, t: at, f: ['pwd'] }],
    ['a factor that was never proved', { u: 7, t: at, f: { pwd: true } }],
    ['a grant without a time', { u: 7, t: at, g: { x: null } }],
    ['half a device', { u: 7, t: at, d: ['192.0.2.1'] }],
    ['a mark that is none', { u: 7, t: at, e: true }],
    ['a family that is a number', { u: 7, t: at, m: 1 }],
    ['a flag that is not true', { u: 7, t: at, x: 1 }],
    ['an extra that is an object', { u: 7, t: at, a: { epoch: {} } }],
    ['extras that are a list', { u: 7, t: at, a: [1] }],
  ])('are broken as a whole where a part is: %s', (_, value) => {
    expect(() => unpacked(value)).toThrow(BrokenRecord);
  });
});

describe('two changes of one login', () => {
  it('keep who noticed another client, and of two that did the one that was stored first', () => {
    const { noticedBy: _noticedBy, ...plain } = full;
    expect(mergeAuth({ ...plain, noticedBy: 'mine' }, plain)).toMatchObject({ noticedBy: 'mine' });
    expect(mergeAuth(plain, { ...plain, noticedBy: 'theirs' })).toMatchObject({ noticedBy: 'theirs' });
    expect(mergeAuth({ ...plain, noticedBy: 'mine' }, { ...plain, noticedBy: 'theirs' })).toMatchObject({
      noticedBy: 'theirs',
    });
  });

  it('NIST 800-63B-4 5.1: leave what both sides have proved, and the earlier time of it', () => {
    const mine = { ...full, factors: { pwd: at, otp: at }, grants: { a: at, b: at } };
    const theirs = { ...full, factors: { pwd: at - 10 }, grants: { b: at + 1, c: at } };
    expect(mergeAuth(mine, theirs)).toMatchObject({ factors: { pwd: at - 10 }, grants: { b: at } });
  });

  it.each(['mine', 'theirs'])('NIST 800-63B-4 5.1: leave no freshness where %s has lost it', (side) => {
    const { factors: _factors, grants: _grants, ...stale } = full;
    const merged = side === 'mine' ? mergeAuth(stale, full) : mergeAuth(full, stale);
    expect(merged).not.toHaveProperty('factors');
    expect(merged).not.toHaveProperty('grants');
  });

  it('keep what features added on either side, and what is stored where both did', () => {
    const { extras: _extras, ...plain } = full;
    const [mine, theirs] = [
      { ...plain, extras: { a: 1, b: 1 } },
      { ...plain, extras: { b: 2 } },
    ];
    expect(mergeAuth(mine, plain)).toMatchObject({ extras: { a: 1, b: 1 } });
    expect(mergeAuth(mine, theirs)).toMatchObject({ extras: { a: 1, b: 2 } });
  });

  it('keep the later sight of it, with its address', () => {
    const later = { ...full, seenAt: at + 9000, seenFrom: '192.0.2.9' };
    expect(mergeAuth(later, full)).toMatchObject({ seenAt: at + 9000, seenFrom: '192.0.2.9' });
    expect(mergeAuth(full, later)).toMatchObject({ seenAt: at + 9000, seenFrom: '192.0.2.9' });
  });

  it('await no token that one of them has seen come back', () => {
    const { awaiting: _awaiting, ...seen } = full;
    expect(mergeAuth(seen, full)).not.toHaveProperty('awaiting');
    expect(mergeAuth(full, seen)).not.toHaveProperty('awaiting');
    expect(mergeAuth(full, full)).toHaveProperty('awaiting', true);
  });

  it.each<[string, AuthFacts | null, AuthFacts | null]>([
    ['another user', full, { ...full, userId: 'bob' }],
    ['another login', full, { userId: 'ann', at: at + 1 }],
    ['nobody', full, null],
    ['somebody where nobody was', null, full],
  ])('are no merge but the newest word where it is of %s', (_, mine, theirs) => {
    expect(mergeAuth(mine, theirs)).toBe(theirs);
  });
});
