import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A child process that runs a piece of JavaScript as an ES module, and whose output is collected. */
export class ChildNode {
  output = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  constructor(code: string, ...args: readonly string[]) {
    this.child = spawn(process.execPath, ['--input-type=module', '--eval', code, '--', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '' },
    });
    const collect = (chunk: Buffer): void => {
      this.output += chunk.toString();
    };
    this.child.stdout?.on('data', collect);
    this.child.stderr?.on('data', collect);
    this.ended = once(this.child, 'close');
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the child process did not start');
    return this.child.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits for its end, and gives its exit code; `null` where a signal ended it. */
  async end(): Promise<number | null> {
    await this.ended;
    return this.child.exitCode;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
