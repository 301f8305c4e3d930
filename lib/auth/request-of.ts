import { RequestSession } from '../http/request-session.js';
import { stateOf, type SessionObject } from '../session/session.js';

/** The request of a session; null: it was created outside of one. */
export function requestOf(session: SessionObject): RequestSession | null {
  const { bearer } = stateOf(session);
  return bearer instanceof RequestSession ? bearer : null;
}
