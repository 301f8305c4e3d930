/** Adds `Cookie` to a Vary header once, and keeps what is there. */
export function varyByCookie(vary: string): string {
  if (vary === '') return 'Cookie';
  const members = vary.split(',').map((member) => member.trim().toLowerCase());
  return members.includes('*') || members.includes('cookie') ? vary : `${vary}, Cookie`;
}

/**
 * The Cache-Control of an answer whose handler used the session, or null to leave it as it is.
 *
 * @param current what the handler has set, `''` for nothing.
 * @param carriesCookie whether the answer sets or clears the session's cookie: that must be kept by no cache, whatever the
 *   handler said (ASVS 14.2.2).
 */
export function cacheControl(current: string, carriesCookie: boolean): string | null {
  if (carriesCookie) return /(?:^|,)\s*no-store\s*(?:,|$)/i.test(current) ? null : 'no-store';
  return current === '' ? 'private' : null;
}
