import { appendFileSync } from 'node:fs';

/** Says that something was not tested here, and why: in the summary of `npm test`, or where there is none, at once. */
export function notRun(what: string, reason: string): void {
  const line = `${what}, because ${reason}`;
  const file = process.env['NOT_RUN_FILE'];
  if (file === undefined) process.stderr.write(`not run: ${line}\n`);
  else appendFileSync(file, `${line}\n`);
}
