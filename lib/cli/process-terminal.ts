import type { Terminal } from './terminal.js';

type Write = (text: string, done?: () => void) => boolean;

/** A stream of a process. */
interface Output {
  write: Write;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The parts of Node's `process`. */
interface ProcessLike {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: Output;
  readonly stderr: Output;
}

/** Removes the line at which the cursor is. */
const eraseLine = '\r\u001b[2K';

/** The terminal of a process. */
export class ProcessTerminal implements Terminal {
  readonly environment: NodeJS.ProcessEnv;
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #write: Write;
  #hasProgress = false;

  constructor({ env, stdout, stderr }: ProcessLike) {
    this.environment = env;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#write = stdout.write.bind(stdout);
  }

  print(line: string): void {
    this.progress(null);
    this.#write(`${line}\n`);
  }

  complain(line: string): void {
    this.progress(null);
    this.#stderr.write(`${line}\n`);
  }

  get showsProgress(): boolean {
    return this.#stderr.isTTY === true;
  }

  progress(line: string | null): void {
    // Elsewhere it would fill a log, or a mail of cron.
    if (!this.showsProgress || (line === null && !this.#hasProgress)) return;
    this.#hasProgress = line !== null;
    // One that wraps could not be removed.
    this.#stderr.write(`${eraseLine}${(line ?? '').slice(0, (this.#stderr.columns ?? 80) - 1)}`);
  }

  divert(): void {
    this.#stdout.write = this.#stderr.write.bind(this.#stderr);
  }

  /** Resolves once everything is written: a pipe may still hold some of it. */
  async flush(): Promise<void> {
    this.progress(null);
    await new Promise<void>((resolve) => void this.#write('', resolve));
    await new Promise<void>((resolve) => void this.#stderr.write('', resolve));
  }
}
