/**
 * Reads a Cookie header (RFC 6265 5.4): pairs separated by semicolons, nothing decoded. The input is untrusted, so reading
 * never throws and takes time linear in the header's length.
 */

/**
 * How many cookies of one name are checked. A browser sends several if they differ in host or path, and another host of the
 * domain can add one for each matching path and domain.
 */
export const maxSameNamed = 32;

/** The values of all cookies with exactly this name, in order; at most `max`. */
export function cookieValues(header: string | undefined, name: string, max = maxSameNamed): string[] {
  const values: string[] = [];
  if (header === undefined) return values;
  for (let at = findCookie(header, name, 0); at !== -1 && values.length < max; at = findCookie(header, name, at)) {
    values.push(cookieValueAt(header, at));
  }
  return values;
}

/** Where the value of the next cookie with this name begins, starting at `from`; -1 if there is none. */
export function findCookie(header: string, name: string, from: number): number {
  for (let at = header.indexOf(name, from); at !== -1; at = header.indexOf(name, at + 1)) {
    const end = at + name.length;
    if (header.charCodeAt(end) === equalsSign && beginsPair(header, at)) return end + 1;
  }
  return -1;
}

/** The value that begins at `start`, without surrounding whitespace and without one pair of double quotes. */
export function cookieValueAt(header: string, start: number): string {
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
