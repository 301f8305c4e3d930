import { describe, expect, it } from '@jest/globals';
import { userIdOf, type UserOrId } from '../../../lib/auth/user.js';
import { SessionUserError } from '../../../lib/errors.js';

describe('the id of a user', () => {
  it.each<[UserOrId, string | number]>([
    [7, 7],
    [0, 0],
    [-1, -1],
    ['7', '7'],
    [{ id: 7 }, 7],
    [{ id: '7' }, '7'],
    [{ id: 0 }, 0],
  ])('%j has %j', (user, expected) => {
    expect(userIdOf(user)).toBe(expected);
  });

  it('may come from a getter of a class', () => {
    class User {
      get id() {
        return ['ma', 'de'].join('');
      }
    }
    expect(userIdOf(new User())).toBe('made');
  });

  // What an application without types may hand in.
  const unusable: unknown[] = [
    undefined,
    null,
    '',
    {},
    { id: null },
    { id: '' },
    { id: {} },
    { id: [7] },
    Number.NaN,
    Infinity,
    true,
    7n,
    [],
  ];
  it.each(unusable.map((value) => [value]))('%p has none, and the error shows nothing of it', (user) => {
    const login = () => userIdOf(user as UserOrId);
    expect(login).toThrow(SessionUserError);
    expect(login).toThrow(expect.objectContaining({ code: 'SESSION_USER_INVALID' }));
  });
});
