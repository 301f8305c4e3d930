import { spawnSync } from 'node:child_process';
import { chownSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { until } from '../until.js';
import { freePort, programNamed, ServerProcess } from './server-process.js';
import { serverFolder } from './server-folder.js';
import { copyTemplate } from './template.js';

export const installPostgres = 'apt-get install postgresql, or see https://www.postgresql.org/download';

export interface PostgresOptions {
  /** The password of the user `postgres`; without one, everybody is let in. */
  readonly password?: string;
  readonly port?: number;
  readonly args?: readonly string[];
}

/** A private PostgreSQL on a free port of 127.0.0.1, in a temporary folder. */
export class PostgresServer {
  private constructor(
    readonly port: number,
    private readonly dir: string,
    private readonly server: ServerProcess,
    private readonly password: string | undefined,
  ) {}

  static async start(options: PostgresOptions = {}): Promise<PostgresServer> {
    const port = options.port ?? (await freePort());
    const dir = await serverFolder('postgres-server');
    const postgres = new PostgresServer(port, dir, processFor(port, dir, options.args ?? []), options.password);
    try {
      await initialise(dir, options.password);
      await postgres.server.start();
    } catch (error) {
      await rm(dir, { recursive: true, force: true });
      throw error;
    }
    return postgres;
  }

  get url(): string {
    const password = this.password === undefined ? '' : `:${encodeURIComponent(this.password)}`;
    return `postgres://postgres${password}@127.0.0.1:${String(this.port)}/postgres`;
  }

  /** The server stands still and answers nobody; its connections stay open. */
  pause(): void {
    this.signalAll('SIGSTOP');
  }

  resume(): void {
    this.signalAll('SIGCONT');
  }

  /** Ends the server and cuts its connections. What was stored is there after {@link restart}. */
  async kill(): Promise<void> {
    const { pid } = this.server;
    this.resume();
    // Not SIGKILL, which would leave shared memory behind.
    process.kill(pid, 'SIGQUIT');
    await until('PostgreSQL has ended', () => !isAlive(pid));
    await this.server.kill();
  }

  /** Starts it again on the same port after {@link kill}. */
  async restart(): Promise<void> {
    await this.server.start();
  }

  async stop(): Promise<void> {
    if (this.isRunning()) await this.kill();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Runs `work` with a client of the server's own. */
  async administer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client(this.url);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** The connections of clients, apart from the one that asks. */
  async connections(): Promise<string[]> {
    return this.administer(async (client) => {
      const { rows } = await client.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
      );
      return rows.map(({ pid }) => String(pid));
    });
  }

  /** The statements that clients sent while `work` ran, each by its first word, and how often it was run. */
  async statementCounts(work: () => Promise<unknown>): Promise<Record<string, number>> {
    return this.administer(async (client) => {
      await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
      await client.query('SELECT pg_stat_statements_reset()');
      await work();
      const { rows } = await client.query<{ word: string; calls: number }>(
        `SELECT lower(split_part(query, ' ', 1)) AS word, sum(calls)::int AS calls
         FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%' GROUP BY word`,
      );
      return Object.fromEntries(rows.map(({ word, calls }) => [word, calls]));
    });
  }

  private isRunning(): boolean {
    try {
      return isAlive(this.server.pid);
    } catch {
      return false;
    }
  }

  /** The server is several processes, one for each connection among them, which may end meanwhile. */
  private signalAll(signal: 'SIGSTOP' | 'SIGCONT'): void {
    const { pid } = this.server;
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
    for (const one of [pid, ...children.split(' ').filter(Boolean).map(Number)]) {
      if (isAlive(one)) process.kill(one, signal);
    }
  }
}

function initialise(dir: string, password: string | undefined): Promise<void> {
  const program = join(binaries(), 'initdb');
  const auth = password === undefined ? 'trust' : 'scram-sha-256';
  // With segments of 1 MB, since each server copies them.
  const words = ['-U', 'postgres', '-E', 'UTF8', '--no-locale', '--no-sync', '--wal-segsize=1', `--auth=${auth}`];
  const make = (folder: string): void => {
    const passwordFile = join(folder, 'password');
    if (password !== undefined) writeFileSync(passwordFile, password);
    const all = [
      program,
      '-D',
      join(folder, 'data'),
      ...words,
      ...(password === undefined ? [] : [`--pwfile=${passwordFile}`]),
    ];
    const [file = '', ...args] = [...asItsUser(folder), ...all];
    const { status, stderr } = spawnSync(file, args, { encoding: 'utf8', cwd: folder });
    if (status !== 0) throw new Error(`initdb ended with ${String(status)}:\n${stderr}`);
  };
  return copyTemplate({ program, settings: [...words, password ?? ''], make }, dir);
}

function processFor(port: number, dir: string, args: readonly string[]): ServerProcess {
  const [program = '', ...rest] = [
    ...asItsUser(dir),
    join(binaries(), 'postgres'),
    ...['-D', join(dir, 'data'), '-p', String(port), '-c', 'listen_addresses=127.0.0.1'],
    ...['-c', 'unix_socket_directories=', '-c', 'fsync=off', '-c', 'shared_buffers=16MB'],
    ...['-c', 'shared_preload_libraries=pg_stat_statements', ...args],
  ];
  return new ServerProcess({
    program,
    args: rest,
    ready: /database system is ready to accept connections/,
    install: installPostgres,
  });
}

/** PostgreSQL does not run as root. A change of user forgets the wish to end with its parent, so it is said once more. */
function asItsUser(dir: string): string[] {
  if (process.getuid?.() !== 0) return [];
  itsUser ??= userPostgres();
  const { uid, gid } = itsUser;
  chownSync(dir, uid, gid);
  const ids = [`--reuid=${String(uid)}`, `--regid=${String(gid)}`, '--clear-groups'];
  return ['setpriv', ...ids, '--pdeathsig', 'KILL'];
}

let itsUser: { readonly uid: number; readonly gid: number } | null = null;

function userPostgres(): { uid: number; gid: number } {
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout),
  );
  if (!uid || !gid) throw new Error(`there is no user postgres: ${installPostgres}`);
  return { uid, gid };
}

/** Where the server's programs are: in the PATH, or where Debian keeps them, by version. */
function binaries(): string {
  const root = '/usr/lib/postgresql';
  const versions = namesIn(root).sort((a, b) => Number(b) - Number(a));
  const folders = versions.map((version) => join(root, version, 'bin'));
  const found = programNamed('initdb', folders);
  if (found === undefined) throw new Error(`postgres is not installed: ${installPostgres}`);
  return dirname(found);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
