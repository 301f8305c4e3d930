import type { SessionRepository } from './session-repository.js';
import { stateOf, type SessionObject } from './session.js';
import type { SessionToken } from './session-reference.js';

/** How many sessions are looked up per request: more cookies of the name are no accident. */
const mostLookups = 8;

/** A session and its cookie. */
export interface LivingSession {
  readonly token: SessionToken;
  readonly session: SessionObject;
}

/**
 * Of the sessions for which a request has cookies, the live one whose cookie was issued last. Usually only one is looked up;
 * the next one only if that has ended.
 *
 * @param tokens the most recently issued one first.
 */
export async function livingSession(
  repository: SessionRepository,
  tokens: readonly SessionToken[],
): Promise<LivingSession | null> {
  let found: LivingSession | null = null;
  for (const token of lookedUp(tokens)) {
    if (found !== null && found.token.issuedAt !== token.issuedAt) break;
    const session = await repository.load(token);
    // Cookies have a resolution of seconds; for those issued in the same second, the records decide.
    if (session !== null && (found === null || begunAt(session) > begunAt(found.session))) found = { token, session };
  }
  return found;
}

/** Ends a request's other live sessions: otherwise one of them would reappear once the used one has ended. */
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
