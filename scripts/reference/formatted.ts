import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, type FormatConfig } from 'oxfmt';
import { project } from './library.js';

/** Generated files, each with its text as `npm run format` leaves it. */
export function formattedFiles(
  files: Readonly<Record<string, () => string>>,
): Readonly<Record<string, () => Promise<string>>> {
  return Object.fromEntries(
    Object.entries(files).map(([path, textOf]) => [path, async () => formatted(path, textOf())]),
  );
}

async function formatted(path: string, text: string): Promise<string> {
  const style = JSON.parse(readFileSync(join(project, '.oxfmtrc.json'), 'utf8')) as FormatConfig;
  const { code, errors } = await format(path, text, style);
  if (errors.length > 0) throw new Error(`${path} cannot be formatted: ${JSON.stringify(errors)}`);
  return code;
}
