import { type OptionKind, OptionMismatch } from '../config/option.js';

/** Where a browser stores a cookie. Cookies of one name that differ in any of these are separate, and it sends all that match. */
export interface CookiePlace {
  readonly path: string;
  /** Null: the exact host only. */
  readonly domain: string | null;
  /** In the partition of the site that embeds the application. */
  readonly partitioned: boolean;
}

/**
 * Where a cookie was set before. A property that you leave out stands for both its current value and the browser's default.
 *
 * @publicApi
 */
export interface FormerPlace {
  readonly path?: string | undefined;
  /** Null: no domain, the exact host only. */
  readonly domain?: string | null | undefined;
  readonly partitioned?: boolean | undefined;
}

const names = ['path', 'domain', 'partitioned'];
const pathForm = /^\/[\x21-\x3a\x3c-\x7e]{0,1023}$/;
const domainForm = /^\.?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;

/** A {@link FormerPlace}; JSON in the environment. */
export function formerPlace(): OptionKind<FormerPlace> {
  return {
    expected: '`{ path, domain }` of a cookie: a path that begins with /, a host name or null',
    parse: (raw) => (isPlace(raw) ? raw : new OptionMismatch()),
  };
}

function isPlace(value: unknown): value is FormerPlace {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (Object.keys(value).some((name) => !names.includes(name))) return false;
  const { path, domain, partitioned } = value as Readonly<Record<string, unknown>>;
  return (
    (path === undefined || (typeof path === 'string' && pathForm.test(path))) &&
    (domain === undefined || domain === null || (typeof domain === 'string' && domainForm.test(domain))) &&
    (partitioned === undefined || typeof partitioned === 'boolean')
  );
}

function isSamePlace(one: CookiePlace, other: CookiePlace): boolean {
  return one.path === other.path && one.domain === other.domain && one.partitioned === other.partitioned;
}

/** Every place that a former place may stand for, except the cookie's current one. */
export function placesOf(former: FormerPlace, own: CookiePlace): CookiePlace[] {
  const paths = former.path === undefined ? [own.path, '/'] : [former.path];
  const domains = former.domain === undefined ? [own.domain, null] : [plainDomain(former.domain)];
  const partitions = former.partitioned === undefined ? [own.partitioned, false] : [former.partitioned];
  const places = paths.flatMap((path) =>
    domains.flatMap((domain) => partitions.map((partitioned) => ({ path, domain, partitioned }))),
  );
  return places.filter(
    (place, at) => !isSamePlace(place, own) && at === places.findIndex((other) => isSamePlace(place, other)),
  );
}

function plainDomain(domain: string | null): string | null {
  return domain === null ? null : domain.replace(/^\./, '').toLowerCase();
}
