/**
 * Runs express-session's own suite against the drop-in, and prints how many of its cases pass.
 *
 *     git clone https://github.com/expressjs/session && (cd session && npm install)
 *     npm run build
 *     EXPRESS_SESSION_CHECKOUT=session node test/interop/express/upstream-suite.mjs
 *
 * Nothing of the checkout is changed: its tests are copied to a temporary folder, where `../` is the drop-in.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const built = fileURLToPath(new URL('../../../dist/express.js', import.meta.url));
const checkout = resolve(process.env.EXPRESS_SESSION_CHECKOUT ?? '');
const mocha = join(checkout, 'node_modules/mocha/bin/mocha.js');

if (!process.env.EXPRESS_SESSION_CHECKOUT || !existsSync(mocha)) {
  fail('Set EXPRESS_SESSION_CHECKOUT to a checkout of expressjs/session in which `npm install` was run.');
}
if (!existsSync(built)) fail('Build the package first: npm run build');

const folder = mkdtempSync(join(tmpdir(), 'upstream-suite-'));
try {
  lay(folder);
  const { passes, failures } = run(folder);
  for (const { fullTitle, err } of failures) process.stdout.write(`failed: ${fullTitle}\n        ${err.message}\n`);
  process.stdout.write(`${String(passes.length)} of ${String(passes.length + failures.length)} cases pass\n`);
  process.exitCode = failures.length === 0 && passes.length > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The suite asks for `../`, for `../session/cookie`, and for a certificate. */
function lay(into) {
  cpSync(join(checkout, 'test'), join(into, 'test'), { recursive: true });
  symlinkSync(join(checkout, 'node_modules'), join(into, 'node_modules'));
  const place = `process[Symbol.for('nestjs-session-auth/express')]`;
  // A module cannot be required everywhere where it can be imported, so it is imported before.
  const entry = JSON.stringify(pathToFileURL(built).href);
  writeFileSync(join(into, 'drop-in.mjs'), `${place} = await import(${entry});\n`);
  writeFileSync(join(into, 'index.js'), `module.exports = ${place}.default;\n`);
  mkdirSync(join(into, 'session'));
  writeFileSync(join(into, 'session/cookie.js'), `module.exports = ${place}.Cookie;\n`);
  const fixtures = join(into, 'test/fixtures');
  mkdirSync(fixtures, { recursive: true });
  const files = ['-keyout', join(fixtures, 'server.key'), '-out', join(fixtures, 'server.crt')];
  const args = ['req', '-x509', '-nodes', '-newkey', 'rsa:2048', ...files, '-days', '1'];
  execFileSync('openssl', [...args, '-subj', '/CN=express-session.local'], { stdio: 'ignore' });
}

function run(from) {
  const flags = ['--require', './drop-in.mjs', '--check-leaks', '--exit', '--reporter', 'json', 'test/'];
  const env = { ...process.env, NODE_NO_WARNINGS: '1' };
  const { stdout, stderr } = spawnSync(process.execPath, [mocha, ...flags], { cwd: from, env, encoding: 'utf8' });
  const start = stdout.indexOf('{');
  if (start === -1) fail(`The suite did not run:\n${stdout}${stderr}`);
  return JSON.parse(stdout.slice(start));
}

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
