import { SessionAbilityMissingError } from '../errors.js';
import type { UserSessions } from './session-repository.js';

/** A user's sessions, if only the browsers have them. */
export const unownedSessions: UserSessions & { readonly recordOf: () => Promise<never> } = {
  isOffered: false,
  list: refuse,
  find: refuse,
  recordOf: refuse,
  end: refuse,
  endAll: refuse,
  isEnding: () => Promise.resolve(false),
};

async function refuse(): Promise<never> {
  throw new SessionAbilityMissingError(
    'SESSION_TYPE is cookie: the sessions of a user are in browsers only, and can neither be listed nor ended together. ' +
      'Choose a store, or shorten the timeouts; logoutAllUsers() works with SESSION_SEALED_REVOCATIONS (sealed.revocations).',
  );
}
