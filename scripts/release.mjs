/**
 * `npm run release -- 0.2.0`: checks that the project can be released, runs every test, puts the version into `package.json`, the lock
 * file and the changelog, packs the tarball, commits and tags. It publishes nothing and pushes nothing: it prints the commands for that.
 * With `--dry-run` it stops after the checks, before the tests.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertFollows, released } from './changelog.mjs';
import { endWithNpm } from './end-with-npm.mjs';
import { root } from './paths.mjs';
import { npm, run } from './run.mjs';

const words = process.argv.slice(2);
const isDryRun = words.includes('--dry-run');
const [version, ...others] = words.filter((word) => word !== '--dry-run');

endWithNpm();
try {
  if (version === undefined || others.length > 0) throw new Error('Name one version: npm run release -- 0.2.0');
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  assertFollows(version, manifest.version);
  const changelog = released(await readFile(join(root, 'CHANGELOG.md'), 'utf8'), version, today());
  await assertSupported(version);
  await assertClean();
  if (isDryRun) console.log(`${manifest.version} can become ${version}.`);
  else await release(version, changelog);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function release(version, changelog) {
  await must(npm(['test']), 'A test failed: nothing was changed.');
  await must(npm(['version', version, '--no-git-tag-version']), 'npm could not set the version.');
  await writeFile(join(root, 'CHANGELOG.md'), changelog);
  await must(npm(['pack']), 'The tarball could not be packed. `git checkout .` takes the version back.');
  await must(git('commit', '--all', '--message', `Release ${version}`), 'git could not commit.');
  await must(git('tag', `v${version}`), 'git could not set the tag.');
  console.log(
    `\nReleased here. To publish it:\n  git push --follow-tags\n  npm publish nestjs-session-auth-${version}.tgz`,
  );
}

/** The versions that get security fixes are named by their first two parts. */
async function assertSupported(version) {
  const minor = version.split('.').slice(0, 2).join('.');
  const policy = await readFile(join(root, 'SECURITY.md'), 'utf8');
  if (!new RegExp(`^\\| ${minor.replace('.', '\\.')} +\\| yes`, 'm').test(policy)) {
    throw new Error(`SECURITY.md does not list ${minor} among the supported versions.`);
  }
}

async function assertClean() {
  const { output } = await must(git('status', '--porcelain'), 'git does not answer.');
  if (output.trim() !== '') throw new Error(`Commit or stash first:\n${output}`);
}

function git(...args) {
  return run('git', args, { quiet: true });
}

async function must(work, problem) {
  const outcome = await work;
  if (!outcome.ok) throw new Error(`${problem}\n${outcome.output}`);
  return outcome;
}

function today() {
  return new Date().toISOString().slice(0, 10);
}
