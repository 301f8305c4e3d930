import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, type FormatConfig } from 'oxfmt';
import { project } from './library.js';

/** Generated files, each with its text as `npm run format` leaves it. */
export function formattedFiles<From extends readonly unknown[]>(
  files: Readonly<Record<string, (...from: From) => string>>,
): Readonly<Record<string, (...from: From) => Promise<string>>> {
  return Object.fromEntries(
    Object.entries(files).map(([path, textOf]) => [path, async (...from: From) => formatted(path, textOf(...from))]),
  );
}

async function formatted(path: string, text: string): Promise<string> {
  const style = JSON.parse(readFileSync(join(project, '.oxfmtrc.json'), 'utf8')) as FormatConfig;
  const { code, errors } = await format(path, text, style);
  if (errors.length > 0) throw new Error(`${path} cannot be formatted: ${JSON.stringify(errors)}`);
  return code;
}
