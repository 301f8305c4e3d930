import { isSessionError } from '../errors.js';
import type { CommandAccess } from '../session-module-access.js';
import type { UserId } from '../session/auth-facts.js';
import { UsageError } from './usage-error.js';

/** Whether an id that looks like a number is one. */
export type IdType = 'number' | 'string';

/** A user as a person types it. */
export interface GivenUser {
  readonly text: string;
  /** Null: whichever has logins. */
  readonly idType: IdType | null;
}

/**
 * The id of a user. `7` and `'7'` are two users, and an argument does not tell which is meant.
 *
 * @throws UsageError if it says neither, and both have sessions
 */
export async function userIdOf({ text, idType }: GivenUser, { logins }: CommandAccess): Promise<UserId> {
  const number = Number(text);
  const isNumber = text !== '' && Number.isFinite(number) && String(number) === text;
  if (text === '') throw new UsageError('The id of a user must not be empty.');
  if (idType === 'number' && !isNumber) throw new UsageError(`This is no number: ${text}`);
  if (idType === 'string' || !isNumber) return text;
  if (idType === 'number') return number;
  const [asNumber, asString] = [await known(number, logins), await known(text, logins)];
  if (asNumber === 'here' && asString === 'here') {
    throw new UsageError(
      `There are two users with sessions, the number ${text} and the string ${text}: choose one with --id-type.`,
    );
  }
  return asString === 'here' || asNumber === 'other' ? text : number;
}

/** Whether an id has sessions; `other`: the same id of the other type is known instead. */
async function known(id: UserId, logins: CommandAccess['logins']): Promise<'here' | 'other' | 'neither'> {
  try {
    return (await logins.list(id, null)).length > 0 ? 'here' : 'neither';
  } catch (error) {
    if (isSessionError(error) && error.code === 'SESSION_USER_INVALID') return 'other';
    throw error;
  }
}
