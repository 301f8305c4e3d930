import { OptionMismatch, type OptionKind } from '../config/option.js';
import { parseUrl } from '../config/parse-url.js';

/** `scheme://host` or `scheme://host:port`, and nothing else: no user, no path, no query, no wildcard. */
const originForm = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@\\*]+$/i;

/**
 * An origin as browsers send it (lower case, no default port); null if `text` is not one.
 *
 * @param text such as `https://shop.example`, or `capacitor://localhost` of an app shell around a page.
 */
export function originOf(text: string): string | null {
  const url = originForm.test(text) ? parseUrl(text) : null;
  if (url === null || url.host === '') return null;
  const { protocol, host, origin } = url;
  // For non-standard schemes, the URL standard has the opaque origin `null`, but browsers send a tuple anyway.
  return isWeb(protocol) ? origin : `${protocol}//${host}`;
}

/** The kind of an option: an origin, in the form in which browsers send it. */
export function originKind(): OptionKind<string> {
  return {
    expected: 'an origin such as https://shop.example, without a path and without *',
    parse(raw) {
      return (typeof raw === 'string' ? originOf(raw.trim()) : null) ?? new OptionMismatch();
    },
  };
}

/** As {@link originOf} for web pages: the scheme is http or https. */
export function webOriginOf(text: string): string | null {
  const origin = originOf(text);
  return origin !== null && isWeb(new URL(origin).protocol) ? origin : null;
}

/** The origin that a request was sent to; null if its host is invalid. */
export function requestOrigin(isHttps: boolean, host: string | undefined): string | null {
  return host === undefined ? null : webOriginOf(`${isHttps ? 'https' : 'http'}://${host}`);
}

function isWeb(protocol: string): boolean {
  return protocol === 'https:' || protocol === 'http:';
}

const hostForm = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Whether `text` is a host name or an address, optionally with a port. */
export function isHost(text: string): boolean {
  return hostForm.test(text);
}

const longestPath = 256;
/** Segments that are not empty, do not lead upwards, and need no encoding. */
const plainPath = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/;

/** Whether `text` is a path such as `/shop` that every server and browser reads the same way. */
export function isPlainPath(text: string): boolean {
  return text.length <= longestPath && plainPath.test(text);
}
