/**
 * Reads a Cookie header (RFC 6265 5.4): pairs separated by semicolons, nothing decoded. The input is untrusted, so reading
 * never throws and takes time linear in the header's length.
 */

/**
 * How many cookies of one name are checked. A browser sends several if they differ in host or path, and another host of the
 * domain can add one for each matching path and domain.
 */
export const maxSameNamed = 32;

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

/** The values of all cookies with exactly this name, in order; at most `max`. */
export function cookieValues(header: string | undefined, name: string, max = maxSameNamed): string[] {
  const values: string[] = [];
  if (header === undefined) return values;
  for (let at = findCookie(header, name, 0); at !== -1 && values.length < max; at = findCookie(header, name, at)) {
    values.push(cookieValueAt(header, at));
  }
  return values;
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

/** Whether the header has a cookie of this name, valid or not. */
export function hasCookie(header: string | undefined, name: string): boolean {
  return header !== undefined && findCookie(header, name, 0) !== -1;
}

/** Where the value of the next cookie with this name begins, starting at `from`; -1 if there is none. */
function findCookie(header: string, name: string, from: number): number {
  for (let at = header.indexOf(name, from); at !== -1; at = header.indexOf(name, at + 1)) {
    const end = at + name.length;
    if (header.charCodeAt(end) === equalsSign && beginsPair(header, at)) return end + 1;
  }
  return -1;
}

/** The value that begins at `start`, without surrounding whitespace and without one pair of double quotes. */
function cookieValueAt(header: string, start: number): string {
  const semicolonAt = header.indexOf(';', start);
  let begin = start;
  let end = semicolonAt === -1 ? header.length : semicolonAt;
  while (begin < end && isSpace(header.charCodeAt(begin))) begin++;
  while (end > begin && isSpace(header.charCodeAt(end - 1))) end--;
  if (end - begin >= 2 && header.charCodeAt(begin) === doubleQuote && header.charCodeAt(end - 1) === doubleQuote) {
    begin++;
    end--;
  }
  return header.slice(begin, end);
}

const equalsSign = 0x3d;
const semicolon = 0x3b;
const doubleQuote = 0x22;

function beginsPair(header: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && isSpace(header.charCodeAt(before))) before--;
  return before < 0 || header.charCodeAt(before) === semicolon;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Checked on each request: a cookie that was valid once may have ended since. */
function rank({ endsAt }: Issued, now: number): number {
  return endsAt === undefined || endsAt === null || endsAt > now ? 1 : 0;
}
