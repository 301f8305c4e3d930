/** The longest account that is looked at, in characters. The longest mail address has 254. */
const longest = 1024;

/**
 * One spelling for the spellings of an account (Unicode's NFKC_Casefold, without surrounding space), so that another
 * spelling is no further budget. `null` for what is no name of an account: what is no text, empty, or longer than 1024
 * characters. All of those share one budget.
 */
export function accountName(account: unknown): string | null {
  if (typeof account !== 'string' && typeof account !== 'number') return null;
  const text = String(account).trim();
  if (text.length > longest) return null;
  const name = folded(text)
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC')
    .trim();
  return name === '' ? null : name;
}

/** By way of capitals: lower case alone keeps ß and ss apart, and the two forms of sigma. */
function folded(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}
