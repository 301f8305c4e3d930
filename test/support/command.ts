import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { compiledPackage } from './compiled-package.js';
import { patienceMs } from './patience.js';

export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a program, compiled into a folder in which it runs. */
export class CompiledCommand {
  /** Where it runs. The library is in `lib/` there. */
  readonly folder: string;
  readonly #compiled = compiledPackage();

  constructor() {
    this.folder = dirname(dirname(this.#compiled.entry));
  }

  /** Runs it with no settings but these. */
  run(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<CommandOutcome> {
    const program = join(this.folder, 'lib/cli/main.js');
    const env = { PATH: process.env['PATH'], NODE_ENV: 'production', ...environment };
    return new Promise((resolve) => {
      const options = { cwd: this.folder, env, timeout: patienceMs };
      execFile(process.execPath, [program, ...words], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  /** The object that it prints with `--json`. Rejects where it fails, with what it complained of. */
  async json(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<unknown> {
    const { code, stdout, stderr } = await this.run([...words, '--json'], environment);
    if (code !== 0) throw new Error(`It ended with ${String(code)}: ${stderr}`);
    return JSON.parse(stdout);
  }

  remove(): void {
    this.#compiled.remove();
  }
}
