/** The servers that sessions are kept in: private ones, on free ports of 127.0.0.1, in temporary folders. */
import { execFile } from 'node:child_process';
import { chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, freePort, newFolder, startProgram, stop, temporaryFolder } from './processes.mjs';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const isRoot = process.getuid?.() === 0;

const redisServer = () => findProgram('redis-server', 'redis-server');
const memcached = () => findProgram('memcached', 'memcached');
const mariadbd = () => findProgram('mariadbd', 'mariadb-server', ['/usr/sbin']);

/** Debian keeps each version in a folder of its own, and none in the PATH. */
function postgres() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(root, version, 'bin'));
  return findProgram('postgres', 'postgresql', folders);
}

/** Each starts a server on `port` and resolves to its process. */
const starters = {
  redis: (port) =>
    startProgram({
      program: redisServer(),
      args: ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', temporaryFolder()],
      ready: /Ready to accept connections/,
    }),
  postgres: startPostgres,
  mariadb: startMariadb,
  memcached: (port) =>
    startProgram({
      program: memcached(),
      // It refuses to run as root without being told to.
      args: [...(isRoot ? ['-u', 'root'] : []), '-l', '127.0.0.1', '-p', port, '-U', '0', '-vv'],
      ready: /server listening/,
    }),
  dynamodb: (port) =>
    startProgram({
      program: process.execPath,
      args: [require.resolve('dynalite/cli.js'), '--host', '127.0.0.1', '--port', port, '--createTableMs', '0'],
      ready: /listening at/,
    }),
};

/** What their servers are called. */
export const SERVER_NAMES = {
  redis: 'Redis',
  postgres: 'PostgreSQL',
  mariadb: 'MariaDB',
  memcached: 'memcached',
  dynamodb: 'DynamoDB (dynalite)',
};

/** Those that are programs of the system, with what they call their version. */
const programs = {
  redis: () => redisServer(),
  postgres: () => postgres(),
  mariadb: () => mariadbd(),
  memcached: () => memcached(),
};

/** Their versions, in words. @param names of servers; one that is a package of Node has none here */
export async function serverVersions(names) {
  const known = names.filter((name) => name in programs);
  const versions = await Promise.all(
    known.map(
      async (name) => /\d+(\.\d+)+/.exec((await run(programs[name](), ['--version'])).stdout)?.[0] ?? 'unknown',
    ),
  );
  return known.map((name, index) => `${SERVER_NAMES[name]} ${versions[index]}`);
}

/** Starts servers, each by its name above: their ports, and what ends them. */
export async function startServers(names) {
  const started = await Promise.all(
    names.map(async (name) => {
      const port = await freePort();
      return { name, port, child: await starters[name](port) };
    }),
  );
  return {
    ports: Object.fromEntries(started.map(({ name, port }) => [name, port])),
    stop: () => Promise.all(started.map(({ child }) => stop(child))),
  };
}

async function startPostgres(port) {
  const program = postgres();
  const folder = newFolder();
  const before = await asPostgres(folder);
  const data = join(folder, 'data');
  const settings = ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--no-locale', '--no-sync', '--auth=trust'];
  const [file, ...rest] = [...before, join(dirname(program), 'initdb'), ...settings];
  await run(file, rest, { cwd: folder });
  return startProgram({
    before,
    program,
    args: [
      ...['-D', data, '-p', port, '-c', 'listen_addresses=127.0.0.1'],
      ...['-c', 'unix_socket_directories=', '-c', 'fsync=off', '-c', 'shared_buffers=16MB'],
    ],
    ready: /database system is ready to accept connections/,
    // SIGTERM would wait for its clients to leave.
    signal: 'SIGINT',
  });
}

/** It does not run as root. */
async function asPostgres(folder) {
  if (!isRoot) return [];
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
  );
  chownSync(folder, uid, gid);
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
}

async function startMariadb(port) {
  const folder = newFolder();
  const data = `--datadir=${join(folder, 'data')}`;
  // It refuses to run as root by accident.
  const user = isRoot ? ['--user=root'] : [];
  const installer = findProgram('mariadb-install-db', 'mariadb-server');
  await run(installer, ['--no-defaults', data, '--auth-root-authentication-method=normal', '--skip-test-db', ...user]);
  const init = join(folder, 'init.sql');
  writeFileSync(
    init,
    `CREATE DATABASE sessions;
CREATE USER 'shop'@'127.0.0.1' IDENTIFIED BY '';
GRANT ALL ON sessions.* TO 'shop'@'127.0.0.1';
`,
  );
  return startProgram({
    program: mariadbd(),
    args: [
      ...['--no-defaults', data, `--socket=${join(folder, 'socket')}`, `--port=${port}`, '--bind-address=127.0.0.1'],
      ...['--skip-name-resolve', '--skip-log-bin', `--init-file=${init}`, '--innodb-buffer-pool-size=32M'],
      ...['--innodb-flush-log-at-trx-commit=0', ...user],
    ],
    ready: /ready for connections/,
  });
}
