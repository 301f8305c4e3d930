/** Whether the patterns of a `.gitignore` cover a file at the top of the project. The last pattern that matches decides. */
export function isIgnored(file: string, text: string): boolean {
  let ignored = false;
  for (const line of text.split(/\r?\n/)) {
    const pattern = line.trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    const isNegated = pattern.startsWith('!');
    if (matches(isNegated ? pattern.slice(1) : pattern, file)) ignored = !isNegated;
  }
  return ignored;
}

export function withIgnored(file: string, text: string): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  return `${text === '' || text.endsWith('\n') ? text : text + end}${file}${end}`;
}

/** For a file without a folder: `*` stands for anything, and a pattern with a `/` at its end for folders only. */
function matches(pattern: string, file: string): boolean {
  if (pattern.endsWith('/')) return false;
  const name = pattern.replace(/^(?:\*\*)?\//, '');
  if (name.includes('/')) return false;
  const source = name
    .replaceAll(/[.+^${}()|\\]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(file);
}
