import { isWellFormed } from '../../config/well-formed.js';
import { SessionUserError } from '../../errors.js';
import type { UserId } from './user.js';

/**
 * The id of a user, or the id by itself.
 *
 * @param field where a user has it.
 * @throws SessionUserError where there is no id that could be stored
 */
export function userIdOf(user: unknown, field = 'id'): UserId {
  const id: unknown = typeof user === 'object' && user !== null ? Reflect.get(user, field) : user;
  if (isId(id)) return whole(id);
  throw new SessionUserError(
    `AuthService.login() needs a user with a field \`${field}\` that is a number or a text that is not empty, or such an id. ` +
      'SESSION_USER_ID_FIELD (userIdField) names another field.',
  );
}

/** @throws SessionUserError for what nobody can have logged in as, such as the `undefined` of a user that was not found */
export function assertUserId(id: unknown): asserts id is UserId {
  if (!isId(id)) throw new SessionUserError('The id of a user is a number, or a text that is not empty.');
  whole(id);
}

/** The id that looks the same and is another user's: `'7'` of 7, and the reverse; null: there is none. */
export function otherTypeOf(id: UserId): UserId | null {
  if (typeof id === 'number') return String(id);
  const number = Number(id);
  return Number.isFinite(number) && String(number) === id ? number : null;
}

function isId(id: unknown): id is UserId {
  return (typeof id === 'string' && id !== '') || (typeof id === 'number' && Number.isFinite(id));
}

function whole(id: UserId): UserId {
  if (typeof id === 'number' || isWellFormed(id)) return id;
  const message = 'The id of a user is no well-formed text: half a character would be stored as another one.';
  throw new SessionUserError(message, { mayBeInput: true });
}
