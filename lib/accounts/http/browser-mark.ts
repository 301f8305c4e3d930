import { createHash, randomBytes } from 'node:crypto';
import type { SessionObject } from '../../session/session.js';

/** The key of the session's data under which a browser that has asked for a mail is known again. */
const KEY = '_browser';

/** The hash of the mark of the session's browser, which is made if there is none yet. */
export function markBrowser(session: SessionObject): string {
  const known = browserOf(session);
  if (known !== null) return known;
  const mark = randomBytes(16).toString('base64url');
  session.set(KEY, mark);
  return hashOf(mark);
}

/** Marks a session of one request by what its client has sent. */
export function markBrowserBy(session: SessionObject, secret: string): void {
  session.set(KEY, hashOf(`client:${secret}`));
}

/** The hash of the mark of the session's browser; null: it has none. */
export function browserOf(session: SessionObject): string | null {
  const mark: unknown = session.get(KEY);
  return typeof mark === 'string' ? hashOf(mark) : null;
}

/** Whether the session's browser is the one with this hash. */
export function isBrowser(session: SessionObject, hash: unknown): boolean {
  const own = browserOf(session);
  return own !== null && own === hash;
}

function hashOf(mark: string): string {
  return createHash('sha256').update(mark).digest('base64url');
}
