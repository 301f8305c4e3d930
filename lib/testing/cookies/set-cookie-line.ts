/** A cookie as a Set-Cookie line has it. */
export interface SetCookieLine {
  readonly name: string;
  readonly value: string;
  /** Without a leading dot; null: the host that set it. */
  readonly domain: string | null;
  readonly path: string;
  /** When it ends, in ms since the epoch; null: with the browser. */
  readonly expiresAt: number | null;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: 'Strict' | 'Lax' | 'None';
  /** The line takes the cookie away. */
  readonly isRemoval: boolean;
}

const sameSites = { strict: 'Strict', lax: 'Lax', none: 'None' } as const;

/** @throws TypeError for what is no Set-Cookie line */
export function parseSetCookie(line: string): SetCookieLine {
  const [pair = '', ...rest] = line.split(';');
  const [name, value] = nameAndValue(pair);
  if (name === '' || value === null) {
    throw new TypeError('Expected a Set-Cookie line, such as `session=…; Path=/; HttpOnly`.');
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
    // Express takes a cookie away by 1970 alone. A date of a later past may be that of a fake clock, and means what it says.
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
