/** Adds `Cookie` to a Vary header once, and keeps what is there. */
export function varyByCookie(vary: string): string {
  if (vary === '') return 'Cookie';
  const members = vary.split(',').map((member) => member.trim().toLowerCase());
  return members.includes('*') || members.includes('cookie') ? vary : `${vary}, Cookie`;
}

/** What `send` says by itself, and with it Express's `sendFile()` and the static files of both servers: nobody's word. */
const servedByDefault = /^public,\s*max-age=0$/i;

/** What is known of an answer that used the session. */
export interface AnswerFacts {
  /**
   * Whether it sets or clears the session's cookie: that must be kept by no cache, whatever the handler said (ASVS 14.2.2).
   */
  readonly carriesCookie: boolean;
  /** What a guard has protected, and what then holds where the handler says nothing; null: none has. */
  readonly guarded: 'no-store' | 'private' | null;
}

/**
 * The Cache-Control of an answer whose handler used the session, or null to leave it as it is.
 *
 * @param current what the handler has set, `''` for nothing.
 */
export function cacheControl(current: string, { carriesCookie, guarded }: AnswerFacts): string | null {
  if (carriesCookie) return /(?:^|,)\s*no-store\s*(?:,|$)/i.test(current) ? null : 'no-store';
  if (current === '') return guarded ?? 'private';
  return guarded !== null && servedByDefault.test(current) ? guarded : null;
}
