import { isThenable } from '../../session/thenable.js';
import type { SessionUser } from './user.js';

/** Whether a user may log in, and stay so. */
export type IsActive = (user: SessionUser) => boolean | Promise<boolean>;

/**
 * What a user says of itself: by a field `isActive`, which may also be the 0 or 1 of a database without booleans, or by a
 * method of this name. A user that has neither is active.
 */
export function isActiveByItself(user: SessionUser): boolean | Promise<boolean> {
  const said: unknown = Reflect.get(user, 'isActive');
  if (said === undefined) return true;
  if (typeof said !== 'function') return Boolean(said);
  const answer: unknown = Reflect.apply(said, user, []);
  return isThenable(answer) ? Promise.resolve(answer).then(Boolean) : Boolean(answer);
}
