import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { patienceMs } from '../support/patience.js';
import { linkInstalled, linkUnpacked } from './linked-packages.js';
import { compiler, npm, pack, tool, unpack } from './package-under-test.js';

/** An application that has the packed package installed, as its user would have. */
export class InstalledApplication {
  private constructor(readonly folder: string) {}

  /**
   * Copies `apps/<name>` into `folder`, and installs what it pins and the packed package.
   *
   * @param byNpm also where the project has every package already: npm decides what the package brings along.
   */
  static async make(name: string, folder: string, { byNpm = false } = {}): Promise<InstalledApplication> {
    await cp(join(import.meta.dirname, 'apps', name), folder, { recursive: true });
    const isLinked = linkInstalled(folder);
    // npm reads and writes the tarball several times, which takes seconds.
    if (isLinked && !byNpm) linkUnpacked(folder, await unpack());
    else await npm(['install', '--no-save', '--ignore-scripts', (await pack()).tarball], folder);
    return new InstalledApplication(folder);
  }

  /** Adds the files of `apps/<name>`, which several applications have in common. */
  async add(name: string): Promise<void> {
    await cp(join(import.meta.dirname, 'apps', name), this.folder, { recursive: true });
  }

  /** A folder that has no packages: a bundle must bring all that it needs. */
  static async empty(folder: string): Promise<InstalledApplication> {
    await mkdir(folder);
    return new InstalledApplication(folder);
  }

  /** One that something else has made, with its packages. */
  static at(folder: string): InstalledApplication {
    return new InstalledApplication(folder);
  }

  /** The same sources once more, with the same packages, for what builds them in another way. */
  async copy(folder: string): Promise<InstalledApplication> {
    const isSource = (path: string): boolean => !/^(node_modules|dist)$/.test(basename(path));
    await cp(this.folder, folder, { recursive: true, filter: isSource });
    await symlink(join(this.folder, 'node_modules'), join(folder, 'node_modules'));
    return new InstalledApplication(folder);
  }

  /** Compiles it by this project's TypeScript, against what is installed. */
  async compile(): Promise<void> {
    await tool(compiler, ['--project', 'tsconfig.json'], this.folder);
  }

  /** Runs a program of the application's packages. Rejects where it does not exit with 0, with its output. */
  async build(program: string, ...args: readonly string[]): Promise<void> {
    const { code, output } = await this.run([join('node_modules', program), ...args]);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} exited with ${String(code)}:\n${output}`);
  }

  /** Starts it with these settings on a free port, and waits until it listens. */
  async start(main: string, settings: Readonly<Record<string, string>>): Promise<RunningApplication> {
    const process = this.spawn([main], settings);
    const output = collect(process);
    if (!process.stdout) throw new Error('The application has no output.');
    for await (const line of createInterface(process.stdout)) {
      const port = /^listening on (\d+)$/.exec(line)?.[1];
      if (port) return new RunningApplication(process, `http://127.0.0.1:${port}`);
    }
    throw new Error(`The application ended before it listened:\n${output()}`);
  }

  /** Runs Node in the application's folder to its end, and gives how it ended and what it printed. */
  async run(
    args: readonly string[],
    settings: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number | null; output: string }> {
    const process = this.spawn(args, settings);
    const output = collect(process);
    const [code] = (await once(process, 'close')) as [number | null];
    return { code, output: output() };
  }

  private spawn(args: readonly string[], settings: Readonly<Record<string, string>>): ChildProcess {
    // Nothing of this machine's environment but the path: settings of its own would change what is tested.
    const env = { PATH: process.env['PATH'], TEST_RUN: process.env['TEST_RUN'], ...settings };
    return spawn(process.execPath, args, {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: patienceMs,
    });
  }
}

/** An application that listens at `address`. */
export class RunningApplication {
  constructor(
    private readonly process: ChildProcess,
    readonly address: string,
  ) {}

  /** Asks it to end, and gives the signal or the code that it ended with. */
  async stop(): Promise<number | NodeJS.Signals | null> {
    const exited = once(this.process, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    this.process.kill('SIGTERM');
    const [code, signal] = await exited;
    return code ?? signal;
  }
}

function collect(process: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  process.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  process.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}
