import { describe, expect, it } from '@jest/globals';
import { listOf, namesIn } from '../../../../lib/auth/access/names.js';

describe('names', () => {
  it.each<[what: string, value: unknown, names: string[]]>([
    ['a list of texts', ['a', 'b', 'a'], ['a', 'b']],
    ['a Set', new Set(['a', 'b']), ['a', 'b']],
    ['objects with a name, and texts', [{ name: 'a' }, 'b'], ['a', 'b']],
    ['a text', 'admin', ['admin']],
    ['an empty text', '', ['']],
    ['the keys of a Map', new Map([['a', 1]]).keys(), ['a']],
  ])('are read from %s', (_what, value, names) => {
    expect([...namesIn(value)]).toEqual(names);
  });

  it.each<[what: string, value: unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['true', true],
    ['an object', { 0: 'a', length: 1, name: 'a' }],
    ['a function', () => ['a']],
    ['a Map', new Map([['a', 'a']])],
    ['lists in a list', [['a']]],
    ['a promise', Promise.resolve(['a'])],
    ['what only looks iterable', { [Symbol.iterator]: 'a' }],
    ['a list of what has no name', [null, undefined, 1, {}, { name: 1 }, { name: null }, { name: ['a'] }]],
    ['a list of functions, which have names', [function a() {}, class A {}]],
    ['a list of texts that are objects', [new String('a')]],
  ])('are not read from %s', (_what, value) => {
    expect([...namesIn(value)]).toEqual([]);
  });

  it('are read from a field of a user, also by a getter', () => {
    class User {
      readonly permissions = ['read'];

      get roles(): string[] {
        return this.permissions.map((permission) => `${permission}er`);
      }
    }

    expect([...listOf(new User(), 'roles')]).toEqual(['reader']);
    expect([...listOf(new User(), 'teams')]).toEqual([]);
    expect([...listOf(Object.create(null) as object, 'roles')]).toEqual([]);
  });
});
