import { isThenable } from '../../session/thenable.js';
import type { SessionUser } from './user.js';

/** Whether a user may log in, and stay logged in. */
export type IsActive = (user: SessionUser) => boolean | Promise<boolean>;

/**
 * The default: the user's field `isActive`, which may also be the 0 or 1 of a database without booleans, or its method of this
 * name. A user without either is active.
 */
export function isActiveByItself(user: SessionUser): boolean | Promise<boolean> {
  const said: unknown = Reflect.get(user, 'isActive');
  if (said === undefined) return true;
  if (typeof said !== 'function') return Boolean(said);
  const answer: unknown = Reflect.apply(said, user, []);
  return isThenable(answer) ? Promise.resolve(answer).then(Boolean) : Boolean(answer);
}
