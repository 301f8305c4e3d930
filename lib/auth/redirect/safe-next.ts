import { webOriginOf } from '../../http/origin.js';
import { parseUrl } from '../../config/parse-url.js';

/** The longest `next` that is accepted, in characters. */
export const longestNext = 2048;

const SOMEWHERE = 'http://same-site.invalid';
/** Browsers drop tabs and newlines, and read a backslash as a slash: the result may be another host. */
const misread = /[\p{Cc}\\]/u;
/** A full URL in its plain form: not `https:/host`, `https:host` or with a user before the host. */
const fullUrl = /^https?:\/\/[^\s/?#@]+(?:[/?#]|$)/i;

/** Which full URLs are accepted besides paths. @publicApi */
export interface SafeNextOptions {
  /**
   * The origin of this site, such as `https://shop.example`: a URL of it becomes its path. You may take it from the request,
   * since only the path is returned, no matter who sent the `Host` header; an invalid origin matches nothing.
   */
  readonly origin?: string | null | undefined;
  /**
   * Origins of other sites that a login may lead to, scheme and port included, such as `https://blog.shop.example`. No
   * wildcards: a subdomain that someone else can take over is another site.
   */
  readonly allowedOrigins?: readonly string[] | undefined;
}

/**
 * Where to go after a login: `next`, if it is a path of this site, otherwise `fallback`. Rejects other hosts in all spellings
 * (`//host`, `/\host`, `https:host`), other schemes, control characters, and anything that is not a string.
 *
 * A full URL is rejected as well, unless `options` name its origin.
 *
 * @param next from the request, and so untrusted.
 * @throws TypeError if one of `allowedOrigins` is not an http or https origin
 *
 * @publicApi
 */
export function safeNext(next: unknown, fallback = '/', options: SafeNextOptions = {}): string {
  const allowed = (options.allowedOrigins ?? []).map(allowedOrigin);
  if (typeof next !== 'string' || next.length > longestNext || misread.test(next)) return fallback;
  if (next.startsWith('/')) return pathOf(next) ?? fallback;
  const url = fullUrl.test(next) ? parseUrl(next) : null;
  if (url === null) return fallback;
  // Two slashes at the beginning would turn a path into a host.
  if (url.origin === ownOrigin(options)) return restOf(url).replace(/^\/+/, '/');
  return allowed.includes(url.origin) ? url.href : fallback;
}

/** A path of this site as a browser reads it; null: it leads elsewhere. */
function pathOf(next: string): string | null {
  const url = next.startsWith('//') ? null : parseUrl(next, SOMEWHERE);
  if (url === null) return null;
  const path = restOf(url);
  return url.origin === SOMEWHERE && !path.startsWith('//') ? path : null;
}

function restOf({ pathname, search, hash }: URL): string {
  return pathname + search + hash;
}

function ownOrigin({ origin }: SafeNextOptions): string | null {
  return typeof origin === 'string' ? webOriginOf(origin) : null;
}

function allowedOrigin(text: string): string {
  const origin = webOriginOf(text);
  if (origin !== null) return origin;
  throw new TypeError(
    'safeNext: each of allowedOrigins must be an origin such as https://shop.example, without a path and without *.',
  );
}
