import type { SessionRepository } from '../session/session-repository.js';
import { stateOf, type SessionObject } from '../session/session.js';
import type { SessionToken } from './session-cookie.js';

/** How many sessions are looked up for one request: a browser that sends more cookies of the name was made to. */
const mostLookups = 8;

/** A session, and the cookie that led to it. */
export interface LivingSession {
  readonly token: SessionToken;
  readonly session: SessionObject;
}

/**
 * Of the sessions that a request has cookies of, the one that lives and whose cookie was issued last. One is looked up as a rule: the
 * next only where that has ended.
 *
 * @param tokens the one issued last comes first.
 */
export async function livingSession(
  repository: SessionRepository,
  tokens: readonly SessionToken[],
): Promise<LivingSession | null> {
  let found: LivingSession | null = null;
  for (const token of lookedUp(tokens)) {
    if (found !== null && found.token.issuedAt !== token.issuedAt) break;
    const session = await repository.load(token);
    // Cookies tell seconds; of several that were issued in one, the records tell the rest.
    if (session !== null && (found === null || begunAt(session) > begunAt(found.session))) found = { token, session };
  }
  return found;
}

/** Ends what else lives of a request's sessions: otherwise it would come to light where the one that was on top has ended. */
export async function endOthers(
  repository: SessionRepository,
  tokens: readonly SessionToken[],
  ended: SessionToken | null,
): Promise<void> {
  for (const token of lookedUp(tokens)) {
    if (token.id === ended?.id) continue;
    const session = await repository.load(token);
    if (session !== null) await repository.destroy(session);
  }
}

/** Each session once. */
function lookedUp(tokens: readonly SessionToken[]): readonly SessionToken[] {
  return tokens.filter(({ id }, at) => at === tokens.findIndex((other) => other.id === id)).slice(0, mostLookups);
}

function begunAt(session: SessionObject): number {
  return stateOf(session).rotatedAt;
}
