import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestSession } from './request-session.js';
import type { SessionRuntime } from './session-runtime.js';

/** What the running code serves: a request, or a message of a socket. */
export interface Current {
  readonly runtime: SessionRuntime;
  /** The socket that sent the message; null: it is a request. */
  readonly client: object | null;
  /** The context of a GraphQL operation whose login is looked at again, with the session as it is now; undefined: it is something else. */
  readonly operation?: object | undefined;
  /** Its session; nothing is loaded yet. */
  readonly session: RequestSession;
  /** What was being served when this arrived: an application may be mounted in another one, or call it. */
  readonly outer?: Current | undefined;
  /** The error by which Nest tells the client of a socket why its message was rejected. */
  errorFor?(refusal: { readonly code: string; readonly message: string }): Error;
}

export const currentSession = new AsyncLocalStorage<Current>();

/** What is being served for an application; null: nothing. Another application in this process never sees it. */
export function currentIn(runtime: SessionRuntime): Current | null {
  let current = currentSession.getStore();
  while (current !== undefined && current.runtime !== runtime) current = current.outer;
  return current ?? null;
}
