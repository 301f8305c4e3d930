import { SessionGoneError, SessionHeadersSentError } from '../errors.js';
import { mergeFlashes } from './flash.js';
import type { SessionRecord } from './record.js';
import type { SessionState } from './session-state.js';
import { ownData, stateOf, type SessionObject } from './session.js';

/** What is done to one session goes one after the other, whoever in the request asks for it. */
export async function inTurn(state: SessionState, work: () => Promise<void>): Promise<void> {
  const run = state.running === null ? work() : state.running.then(work, work);
  state.running = run;
  try {
    await run;
  } finally {
    if (state.running === run) state.running = null;
  }
}

/**
 * The session, which was ended meanwhile, is a new one: only what this request itself has set is carried over. An object that
 * was in the session before is not, however it was changed: it holds what belonged to the session that was ended.
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
  state.flashes = mergeFlashes(base?.flashes ?? [], flashes, []);
  if (permanent !== base?.permanent) state.permanent = permanent;
}

/** @throws SessionHeadersSentError where the head of the answer has gone out */
export function refuseOnceAnswered(state: SessionState, what: string): void {
  if (!state.answered) return;
  throw new SessionHeadersSentError(
    `${what} needs a new cookie, and the response's headers have gone out. Do it before answering.`,
  );
}

/** Another request may have ended the session while this one was waiting, which the type of what was read before hides. */
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
