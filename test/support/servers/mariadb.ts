import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { freePort, programNamed, ServerProcess } from './server-process.js';
import { serverFolder } from './server-folder.js';
import { copyTemplate } from './template.js';

export const installMariadb = 'apt-get install mariadb-server, or see https://mariadb.org/download';

/** The user of the sessions' database, who may do no more than an application does. */
const user = 'shop';

export interface MariadbOptions {
  readonly password?: string;
  readonly port?: number;
  readonly args?: readonly string[];
}

/** A private MariaDB on a free port of 127.0.0.1, in a temporary folder. */
export class MariadbServer {
  private constructor(
    readonly port: number,
    private readonly dir: string,
    private readonly server: ServerProcess,
    private readonly password: string,
  ) {}

  static async start(options: MariadbOptions = {}): Promise<MariadbServer> {
    const port = options.port ?? (await freePort());
    const dir = await serverFolder('mariadb-server');
    const password = options.password ?? '';
    const server = processFor(port, dir, options.args ?? []);
    const mariadb = new MariadbServer(port, dir, server, password);
    try {
      await initialise(dir, password);
      await server.start();
    } catch (error) {
      await mariadb.stop();
      throw error;
    }
    return mariadb;
  }

  get url(): string {
    const login = this.password === '' ? user : `${user}:${encodeURIComponent(this.password)}`;
    return `mariadb://${login}@127.0.0.1:${String(this.port)}/sessions`;
  }

  /** The server stands still and answers nobody; its connections stay open. */
  pause(): void {
    const { pid } = this.server;
    this.server.pause();
    // Its threads go on for a moment after the signal was sent.
    while (!isStill(pid));
  }

  resume(): void {
    this.server.resume();
  }

  /** Ends the server without a word. What was stored is there after {@link restart}. */
  async kill(): Promise<void> {
    await this.server.kill();
  }

  /** Starts it again on the same port after {@link kill}. */
  async restart(): Promise<void> {
    await this.server.start();
  }

  async stop(): Promise<void> {
    await this.server.kill();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Runs `work` with a connection of the server's own, which may do everything. */
  async administer<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await createConnection({
      host: '127.0.0.1',
      port: this.port,
      user: 'root',
      database: 'sessions',
    });
    try {
      return await work(connection);
    } finally {
      await connection.end();
    }
  }

  /** The connections of the sessions' user. */
  async connections(): Promise<string[]> {
    return this.administer(async (connection) => {
      const [rows] = await connection.query<(RowDataPacket & { id: number })[]>(
        'SELECT id FROM information_schema.processlist WHERE user = ?',
        [user],
      );
      return rows.map(({ id }) => String(id));
    });
  }

  /** How often the server ran each statement, by its first word, while `work` ran. */
  async statementCounts(work: () => Promise<unknown>): Promise<Record<string, number>> {
    return this.administer(async (connection) => {
      const before = await countersOf(connection);
      await work();
      const after = await countersOf(connection);
      const counts: Record<string, number> = {};
      for (const [name, count] of after) {
        const more = count - (before.get(name) ?? 0);
        if (more > 0) counts[name] = more;
      }
      return counts;
    });
  }
}

async function countersOf(connection: Connection): Promise<Map<string, number>> {
  const [rows] = await connection.query<(RowDataPacket & { Variable_name: string; Value: string })[]>(
    "SHOW GLOBAL STATUS LIKE 'Com\\_%'",
  );
  const counters = rows.map(
    ({ Variable_name, Value }) => [Variable_name.slice(4).toLowerCase(), Number(Value)] as const,
  );
  return new Map(counters.filter(([name]) => name !== 'show_status'));
}

async function initialise(dir: string, password: string): Promise<void> {
  const words = ['--auth-root-authentication-method=normal', '--skip-test-db', ...smallFiles, ...asUser()];
  const make = (folder: string): void => {
    const args = ['--no-defaults', `--datadir=${join(folder, 'data')}`, ...words];
    const { status, stdout, stderr, error } = spawnSync('mariadb-install-db', args, {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: folder },
    });
    if (error !== undefined) throw new Error(`mariadb-install-db is not installed: ${installMariadb}`);
    if (status !== 0) throw new Error(`mariadb-install-db ended with ${String(status)}:\n${stdout}\n${stderr}`);
  };
  await copyTemplate({ program: program(), settings: words, make }, dir);
  const statements = [
    'CREATE DATABASE IF NOT EXISTS sessions',
    `CREATE USER IF NOT EXISTS '${user}'@'127.0.0.1' IDENTIFIED BY '${password.replaceAll("'", "''")}'`,
    `GRANT ALL ON sessions.* TO '${user}'@'127.0.0.1'`,
    "CREATE USER IF NOT EXISTS 'root'@'127.0.0.1'",
    "GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION",
  ];
  writeFileSync(join(dir, 'init.sql'), statements.map((statement) => `${statement};\n`).join(''));
}

/** Each server has files of its own, of which the usual ones take 100 MB. */
const smallFiles = ['--innodb-log-file-size=8M', '--innodb-temp-data-file-path=ibtmp1:1M:autoextend'];

function program(): string {
  // A folder that is not in everybody's PATH.
  return programNamed('mariadbd', ['/usr/sbin']) ?? 'mariadbd';
}

function processFor(port: number, dir: string, args: readonly string[]): ServerProcess {
  return new ServerProcess({
    program: program(),
    args: [
      ...['--no-defaults', `--datadir=${join(dir, 'data')}`, `--socket=${join(dir, 'socket')}`],
      // A server that starts removes all temporary tables in that folder, and another one that uses them crashes.
      `--tmpdir=${dir}`,
      ...[`--port=${String(port)}`, '--bind-address=127.0.0.1', '--skip-name-resolve', '--skip-log-bin'],
      ...[`--init-file=${join(dir, 'init.sql')}`, '--innodb-buffer-pool-size=32M'],
      ...['--innodb-flush-log-at-trx-commit=0', ...smallFiles, ...asUser(), ...args],
    ],
    ready: /ready for connections/,
    install: installMariadb,
  });
}

function isStill(pid: number): boolean {
  return /^State:\s+T/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
}

/** It refuses to run as root by accident. */
function asUser(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}
