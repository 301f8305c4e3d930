/** The longest account name that is used, in characters. The longest mail address has 254. */
const longest = 1024;

/**
 * Normalises the spelling of an account (Unicode's NFKC_Casefold, trimmed), so that another spelling does not get another
 * budget. `null` for an invalid name: not a string, empty, or longer than 1024 characters. All of those share one budget.
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

/** Via upper case: lower case alone keeps ß and ss apart, and the two forms of sigma. */
function folded(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}
