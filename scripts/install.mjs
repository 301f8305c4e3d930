import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { exclusively } from './exclusively.mjs';
import { root } from './paths.mjs';
import { npm } from './run.mjs';

const manifestParts = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/** Installs the packages of package-lock.json where node_modules has not got them. Needs the network only then. */
export async function install() {
  if (await isInstalled()) return;
  await exclusively('install', async () => {
    if (await isInstalled()) return;
    console.log('Installing the packages of package-lock.json …');
    const { ok } = await npm(['ci', '--include=dev', '--prefer-offline', '--no-audit', '--no-fund'], {
      timeoutMs: 15 * 60_000,
    });
    if (!ok) throw new Error('npm ci failed, see above. The first run needs a package registry; later ones do not.');
  });
}

/**
 * Adds a package that tests use where it can be had: it may be missing in the registry, or there may be no network. The
 * tests find out for themselves and say what they did not run.
 */
export async function installIfPossible(name, range) {
  if (await readJson(`node_modules/${name}/package.json`)) return;
  const args = ['install', '--no-save', '--prefer-offline', '--fetch-retries=0', '--no-audit', '--no-fund'];
  const { ok } = await exclusively('install', () =>
    npm([...args, `${name}@${range}`], { timeoutMs: 60_000, quiet: true }),
  );
  if (!ok) console.log(`${name} cannot be installed here; its tests will be reported as not run.`);
}

/** The packages of Nest that the tests use, whose versions go together, with the range of each for Nest 11. */
const nestPackages = {
  '@nestjs/apollo': '^13.0.0',
  '@nestjs/common': '^11.0.0',
  '@nestjs/core': '^11.0.0',
  '@nestjs/config': '^4.0.0',
  '@nestjs/event-emitter': '^3.0.0',
  '@nestjs/graphql': '^13.0.0',
  '@nestjs/mercurius': '^13.0.0',
  '@nestjs/microservices': '^11.0.0',
  '@nestjs/passport': '^11.0.0',
  '@nestjs/platform-express': '^11.0.0',
  '@nestjs/platform-fastify': '^11.0.0',
  '@nestjs/platform-socket.io': '^11.0.0',
  '@nestjs/platform-ws': '^11.0.0',
  '@nestjs/swagger': '^11.0.0',
  '@nestjs/terminus': '^11.0.0',
  '@nestjs/testing': '^11.0.0',
  '@nestjs/websockets': '^11.0.0',
};

/**
 * Puts Nest 11 in the place of the version in package-lock.json, for one run of the tests: the next run installs what the lock file
 * says.
 *
 * @param {string} major `TEST_NEST`; 12, which the lock file has, changes nothing.
 */
export async function useNest(major) {
  if (major === '12') return;
  if (major !== '11') throw new Error(`TEST_NEST must be 11 or 12, not ${JSON.stringify(major)}`);
  const wanted = Object.entries(nestPackages).map(([name, range]) => `${name}@${range}`);
  // Peers of the development tools ask for the version in the lock file.
  const args = ['install', '--no-save', '--legacy-peer-deps', '--prefer-offline', '--no-audit', '--no-fund'];
  const { ok } = await exclusively('install', () => npm([...args, ...wanted], { timeoutMs: 5 * 60_000 }));
  if (!ok) throw new Error('Nest 11 could not be installed, see above.');
}

/** Whether node_modules holds what package-lock.json says, by the list that npm leaves there when it has finished. */
async function isInstalled() {
  const [manifest, locked, installed] = await Promise.all([
    readJson('package.json'),
    readJson('package-lock.json'),
    readJson('node_modules/.package-lock.json'),
  ]);
  if (!installed) return false;
  const { '': head, ...packages } = locked.packages;
  return (
    manifestParts.every((part) => isDeepStrictEqual(manifest[part], head[part])) &&
    Object.entries(packages).every(
      // What is optional may be for another platform.
      ([path, { version, integrity, optional }]) =>
        (optional && !installed.packages[path]) ||
        (installed.packages[path]?.version === version && installed.packages[path].integrity === integrity),
    )
  );
}

async function readJson(path) {
  try {
    return JSON.parse(await readFile(join(root, path), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
