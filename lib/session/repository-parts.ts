import { SessionGoneError, SessionHeadersSentError, SessionNeedsHttpError } from '../errors.js';
import { mergeFlashes } from './flash.js';
import type { SessionRecord } from './record.js';
import type { SessionState } from './session-state.js';
import { ownData, stateOf, type SessionObject } from './session.js';

/**
 * Turns the session, which was ended in the meantime, into a new one: only values that this request has set are kept. An object
 * that was in the session before is not, however it was changed: it holds data of the ended session.
 */
export function beginAnew(
  session: SessionObject,
  base: SessionRecord | null,
  now: number,
  permanentByDefault: boolean,
): void {
  const state = stateOf(session);
  const { flashes, permanent } = state;
  const own = Object.entries(session.toJSON()).filter(([key, value]) => isNew(base?.data ?? {}, key, value));
  session.clear();
  Object.assign(ownData(session), Object.fromEntries(own));
  state.reset(now, permanentByDefault, null);
  state.setFlashes(mergeFlashes(base?.flashes ?? [], flashes, []));
  if (permanent !== base?.permanent) state.setPermanent(permanent);
}

/**
 * @param what needs a new cookie.
 * @throws SessionHeadersSentError if the response's headers have been sent
 * @throws SessionNeedsHttpError if there is no response
 */
export function assertDeliverable({ delivery }: SessionState, what: string): void {
  if (delivery === 'open') return;
  if (delivery === 'none') throw new SessionNeedsHttpError(what);
  throw new SessionHeadersSentError(
    `${what} needs a new cookie, but the response's headers have been sent. Do it before responding.`,
  );
}

/** Another request may have ended the session in the meantime, which type narrowing hides. */
export function isGone({ end }: SessionState): boolean {
  return end === 'gone';
}

export function endedMeanwhile(): SessionGoneError {
  return new SessionGoneError(
    'The login was ended by another request while this one was running. Log in and try again.',
  );
}

function isNew(base: Readonly<Record<string, unknown>>, key: string, value: unknown): boolean {
  if (!Object.hasOwn(base, key)) return true;
  return !Object.is(base[key], value) && !(isObject(base[key]) && isObject(value));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
