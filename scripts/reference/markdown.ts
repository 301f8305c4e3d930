/** A table in Markdown. A `|` in a cell is escaped, a line break becomes a space. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}

/** A generated page: it says how it is made, so that nobody edits it by hand. */
export function page(title: string, source: string, ...parts: readonly string[]): string {
  const notice = `<!-- Made by \`npm run docs\` from ${source}. Change that, and run it again. -->`;
  return `${[`# ${title}`, notice, ...parts].join('\n\n')}\n`;
}

export const code = (text: string): string => `\`${text}\``;

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')).join(' | ')} |`;
}
