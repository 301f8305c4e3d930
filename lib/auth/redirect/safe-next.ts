const LONGEST = 2048;
const SOMEWHERE = 'http://same-site.invalid';

/**
 * Where to go after a login: `next`, if it is a path of this site, otherwise `fallback`. Refused are other hosts in all their
 * spellings (`//host`, `/\host`, `https:host`), other schemes, control characters, and whatever is no text.
 *
 * @param next from the request, and so from anybody.
 *
 * @publicApi
 */
export function safeNext(next: unknown, fallback = '/'): string {
  if (typeof next !== 'string' || next.length > LONGEST) return fallback;
  // Browsers drop tabs and newlines, and read a backslash as a slash: what is left may be another host.
  if (!next.startsWith('/') || next.startsWith('//') || /[\p{Cc}\\]/u.test(next)) return fallback;
  if (!URL.canParse(next, SOMEWHERE)) return fallback;
  const url = new URL(next, SOMEWHERE);
  const path = url.pathname + url.search + url.hash;
  return url.origin === SOMEWHERE && !path.startsWith('//') ? path : fallback;
}
