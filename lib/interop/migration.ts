import type { ForeignSession } from '../session/foreign-session.js';

/** What may be said about every way in from another framework. @publicApi */
export interface MigrationOptions {
  /**
   * What becomes of an old session that goes on here: `keep` leaves it and its cookie for a roll-back, `remove` removes both.
   * Default: `keep`.
   */
  readonly old?: 'keep' | 'remove' | undefined;
  /**
   * Makes the data of a session here out of those that it had there: renames keys, drops what nobody needs. What it throws fails
   * the request, and the old session is asked for again with the next one. Default: they stay as they are.
   */
  readonly convert?: ((data: SessionContent) => SessionContent | Promise<SessionContent>) | undefined;
  /** The path of the old cookie, where it is not `/`; `remove` needs it. Default: `/`. */
  readonly cookiePath?: string | undefined;
  /** The domain of the old cookie, where it has one; `remove` needs it. Default: none. */
  readonly cookieDomain?: string | undefined;
}

/** What a session holds, by its names. @publicApi */
export type SessionContent = Record<string, unknown>;

/** The session with the data that `convert` makes of its own. @throws what `convert` throws; TypeError if it gives no data. */
export async function converted(
  session: ForeignSession,
  convert: MigrationOptions['convert'],
): Promise<ForeignSession> {
  if (convert === undefined) return session;
  const data: unknown = await convert(session.data);
  if (typeof data !== 'object' || data === null) throw new TypeError('The option convert must return the data.');
  return { ...session, data: { ...data } };
}
