import { describe, expect, it } from '@jest/globals';
import { assertUserId, otherTypeOf, userIdOf } from '../../../lib/auth/users/user-id.js';
import { SessionUserError } from '../../../lib/errors.js';

describe('the id of a user', () => {
  it.each<[unknown, string | number]>([
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

  it('may be in another field, and then is in no other', () => {
    expect(userIdOf({ id: 7, uuid: 'a-b' }, 'uuid')).toBe('a-b');
    expect(() => userIdOf({ id: 7 }, 'uuid')).toThrow('field `uuid`');
    expect(userIdOf(7, 'uuid')).toBe(7);
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
    '\ud800',
    { id: 'a\udc00' },
    Infinity,
    true,
    7n,
    [],
  ];
  it.each(unusable.map((value) => [value]))('%p has none, and the error shows nothing of it', (user) => {
    const login = () => userIdOf(user);
    expect(login).toThrow(SessionUserError);
    expect(login).toThrow(expect.objectContaining({ code: 'SESSION_USER_INVALID' }));
  });

  it.each(['\ud800', 'a\udc00b', '\udc00\ud800'])(
    'is no half of a character (%j), which a visitor may have sent',
    (id) => {
      expect(() => userIdOf(id)).toThrow(expect.objectContaining({ mayBeInput: true }));
      expect(() => assertUserId(id)).toThrow(expect.objectContaining({ mayBeInput: true }));
      expect(userIdOf('\ud83d\ude00')).toBe('\ud83d\ude00');
    },
  );

  it.each<[string | number, string | number | null]>([
    [7, '7'],
    ['7', 7],
    ['-1.5', -1.5],
    ['07', null],
    ['7 ', null],
    ['ada', null],
    ['Infinity', null],
    ['NaN', null],
  ])('%j looks like %j, which is another', (id, other) => {
    expect(otherTypeOf(id)).toBe(other);
  });
});
