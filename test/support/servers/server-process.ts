import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, isAbsolute, join } from 'node:path';
import { patienceMs } from '../patience.js';

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** What the program prints when it is ready. */
  readonly ready: RegExp;
  /** How the program is installed, for who lacks it. */
  readonly install: string;
}

/** A server of ours: started, paused, killed, and never left behind. */
export class ServerProcess {
  private child: ChildProcess | null = null;
  private readonly killChild = (): void => {
    this.child?.kill('SIGKILL');
  };

  constructor(private readonly command: ServerCommand) {}

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.command.program} is not running`);
    return this.child.pid;
  }

  async start(): Promise<void> {
    const { program, args, ready, install } = this.command;
    if (programNamed(program) === undefined) throw new Error(`${program} is not installed: ${install}`);
    // The kernel ends the server with this process, also when it is killed and has no time to clean up.
    const [file, ...rest] = [...deathWish(), program, ...args];
    const child = spawn(file ?? program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    process.once('exit', this.killChild);
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => {
        fail(`was not ready within ${String(patienceMs)} ms`);
      }, patienceMs);
      const fail = (reason: string): void => {
        clearTimeout(limit);
        child.kill('SIGKILL');
        reject(new Error(`${program} ${reason}:\n${output}`));
      };
      const onOutput = (chunk: Buffer): void => {
        output += chunk.toString();
        if (!ready.test(output)) return;
        clearTimeout(limit);
        child.removeAllListeners('exit');
        child.stdout.removeListener('data', onOutput).resume();
        child.stderr.removeListener('data', onOutput).resume();
        resolve();
      };
      child.stdout.on('data', onOutput);
      child.stderr.on('data', onOutput);
      child.once('error', (error) => {
        fail(error.message);
      });
      child.once('exit', (code) => {
        fail(`ended with ${String(code)}`);
      });
    });
  }

  /** The server stands still and answers nobody; its connections stay open. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Ends the server without a word, as a crash does. Does nothing where it is not running. */
  async kill(): Promise<void> {
    const child = this.child;
    this.child = null;
    process.removeListener('exit', this.killChild);
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

/**
 * A port on which nobody listens, for a server that is started later, and perhaps again. It lies below those that a system
 * gives to whoever asks for any, and this process keeps others that ask here off it; ten thousand above it, where a Redis
 * Cluster has its second port, is free of both as well.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 11_000 + Math.floor(Math.random() * 10_000);
    if ((await claims(port)) && (await isFree(port))) return port;
  }
}

/** Whether nobody else claims the port. The claim is the UDP port of the number, as long as this process lives. */
async function claims(port: number): Promise<boolean> {
  const claim = createSocket('udp4').unref();
  claim.bind({ port, address: '127.0.0.1', exclusive: true });
  try {
    await once(claim, 'listening');
    return true;
  } catch {
    claim.close();
    return false;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/** Where a program is: in the PATH, or in one of the folders. */
export function programNamed(name: string, folders: readonly string[] = []): string | undefined {
  if (isAbsolute(name)) return isExecutable(name) ? name : undefined;
  const all = [...(process.env['PATH'] ?? '').split(delimiter), ...folders];
  return all.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

let wish: string[] | null = null;

function deathWish(): string[] {
  const words = ['--pdeathsig', 'KILL'];
  return (wish ??= spawnSync('setpriv', [...words, 'true']).status === 0 ? ['setpriv', ...words] : []);
}
