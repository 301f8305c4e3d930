import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { access, constants, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { exclusively } from './exclusively.mjs';
import { run } from './run.mjs';

/**
 * What tests need besides Node: how it is found, and the packages of the system that have it. A server is found by the names
 * of its program, which may be in the PATH or in `folders`; Python's modules and
 * Ruby's gems by asking these. Tests do without what is
 * `optional`, and take longer or say what was not run.
 */
const needs = [
  { what: 'Redis server', names: ['redis-server'], debian: ['redis-server'], brew: 'brew install redis' },
  {
    what: 'Chromium',
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    debian: ['chromium'],
    brew: 'brew install --cask chromium',
  },
  {
    what: 'Chromium without its windows',
    names: ['chromium-headless-shell'],
    debian: ['chromium-headless-shell'],
    optional: true,
  },
  {
    what: 'PostgreSQL',
    names: ['postgres'],
    // Debian keeps each version in a folder of its own, and none in the PATH.
    folders: () => versionsIn('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`),
    debian: ['postgresql'],
    brew: 'brew install postgresql',
  },
  {
    what: 'MariaDB',
    names: ['mariadbd'],
    folders: () => ['/usr/sbin'],
    debian: ['mariadb-server'],
    brew: 'brew install mariadb',
  },
  { what: 'oathtool', names: ['oathtool'], debian: ['oathtool'], brew: 'brew install oath-toolkit' },
  { what: 'memcached', names: ['memcached'], debian: ['memcached'], brew: 'brew install memcached' },
  {
    what: 'Flask, Flask-Session and msgpack for Python',
    modules: ['flask', 'flask_session', 'msgpack'],
    debian: ['python3-flask', 'python3-flask-session', 'python3-msgpack'],
    brew: 'pip3 install flask flask-session==0.3.2 msgpack',
  },
  {
    what: 'Flask-Security',
    modules: ['flask_security', 'flask_sqlalchemy', 'cryptography', 'psycopg2', 'qrcode'],
    debian: [
      'python3-flask-security',
      'python3-flask-sqlalchemy',
      'python3-cryptography',
      'python3-psycopg2',
      'python3-qrcode',
    ],
    optional: true,
  },
  {
    what: 'Django',
    modules: ['django', 'argon2', 'bcrypt'],
    debian: ['python3-django', 'python3-argon2', 'python3-bcrypt'],
    optional: true,
  },
  { what: 'Devise', gem: 'devise', debian: ['ruby-devise'], optional: true },
];

/** Where Debian's Python is: one that was installed besides does not see the system's modules. */
const python = process.env.FLASK_PYTHON ?? '/usr/bin/python3';

const policyPath = '/usr/sbin/policy-rc.d';
const aptOptions = ['-o', 'DPkg::Lock::Timeout=120'];
const timeoutMs = 10 * 60_000;

/**
 * Installs what is missing of the programs that tests need, where this may be done: as root, on Debian and its kin.
 * Elsewhere it fails, and the message says how to install them.
 *
 * @param {readonly string[]} [wanted] What is needed, as it is called above; everything without it.
 */
export async function installSystemPackages(wanted = needs.map(({ what }) => what)) {
  const missing = await findMissing(wanted);
  if (missing.length === 0) return;
  const must = missing.filter(({ optional }) => !optional);
  if (await mayUseApt()) {
    const may = (await isDebian()) ? missing.filter(({ optional }) => optional) : [];
    await exclusively('apt', () => installWithApt(must, may));
  }
  const still = await findMissing(must.map(({ what }) => what));
  if (still.length > 0) throw new Error(howToInstall(still));
}

function versionsIn(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}

async function findMissing(wanted) {
  const asked = needs.filter(({ what }) => wanted.includes(what));
  const found = await Promise.all(
    asked.map(({ names, folders, modules, gem }) => {
      if (names) return isInstalled(names, folders?.());
      return modules ? canRun(python, ['-c', `import ${modules.join(', ')}`]) : canRun('ruby', ['-r', gem, '-e', '']);
    }),
  );
  return asked.filter((_, index) => !found[index]);
}

async function isInstalled(names, folders = []) {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...folders]) {
    for (const name of names) {
      const usable = await access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      );
      if (usable) return true;
    }
  }
  return false;
}

function canRun(program, args) {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 60_000 }, (error) => resolve(error === null));
  });
}

async function mayUseApt() {
  if (process.getuid?.() !== 0 || !(await isInstalled(['apt-get']))) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(await release());
}

/** Its kin have other names for what is optional here. */
async function isDebian() {
  return /^ID="?debian"?$/m.test(await release());
}

function release() {
  return readFile('/etc/os-release', 'utf8').catch(() => '');
}

async function installWithApt(must, may) {
  const [needed, wanted] = [must, may].map((asked) => asked.flatMap(({ debian }) => debian));
  if (needed.length + wanted.length === 0) return;
  console.log(`Installing ${[...needed, ...wanted].join(' and ')} from the system's packages …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const allow = await forbidServices();
  try {
    await run('apt-get', [...aptOptions, 'update', '-qq'], { env, timeoutMs });
    // apt installs all or nothing: what is only wanted must not stop what is needed.
    for (const packages of [needed, wanted].filter(({ length }) => length > 0)) {
      await run('apt-get', [...aptOptions, 'install', '-y', '-qq', '--no-install-recommends', ...packages], {
        env,
        timeoutMs,
      });
    }
  } finally {
    await allow();
  }
}

/** Debian starts a service when its package is installed, unless this script says no. Tests start servers of their own. */
async function forbidServices() {
  try {
    await writeFile(policyPath, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return async () => undefined;
  }
  return () => rm(policyPath, { force: true });
}

function howToInstall(missing) {
  const lines = missing.map(({ what, names }) => `  - ${what}${names ? ` (${names.join(' or ')})` : ''}`);
  return [
    'What is needed is not installed, and this process may not install it:',
    ...lines,
    `On Debian or Ubuntu: sudo apt-get install ${missing.flatMap(({ debian }) => debian).join(' ')}`,
    `On macOS: ${missing.map(({ brew }) => brew).join(' && ')}`,
  ].join('\n');
}
