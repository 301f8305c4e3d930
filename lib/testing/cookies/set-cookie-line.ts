/** A cookie of a Set-Cookie header. */
export interface SetCookieLine {
  readonly name: string;
  readonly value: string;
  /** Without a leading dot; null: the host that set it. */
  readonly domain: string | null;
  readonly path: string;
  /** When it expires, in ms since the epoch; null: with the browser. */
  readonly expiresAt: number | null;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: 'Strict' | 'Lax' | 'None';
  /** The header removes the cookie. */
  readonly isRemoval: boolean;
}

const sameSites = { strict: 'Strict', lax: 'Lax', none: 'None' } as const;

/** @throws TypeError if it is not a Set-Cookie header */
export function parseSetCookie(line: string): SetCookieLine {
  const [pair = '', ...rest] = line.split(';');
  const [name, value] = nameAndValue(pair);
  if (name === '' || value === null) {
    throw new TypeError('Expected a Set-Cookie header, such as `session=…; Path=/; HttpOnly`.');
  }
  const attributes = new Map(
    rest.map(nameAndValue).map(([attribute, given]) => [attribute.toLowerCase(), given ?? ''] as const),
  );
  const maxAge = attributes.get('max-age');
  const expires = attributes.get('expires');
  const expiresAt = expires === undefined ? null : Date.parse(expires);
  return {
    name,
    value,
    domain: attributes.get('domain')?.replace(/^\./, '') || null,
    path: attributes.get('path') || '/',
    expiresAt,
    httpOnly: attributes.has('httponly'),
    secure: attributes.has('secure'),
    sameSite: sameSiteOf(attributes.get('samesite')),
    // Express removes a cookie with a date in 1970. A later date in the past may come from a fake clock, and counts as it is.
    isRemoval: maxAge === undefined ? expiresAt === 0 : Number(maxAge) <= 0,
  };
}

/** A value of null: there is no equals sign. */
function nameAndValue(pair: string): [name: string, value: string | null] {
  const at = pair.indexOf('=');
  return at === -1 ? [pair.trim(), null] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}

function sameSiteOf(value: string | undefined): SetCookieLine['sameSite'] {
  const name = value?.toLowerCase();
  return name === 'strict' || name === 'none' ? sameSites[name] : 'Lax';
}
