import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { patienceMs } from '../support/patience.js';

const entry = resolve('.cache/sample/main.js');
const opened = /is open: (http:\S+)/;

/** The built sample, as a process of its own, in a folder of its own. */
export class RunningShop {
  #process: ChildProcess | null = null;
  #address = '';
  #output = '';
  /** Leaves no process behind, even when the tests are cut short. */
  readonly #kill = (): void => {
    this.#process?.kill('SIGKILL');
  };

  private constructor(
    /** What the shop was started in, and keeps its files in. */
    readonly folder: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** Starts the sample on a free port. It sees nothing of this process's environment but `environment`. */
  static async open(environment: Readonly<Record<string, string>> = {}): Promise<RunningShop> {
    if (!existsSync(entry)) throw new Error(`The sample is not built: ${entry} is missing. "npm test" builds it.`);
    const shop = new RunningShop(await mkdtemp(join(tmpdir(), 'sample-shop-')), environment);
    try {
      await shop.#start();
      return shop;
    } catch (error) {
      await shop.close();
      throw error;
    }
  }

  /** Where it listens now, without a slash at the end; another port after a restart. */
  get address(): string {
    return this.#address;
  }

  /** What it has printed. */
  get output(): string {
    return this.#output;
  }

  url(path: string): string {
    return this.#address + path;
  }

  async restart(): Promise<void> {
    await this.#stop();
    await this.#start();
  }

  /** Ends the process, and removes its folder. */
  async close(): Promise<void> {
    await this.#stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const child = spawn(process.execPath, [entry], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], NO_COLOR: '1', PORT: '0', ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    process.once('exit', this.#kill);
    this.#address = await this.#listening(child);
  }

  #listening(child: ChildProcess): Promise<string> {
    return new Promise((found, fail) => {
      let printed = '';
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        fail(new Error(`The sample did not start within ${String(patienceMs)} ms:\n${printed}`));
      }, patienceMs);
      const read = (chunk: Buffer): void => {
        printed += chunk.toString();
        this.#output += chunk.toString();
        const address = opened.exec(printed)?.[1];
        if (address !== undefined) {
          clearTimeout(timer);
          // Where its own site and others differ by the port alone, and `localhost` is another site.
          found(address.replace('localhost', '127.0.0.1'));
        }
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      child.once('exit', (code) => {
        clearTimeout(timer);
        fail(new Error(`The sample ended with ${String(code)} before it listened:\n${printed}`));
      });
    });
  }

  async #stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    process.removeListener('exit', this.#kill);
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit') as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    child.kill('SIGTERM');
    const [, signal] = await ended;
    clearTimeout(timer);
    if (signal === 'SIGKILL') throw new Error('The sample did not end by itself when it was asked to.');
  }
}
