import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mergeFlashes } from '../../../lib/session/flash.js';
import { ABSENT, mergeObjects, mergeValue } from '../../../lib/session/merge.js';
import { MsgpackSerializer } from '../../../lib/session/serializer/msgpack.js';
import { sameValue } from '../../../lib/session/same-value.js';
import { sessionData, storable, text } from './arbitraries.js';

interface Merged {
  readonly value: unknown;
  readonly overwritten: string[];
}

const serializer = new MsgpackSerializer();

function msgpackCopy(value: unknown): unknown {
  return (serializer.decode(serializer.encode({ value })) as { value: unknown }).value;
}

function merge(base: unknown, mine: unknown, theirs: unknown): Merged {
  const overwritten: string[] = [];
  const value = mergeValue(base, mine, theirs, (path) => overwritten.push(path.map(String).join('.')), ['v']);
  return { value, overwritten };
}

describe('a merge', () => {
  it.each<[string, unknown, unknown, unknown, unknown]>([
    ['takes the side that changed: mine', 1, 2, 1, 2],
    ['takes the side that changed: theirs', 1, 1, 2, 2],
    ['takes what both changed alike', 1, 2, 2, 2],
    [
      'keeps the keys that both sides added to an object',
      { a: 1 },
      { a: 1, b: 2 },
      { a: 1, c: 3 },
      { a: 1, c: 3, b: 2 },
    ],
    [
      'goes deep',
      { a: { b: { c: 1, d: 1 } } },
      { a: { b: { c: 2, d: 1 } } },
      { a: { b: { c: 1, d: 2 } } },
      { a: { b: { c: 2, d: 2 } } },
    ],
    ['merges objects that both sides made', ABSENT, { a: 1 }, { b: 2 }, { b: 2, a: 1 }],
    ['appends mine to theirs', ['x'], ['x', 'm'], ['x', 't'], ['x', 't', 'm']],
    ['appends to a list that both sides made', ABSENT, ['m'], ['t'], ['t', 'm']],
    ['keeps an item that both sides appended twice', ['x'], ['x', 'y'], ['x', 'y'], ['x', 'y', 'y']],
    ['keeps what both sides made alike once', ABSENT, ['read', 'write'], ['read', 'write'], ['read', 'write']],
    [
      'keeps what both sides made alike inside of an object once',
      ABSENT,
      { roles: ['a'] },
      { roles: ['a'] },
      { roles: ['a'] },
    ],
    ['appends what I appended to a list that they emptied', ['a', 'b'], ['a', 'b', 'c'], [], ['c']],
    ['appends what they appended to a list that I emptied', ['a', 'b'], [], ['a', 'b', 'c'], ['c']],
    ['appends to a list from which they took', ['a', 'b'], ['a', 'b', 'c'], ['b'], ['b', 'c']],
    ['appends in a list in an object', { l: [1] }, { l: [1, 2] }, { l: [1, 3] }, { l: [1, 3, 2] }],
    ['joins what both sides added to a Set', new Set([1]), new Set([1, 2]), new Set([1, 3]), new Set([1, 3, 2])],
    [
      'merges Maps key by key',
      new Map([['a', 1]]),
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      new Map([['a', 9]]),
      new Map([
        ['a', 9],
        ['b', 2],
      ]),
    ],
    [
      'merges Maps deeply',
      new Map([[1, { x: 1 }]]),
      new Map([[1, { x: 1, m: 1 }]]),
      new Map([[1, { x: 1, t: 1 }]]),
      new Map([[1, { x: 1, t: 1, m: 1 }]]),
    ],
    [
      'deletes what one side deleted and the other left alone: mine',
      { a: 1, b: 1 },
      { b: 1 },
      { a: 1, b: 1, c: 1 },
      { b: 1, c: 1 },
    ],
    [
      'deletes what one side deleted and the other left alone: theirs',
      { a: 1, b: 1 },
      { a: 1, b: 1, c: 1 },
      { b: 1 },
      { b: 1, c: 1 },
    ],
    ['deletes what both deleted', { a: 1 }, { b: 1 }, { c: 1 }, { c: 1, b: 1 }],
    [
      'deletes from a Map likewise',
      new Map([['a', 1]]),
      new Map([['b', 1]]),
      new Map([
        ['a', 1],
        ['c', 1],
      ]),
      new Map([
        ['c', 1],
        ['b', 1],
      ]),
    ],
    ['tells undefined from absent', { a: undefined }, {}, { a: undefined, b: 1 }, { b: 1 }],
    [
      'takes an invalid date that nobody changed for unchanged',
      { d: new Date(NaN), x: [new Date(NaN)] },
      { d: new Date(NaN), x: [new Date(NaN)], m: 1 },
      { d: new Date(5), x: [] },
      { d: new Date(5), x: [], m: 1 },
    ],
    ['leaves NaN alone that nobody changed', { n: NaN }, { n: NaN, m: 1 }, { n: 5 }, { n: 5, m: 1 }],
  ])('%s', (_, base, mine, theirs, expected) => {
    const { value, overwritten } = merge(base, mine, theirs);
    expect(value).toEqual(expected);
    expect(overwritten).toEqual([]);
  });

  it.each<[string, unknown, unknown, unknown, unknown, string[]]>([
    ['two numbers', 1, 2, 3, 2, ['v']],
    [
      'a number deep inside',
      { a: { b: 1, c: 1 } },
      { a: { b: 2, c: 1 } },
      { a: { b: 3, c: 9 } },
      { a: { b: 2, c: 9 } },
      ['v.a.b'],
    ],
    ['deleted by me, changed by them', { a: 1 }, {}, { a: 2 }, {}, ['v.a']],
    ['changed by me, deleted by them', { a: 1 }, { a: 2 }, {}, { a: 2 }, ['v.a']],
    ['a list to which both sides did more than append', [1, 2], [1], [2, 3], [1], ['v']],
    ['a Set from which one side removed', new Set([1]), new Set([2]), new Set([1, 3]), new Set([2]), ['v']],
    ['values of different kinds', 1, { a: 1 }, [1], { a: 1 }, ['v']],
    ['dates', new Date(1), new Date(2), new Date(3), new Date(2), ['v']],
    ['bytes', new Uint8Array([1]), new Uint8Array([2]), new Uint8Array([3]), new Uint8Array([2]), ['v']],
    ['in a Map', new Map([['a', 1]]), new Map([['a', 2]]), new Map([['a', 3]]), new Map([['a', 2]]), ['v.a']],
    [
      'a Map with objects as keys, which are not the same after a journey',
      new Map(),
      new Map([[{}, 1]]),
      new Map([['a', 1]]),
      new Map([[{}, 1]]),
      ['v'],
    ],
  ])('takes mine, and tells where it was: %s', (_, base, mine, theirs, expected, paths) => {
    const { value, overwritten } = merge(base, mine, theirs);
    expect(value).toEqual(expected);
    expect(overwritten).toEqual(paths);
  });

  it('with a side that changed nothing is the other side', () => {
    fc.assert(
      fc.property(storable, storable, (base, changed) => {
        expect(sameValue(merge(base, base, changed).value, changed)).toBe(true);
        expect(sameValue(merge(base, changed, base).value, changed)).toBe(true);
        expect([...merge(base, base, changed).overwritten, ...merge(base, changed, base).overwritten]).toEqual([]);
      }),
    );
  });

  it('keeps every key that only one side has set, and deletes every key that only one side has deleted', () => {
    fc.assert(
      fc.property(sessionData, sessionData, sessionData, (base, mine, theirs) => {
        const merged = mergeObjects(base, mine, theirs, () => undefined);
        const is = (object: Record<string, unknown>, key: string): unknown =>
          Object.hasOwn(object, key) ? object[key] : ABSENT;
        for (const key of ['a', 'b', 'c', 'd', 'e']) {
          const [was, my, their, now] = [is(base, key), is(mine, key), is(theirs, key), is(merged, key)];
          if (sameValue(was, my)) expect(sameValue(now, their)).toBe(true);
          else if (sameValue(was, their)) expect(sameValue(now, my)).toBe(true);
          else expect(now === ABSENT).toBe(my === ABSENT);
        }
      }),
    );
  });

  it('keeps all that twenty sides append, one after the other, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 20, maxLength: 20 }),
        (base, added) => {
          const merged = added.reduce<unknown>((theirs, item) => merge(base, [...base, item], theirs).value, base);
          expect(merged).toEqual([...base, ...added]);
        },
      ),
    );
  });

  it('changes none of its three sides', () => {
    fc.assert(
      fc.property(sessionData, sessionData, sessionData, (base, mine, theirs) => {
        const before = msgpackCopy([base, mine, theirs]);
        merge(base, mine, theirs);
        expect(sameValue([base, mine, theirs], before)).toBe(true);
      }),
    );
  });
});

describe('flash messages of two requests', () => {
  const flash = (message: string) => ({ category: 'info', message });
  const [a, b, c] = [flash('a'), flash('b'), flash('c')];

  it('are kept from both, theirs first', () => {
    expect(mergeFlashes([], [a], [b])).toEqual([b, a]);
    expect(mergeFlashes([a], [a, b], [a, c])).toEqual([a, c, b]);
  });

  it('are gone where one of them has shown them', () => {
    expect(mergeFlashes([a, b], [], [a, b])).toEqual([]);
    expect(mergeFlashes([a, b], [], [a, b, c])).toEqual([c]);
    expect(mergeFlashes([a], [a, b], [])).toEqual([b]);
  });

  it('are kept as often as they were left, also where they are the same', () => {
    expect(mergeFlashes([], [a], [a])).toEqual([a, a]);
    expect(mergeFlashes([a], [a, a], [a, a])).toEqual([a, a, a]);
    expect(mergeFlashes([a, a], [a], [a, a])).toEqual([a]);
  });

  it('of any number of requests that only add are all kept', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ category: text, message: text }), { maxLength: 8 }), (messages) => {
        const merged = messages.reduce<typeof messages>(
          (theirs, message) => [...mergeFlashes([], [message], theirs)],
          [],
        );
        expect(merged).toEqual(messages);
      }),
    );
  });
});
