import { expect, it } from '@jest/globals';
import { isActiveByItself } from '../../../../lib/auth/users/active.js';

class Account {
  constructor(private readonly state: string) {}

  isActive(): boolean {
    return this.state === 'open';
  }
}

/** Like a promise, and none: it begins when somebody asks. */
const queryOf = (answer: boolean): object => ({ then: (resolve: (value: boolean) => void) => resolve(answer) });

it.each<[what: string, user: object, expected: boolean]>([
  ['has no such field', {}, true],
  ['has the field without a value', { isActive: undefined }, true],
  ['has no prototype', Object.create(null) as object, true],
  ['says yes', { isActive: true }, true],
  ['says 1', { isActive: 1 }, true],
  ['says no', { isActive: false }, false],
  ['says 0', { isActive: 0 }, false],
  ['says null', { isActive: null }, false],
  ['says nothing', { isActive: '' }, false],
  ['has a method that says yes', new Account('open'), true],
  ['has a method that says no', new Account('closed'), false],
  ['has a method that says yes later', { isActive: () => Promise.resolve(true) }, true],
  ['has a method that says no later', { isActive: () => Promise.resolve(false) }, false],
  ['has a method whose query says no', { isActive: () => queryOf(false) }, false],
])('a user that %s', async (_what, user, expected) => {
  expect(await isActiveByItself(user)).toBe(expected);
});

it('a method that fails makes nobody active', async () => {
  const user = { isActive: () => Promise.reject(new Error('users.db is locked')) };
  await expect(isActiveByItself(user)).rejects.toThrow('users.db is locked');
});
