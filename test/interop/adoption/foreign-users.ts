import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { run } from '../../../lib/cli/run.js';
import { testSecret } from '../../support/app.js';
import { notRun } from '../../support/not-run.js';

/** The system's Python, which has the system's packages. */
export const python = process.env['FLASK_PYTHON'] ?? '/usr/bin/python3';

/** Runs a program beside this file with an interpreter, and returns what it prints as JSON. */
export function make<Told>(interpreter: string, program: string, url: string, orders: object): Promise<Told> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      interpreter,
      [...(interpreter === python ? ['-B'] : []), join(import.meta.dirname, program), url],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout) as Told);
        else reject(new Error(`${program} ended with ${String(error.code)}:\n${stderr}`));
      },
    );
    child.stdin?.end(JSON.stringify(orders));
  });
}

/** Whether an interpreter can load something; if not, the summary says what is not tested. */
export function canLoad(interpreter: string, code: readonly string[], what: string, packages: string): boolean {
  if (spawnSync(interpreter, code, { encoding: 'utf8' }).status === 0) return true;
  notRun(`the adoption of users of ${what}`, `it is not installed here (apt-get install ${packages})`);
  return false;
}

/** What the command prints. */
export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly complaints: string;
}

/** Runs `nestjs-session-auth adopt` in this process. */
export async function adopt(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Printed> {
  const out: string[] = [];
  const complaints: string[] = [];
  const code = await run(['adopt', ...words], {
    environment: { SECRET_KEY: testSecret, ...environment },
    print: (line) => out.push(line),
    complain: (line) => complaints.push(line),
    progress: () => undefined,
    divert: () => undefined,
  });
  return { code, out: out.join('\n'), complaints: complaints.join('\n') };
}
