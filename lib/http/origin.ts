import { parseUrl } from '../config/parse-url.js';

/** `scheme://host` or `scheme://host:port`, and nothing else: no user, no path, no query, no wildcard. */
const originForm = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@\\*]+$/i;

/**
 * The form in which browsers send an origin (lower case, no default port); null where `text` is none.
 *
 * @param text such as `https://shop.example`, or `capacitor://localhost` of a shell around a page.
 */
export function originOf(text: string): string | null {
  const url = originForm.test(text) ? parseUrl(text) : null;
  if (url === null || url.host === '') return null;
  const { protocol, host, origin } = url;
  // The schemes that the standard does not know have the opaque origin `null` there, but send a tuple all the same.
  return isWeb(protocol) ? origin : `${protocol}//${host}`;
}

/** The same, for a page on the web: its scheme is http or https. */
export function webOriginOf(text: string): string | null {
  const origin = originOf(text);
  return origin !== null && isWeb(new URL(origin).protocol) ? origin : null;
}

/** The origin that a request was sent to; null where its host cannot be one. */
export function requestOrigin(isHttps: boolean, host: string | undefined): string | null {
  return host === undefined ? null : webOriginOf(`${isHttps ? 'https' : 'http'}://${host}`);
}

function isWeb(protocol: string): boolean {
  return protocol === 'https:' || protocol === 'http:';
}

const hostForm = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Whether `text` is a host name or an address, with a port where there is one. */
export function isHost(text: string): boolean {
  return hostForm.test(text);
}

const longestPath = 256;
/** One segment after the other, none of which is empty, leads upwards, or needs an encoding. */
const plainPath = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/;

/** Whether `text` is a path such as `/shop`, which every server and browser reads in one way. */
export function isPlainPath(text: string): boolean {
  return text.length <= longestPath && plainPath.test(text);
}
