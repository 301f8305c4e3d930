import type { AuthFacts } from './auth-facts.js';
import type { KnownLogin } from './known-login.js';
import { publicId } from './session-id.js';
import type { SessionState, StoredSession } from './session-state.js';
import { stateOf, type SessionObject } from './session.js';

/**
 * A lineage is one login from its beginning to its end, under any ids: the public id that its session had when it began.
 * Periodic rotation, `regenerate()` and `confirm()` keep it; a login starts a new one, even for the same user.
 *
 * @param publicId that of the record with the login
 */
export function lineageIn(auth: AuthFacts, publicId: string): string {
  return auth.lineage ?? publicId;
}

/** The lineage of a request's session; null: nobody is logged in, or it is not stored. */
export function lineageOf({ auth, stored }: SessionState): string | null {
  return auth === null || stored === null ? null : lineageIn(auth, publicId(stored.id));
}

/** Enough to find the login of a session again; null: nobody is logged in, or it has ended. */
export function loginOf(session: SessionObject): KnownLogin | null {
  const state = stateOf(session);
  const { auth, stored, end } = state;
  const lineage = lineageOf(state);
  if (auth === null || stored === null || lineage === null || end === 'gone') return null;
  return { lineage, auth, stored: { id: stored.id } };
}

/** The login for a record under another id, with its lineage preserved. */
export function withLineage(auth: AuthFacts | null, { id }: Pick<StoredSession, 'id'>): AuthFacts | null {
  return auth === null || auth.lineage !== undefined ? auth : { ...auth, lineage: publicId(id) };
}
