import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What dependency-cruiser reports of one import. */
export interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

const project = join(import.meta.dirname, '../..');
const configuration = ['package.json', 'tsconfig.json', '.dependency-cruiser.mjs'];
const rooms = [
  'accounts',
  'accounts/openapi',
  'auth',
  'cli',
  'client',
  'config',
  'cookie',
  'http',
  'response',
  'session',
  'stores',
  'stores/memory',
  'stores/sql',
  'testing',
];
const targets = [
  ...rooms.map((room) => `lib/${room}/target.ts`),
  'lib/accounts/target.api.ts',
  'lib/auth/audit/route-audit.ts',
  'lib/errors.ts',
  'lib/http/unsent-request.ts',
  'lib/index.ts',
  'lib/session-module.options.ts',
  'lib/session.module.ts',
  'lib/session/store-probe.ts',
  'lib/stores/session-store.ts',
  'lib/stores/sql/connection.ts',
  'lib/tokens.ts',
  'sample/target.ts',
];

/** A folder that looks like this project's, with these lines in these files and nothing else in it. Returns its path. */
export async function plantTree(lines: readonly { from: string; line: string }[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'arrows-'));
  await Promise.all(configuration.map((file) => cp(join(project, file), join(folder, file))));
  await symlink(join(project, 'node_modules'), join(folder, 'node_modules'));
  const files = new Map(targets.map((path) => [path, 'export type Target = 1;\n']));
  for (const { from, line } of lines) files.set(from, `${files.get(from) ?? ''}${line}\n`);
  for (const [path, text] of files) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

/** What the project's rules find in a folder. */
export async function cruise(folder: string): Promise<Violation[]> {
  const program = join(project, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const report = join(folder, 'report.json');
  const args = [
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'json',
    '--output-to',
    report,
    'lib',
    'sample',
    'examples',
  ];
  // It exits with the number of violations, which here are wanted.
  await new Promise((resolve) => execFile(process.execPath, [program, ...args], { cwd: folder }, resolve));
  const { summary } = JSON.parse(await readFile(report, 'utf8')) as { summary: { violations: Violation[] } };
  return summary.violations;
}
