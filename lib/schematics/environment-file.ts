/** A setting in a file such as `.env`. */
export interface Entry {
  /** The names under which it may be there already; it is added under the first. */
  readonly keys: readonly [string, ...string[]];
  readonly value: string;
  readonly isSecret: boolean;
  readonly comment: string;
}

/** The text of the file with the entries that it lacks at its end. One that is there without a value gets it in its place. */
export function withEntries(text: string, entries: readonly Entry[]): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  let result = text;
  for (const { keys, value, comment } of entries) {
    const line = lineOf(keys, result);
    if (line === null) {
      const separator = result === '' || result.endsWith(`${end}${end}`) ? '' : result.endsWith('\n') ? end : end + end;
      result += `${separator}# ${comment}${end}${keys[0]}=${value}${end}`;
    } else if (line.isEmpty && value !== '') {
      result = result.slice(0, line.end) + value + result.slice(line.end);
    }
  }
  return result;
}

/** The same entries for a file that everybody may read. @param howTo what the comment of a secret says in place of its own */
export function withoutSecrets(entries: readonly Entry[], howTo: string): Entry[] {
  return entries.map((entry) => (entry.isSecret ? { ...entry, value: '', comment: howTo } : entry));
}

function lineOf(keys: readonly string[], text: string): { readonly isEmpty: boolean; readonly end: number } | null {
  const match = new RegExp(`^[ \\t]*(?:export[ \\t]+)?(?:${keys.join('|')})[ \\t]*=[ \\t]*(.*)$`, 'm').exec(text);
  if (match === null) return null;
  const [whole, value = ''] = match;
  return { isEmpty: value.trim() === '', end: match.index + whole.length - value.length };
}
