import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { patienceMs } from '../support/patience.js';

/** A process that has a shop open, or several, one after the other. */
export class ShopProcess {
  #output = '';
  #look: () => void = () => {};
  readonly #child: ChildProcess;
  /** Leaves no process behind, even when the tests are cut short. */
  readonly #kill = (): void => {
    this.#child.kill('SIGKILL');
  };

  /** Starts it. It sees nothing of this process's environment but `environment`. */
  constructor(script: string, folder: string, environment: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [script], {
      cwd: folder,
      env: { PATH: process.env['PATH'], NO_COLOR: '1', PORT: '0', ...environment },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
        this.#look();
      });
    }
    this.#child.once('exit', () => {
      process.removeListener('exit', this.#kill);
      this.#look();
    });
    process.once('exit', this.#kill);
  }

  /** What it has printed since that was last forgotten. */
  get output(): string {
    return this.#output;
  }

  forgetOutput(): void {
    this.#output = '';
  }

  /** Sends a line. */
  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Waits until it has printed what this describes. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((found, fail) => {
      const timer = setTimeout(() => {
        this.#child.kill('SIGKILL');
        end(() => {
          fail(
            new Error(`The sample did not say ${String(pattern)} within ${String(patienceMs)} ms:\n${this.#output}`),
          );
        });
      }, patienceMs);
      const end = (what: () => void): void => {
        clearTimeout(timer);
        this.#look = () => {};
        what();
      };
      this.#look = () => {
        const match = pattern.exec(this.#output);
        if (match !== null) {
          end(() => {
            found(match);
          });
        } else if (this.#hasEnded) {
          end(() => {
            fail(
              new Error(`The sample ended with ${String(this.#child.exitCode)} before it listened:\n${this.#output}`),
            );
          });
        }
      };
      this.#look();
    });
  }

  /** Asks it to end, and waits until it has. */
  async end(): Promise<void> {
    if (this.#hasEnded) return;
    const ended = once(this.#child, 'exit') as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    this.#child.kill('SIGTERM');
    const [, signal] = await ended;
    clearTimeout(timer);
    if (signal === 'SIGKILL') throw new Error('The sample did not end by itself when it was asked to.');
  }

  /** Whether it keeps this process alive. */
  holds(isHeld: boolean): void {
    for (const handle of [this.#child, this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      if (handle === this.#child || handle instanceof Socket) handle[isHeld ? 'ref' : 'unref']();
    }
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
