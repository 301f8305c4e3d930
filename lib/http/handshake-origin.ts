import { verdictOn } from './provenance.js';
import type { RequestClient } from './request-client.js';

/** Which page has opened a WebSocket, according to the browser. */
export type HandshakeVerdict =
  /** A page of this site, or of a trusted origin. */
  | 'ours'
  /** Not a browser, or a page of this site by a GET, with which browsers send no origin. */
  | 'unsaid'
  /** The browser hides it (`Origin: null`): a sandboxed frame, or a file. */
  | 'hidden'
  /** A page of another origin. */
  | 'foreign';

/**
 * Browsers send a handshake with the user's cookies for any page, and let the page read what comes back: CORS does not apply. So
 * only `ours` and `unsaid` may use the session.
 */
export function judgeHandshake(
  client: Pick<RequestClient, 'provenance' | 'origin'>,
  trusted: ReadonlySet<string>,
): HandshakeVerdict {
  const { provenance } = client;
  // An upgrade by a browser has an origin. A poll need not have one: it is a GET, which any page can send as a script.
  if (provenance.origin === undefined) return isElsewhere(provenance.site) ? 'foreign' : 'unsaid';
  const verdict = verdictOn(provenance, () => client.origin, trusted);
  return verdict === 'ours' || verdict === 'hidden' ? verdict : 'foreign';
}

function isElsewhere(site: string | undefined): boolean {
  return site !== undefined && site !== 'none' && site !== 'same-origin';
}
