import type { Provenance } from './request-kind.js';

/** Which page a request comes from, according to the browser. */
export type Verdict =
  /** A page of this site, or of a trusted origin. */
  | 'ours'
  /** Unknown: not a browser, or an old one. */
  | 'unsaid'
  /** The browser says that it comes from another site, or another host of this site. */
  | 'cross-site'
  /** The browser hides it (`Origin: null`): a page without referrer on plain HTTP, or a sandboxed frame. */
  | 'hidden'
  /** It has an origin that is not this one. */
  | 'foreign-origin';

/**
 * Whether a request that changes something comes from the application.
 *
 * `Sec-Fetch-Site: none` (a typed address, a bookmark) proves nothing, unlike for viewing a page: a request that no page made
 * has no reason to change anything, and a form of another site that is resubmitted by hand may arrive this way.
 *
 * @param own returns the origin that the request was sent to; seldom needed.
 */
export function verdictOn(
  { site, origin }: Provenance,
  own: () => string | null,
  trusted: ReadonlySet<string>,
): Verdict {
  if (origin !== undefined && trusted.has(origin)) return 'ours';
  if (site === 'same-origin') return 'ours';
  // A duplicate or a future value is not "same-origin" either.
  if (site !== undefined && site !== 'none') return 'cross-site';
  if (origin === undefined) return 'unsaid';
  if (origin === 'null') return 'hidden';
  return origin === own() ? 'ours' : 'foreign-origin';
}
