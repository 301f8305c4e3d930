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
  if (typeof id === 'string' && id !== '') return id;
  if (typeof id === 'number' && Number.isFinite(id)) return id;
  throw new SessionUserError(
    `AuthService.login() needs a user with a field \`${field}\` that is a number or a text that is not empty, or such an id. ` +
      'SESSION_USER_ID_FIELD (userIdField) names another field.',
  );
}
