import { isWellFormed } from '../../config/well-formed.js';
import { SessionUserError } from '../../errors.js';
import type { UserId } from './user.js';

/**
 * The id of a user, or of an id itself.
 *
 * @param field the user's field with the id.
 * @throws SessionUserError for a missing or unusable id
 */
export function userIdOf(user: unknown, field = 'id'): UserId {
  const id: unknown = typeof user === 'object' && user !== null ? Reflect.get(user, field) : user;
  if (isId(id)) return whole(id);
  throw new SessionUserError(
    `AuthService.login() needs a user with a field \`${field}\` that is a number or a non-empty string, or such an id. ` +
      'SESSION_USER_ID_FIELD (userIdField) names another field.',
  );
}

/** @throws SessionUserError for an id that cannot have logged in, such as the `undefined` of a user that was not found */
export function assertUserId(id: unknown): asserts id is UserId {
  if (!isId(id)) throw new SessionUserError('The id of a user must be a number or a non-empty string.');
  whole(id);
}

/** The same id with the other type, which is another user: `'7'` for 7, and the reverse; null: there is none. */
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
  const message = 'The id of a user must be a well-formed string: a lone surrogate would change when stored.';
  throw new SessionUserError(message, { mayBeInput: true });
}
