import type { Provenance } from '../../http/request-kind.js';

/** Whose page a request comes from, as far as the browser says it. */
export type Verdict =
  /** A page of this site, or of an origin that is trusted. */
  | 'ours'
  /** Nobody says: no browser, or one of another age. */
  | 'unsaid'
  /** The browser says that it is another site's, or another host's of this site. */
  | 'cross-site'
  /** The browser keeps it to itself (`Origin: null`): a page without referrer on plain HTTP, or a frame in a sandbox. */
  | 'hidden'
  /** It has an origin that is not this one. */
  | 'foreign-origin';

/**
 * Whether a request that changes something comes from the application.
 *
 * `Sec-Fetch-Site: none` (an address typed, a bookmark) is no proof, as it would be of a page to look at: what nobody's page
 * has asked for has no reason to change anything, and a form of another site that is sent once more by hand may come so.
 *
 * @param own the origin that the request was sent to; a function, since it is seldom needed.
 */
export function verdictOn(
  { site, origin }: Provenance,
  own: () => string | null,
  trusted: ReadonlySet<string>,
): Verdict {
  if (origin !== undefined && trusted.has(origin)) return 'ours';
  if (site === 'same-origin') return 'ours';
  // What comes twice, or is a word of tomorrow, is no "same-origin" either.
  if (site !== undefined && site !== 'none') return 'cross-site';
  if (origin === undefined) return 'unsaid';
  if (origin === 'null') return 'hidden';
  return origin === own() ? 'ours' : 'foreign-origin';
}
