import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compiled, compiledPackage } from './compiled-package.js';
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
  #host: ChildProcess | null = null;
  #hosted: Promise<unknown> = Promise.resolve();

  constructor() {
    this.folder = dirname(dirname(this.#compiled.entry));
  }

  /** Writes an application's module, compiled, into a folder of its own. Returns the path for `--app`. */
  application(name: string, source: string, type: 'module' | 'commonjs' = 'module'): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'package.json'), JSON.stringify({ type }));
    writeFileSync(join(path, 'app.module.js'), compiled(source, type));
    return `${name}/app.module.js`;
  }

  /** Runs it as a process, with no settings but these. */
  run(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<CommandOutcome> {
    const program = join(this.folder, 'lib/cli/main.js');
    const env = completed(environment);
    return new Promise((resolve) => {
      const options = { cwd: this.folder, env, timeout: patienceMs };
      execFile(process.execPath, [program, ...words], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  /** The object that it prints with `--json`. Rejects where it fails, with what it complained of. */
  async json(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<unknown> {
    const { code, stdout, stderr } = await this.runHosted([...words, '--json'], environment);
    if (code !== 0) throw new Error(`It ended with ${String(code)}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /**
   * What it does and prints, without what the application logs. One process, which has loaded it once, runs all of these: to load
   * it takes most of a second.
   */
  runHosted(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<CommandOutcome> {
    // One after the other: their settings are the environment of the process.
    const outcome = this.#hosted.then(() => this.#runHosted(words, environment));
    this.#hosted = outcome.catch(() => undefined);
    return outcome;
  }

  async #runHosted(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<CommandOutcome> {
    this.#host ??= spawn(process.execPath, ['--input-type=module', '--eval', host], {
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const over = new AbortController();
    const { signal } = over;
    const outcome = once(this.#host, 'message', { signal }) as Promise<[CommandOutcome]>;
    const ended = once(this.#host, 'exit', { signal }).then(() => {
      throw new Error('The process that runs the commands has ended.');
    });
    this.#host.send({ words, environment: completed(environment) });
    try {
      const [given] = await Promise.race([outcome, ended]);
      return given;
    } finally {
      over.abort();
    }
  }

  remove(): void {
    this.#host?.kill('SIGKILL');
    this.#compiled.remove();
  }
}

function completed(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], NODE_ENV: 'production', ...environment };
}

/** Does what `lib/cli/main.ts` does, time and again, and sends what it would have printed. */
const host = `
  import { ProcessTerminal } from './lib/cli/process-terminal.js';
  import { run } from './lib/cli/run.js';

  process.on('disconnect', () => process.exit());
  process.on('message', async ({ words, environment }) => {
    process.env = environment;
    const printed = { stdout: '', stderr: '' };
    const output = (name) => ({
      write(text) {
        printed[name] += text;
        return true;
      },
    });
    const terminal = { env: process.env, stdout: output('stdout'), stderr: output('stderr') };
    const code = await run(words, new ProcessTerminal(terminal));
    process.send({ code, ...printed });
  });
`;
