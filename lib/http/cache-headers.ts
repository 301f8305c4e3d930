import type { ResponseHead } from '../response/head.js';

/** Adds `Cookie` to a Vary header once, keeping its other values. */
export function varyByCookie(vary: string): string {
  if (vary === '') return 'Cookie';
  const members = vary.split(',').map((member) => member.trim().toLowerCase());
  return members.includes('*') || members.includes('cookie') ? vary : `${vary}, Cookie`;
}

/** The default of `send`, and so of Express's `sendFile()` and the static files of both servers: not an application's choice. */
const servedByDefault = /^public,\s*max-age=0$/i;

/** The facts about a response that used the session. */
export interface AnswerFacts {
  /** Whether it sets or clears the session's cookie: then no cache may store it, whatever the handler said (ASVS 14.2.2). */
  readonly carriesCookie: boolean;
  /** The default for a response behind a guard if the handler sets none; null: no guard. */
  readonly guarded: 'no-store' | 'private' | null;
}

/**
 * The Cache-Control of a response whose handler used the session, or null to leave it as it is.
 *
 * @param current what the handler has set, `''` for nothing.
 */
export function cacheControl(current: string, { carriesCookie, guarded }: AnswerFacts): string | null {
  if (carriesCookie) return /(?:^|,)\s*no-store\s*(?:,|$)/i.test(current) ? null : 'no-store';
  if (current === '') return guarded ?? 'private';
  return guarded !== null && servedByDefault.test(current) ? guarded : null;
}

/** Keeps caches from mixing up the clients of a response that depends on the session. */
export function protectFromCaches(head: ResponseHead, carriesCookie: boolean, guarded: AnswerFacts['guarded']): void {
  head.set('Vary', varyByCookie(head.get('Vary')));
  const cacheable = cacheControl(head.get('Cache-Control'), { carriesCookie, guarded });
  if (cacheable !== null) head.set('Cache-Control', cacheable);
}
