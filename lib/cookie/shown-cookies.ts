import { cookieValueAt, findCookie, maxSameNamed } from './cookie-header.js';

/** The cookies of one name in a request. A browser sends several if they differ in path or domain. */
export interface ShownCookies<Token> {
  /** The valid ones: the most recently issued first, ended ones last. */
  readonly tokens: readonly Token[];
  /** There are others that are not valid or were not checked; they may belong to another application. */
  readonly hasOthers: boolean;
}

interface Issued {
  /** In ms. */
  readonly issuedAt: number;
  /** When it ends, in ms. */
  readonly endsAt?: number | null;
}

const nothing: ShownCookies<never> = { tokens: [], hasOthers: false };

/**
 * Reads the cookies of one name. Invalid values are skipped, so a cookie set by another host of the domain cannot hide ours.
 *
 * @param read decodes a value; null: it is not valid.
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

/** Checked on each request: a cookie that was valid once may have ended since. */
function rank({ endsAt }: Issued, now: number): number {
  return endsAt === undefined || endsAt === null || endsAt > now ? 1 : 0;
}
