import { cookieValueAt, findCookie, maxSameNamed } from './cookie-header.js';

/** The cookies of one name that a request came with. A browser sends several where paths, domains or hosts set them apart. */
export interface ShownCookies<Token> {
  /** The genuine ones. The one issued last comes first, and whatever has ended comes last. */
  readonly tokens: readonly Token[];
  /** There is one besides that is not genuine, or was not looked at: somebody else's perhaps. */
  readonly hasOthers: boolean;
}

interface Issued {
  /** In ms. */
  readonly issuedAt: number;
  /** From when on it names nothing, in ms. */
  readonly endsAt?: number | null;
}

const nothing: ShownCookies<never> = { tokens: [], hasOthers: false };

/**
 * Reads them. One that another host of the domain has planted hides none of ours: a value that is not genuine is passed over.
 *
 * @param read what a value carries; null: it is not genuine.
 * @param now in ms.
 */
export function shownCookies<Token extends Issued>(
  header: string | undefined,
  name: string,
  now: number,
  read: (value: string) => Token | null,
): ShownCookies<Token> {
  if (header === undefined) return nothing;
  let at = findCookie(header, name, 0);
  if (at === -1) return nothing;
  const tokens: Token[] = [];
  let hasOthers = false;
  for (let tried = 0; at !== -1; tried++) {
    const token = tried < maxSameNamed ? read(cookieValueAt(header, at)) : null;
    if (token === null) hasOthers = true;
    else tokens.push(token);
    at = tried < maxSameNamed ? findCookie(header, name, at) : -1;
  }
  if (tokens.length > 1) {
    tokens.sort((one, other) => rank(other, now) - rank(one, now) || other.issuedAt - one.issuedAt);
  }
  return { tokens, hasOthers };
}

/** Asked for each request: that it was genuine once says nothing of the time since. */
function rank({ endsAt }: Issued, now: number): number {
  return endsAt === undefined || endsAt === null || endsAt > now ? 1 : 0;
}
