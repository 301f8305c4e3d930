import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export const project = join(import.meta.dirname, '../..');

/** This project's TypeScript: version 7, which takes a quarter of the time, and 6 in the nightly form. */
export const compiler = `${process.env['TEST_FULL'] === '1' ? 'typescript' : 'typescript7'}/bin/tsc`;

/** What a condition of an entry in `exports` leads to. */
export interface ExportTarget {
  readonly types: string;
  readonly default: string;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly main: string;
  readonly types: string;
  readonly typesVersions: unknown;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, ExportTarget>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

/** The project's package.json. */
export async function manifest(): Promise<Manifest> {
  return JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as Manifest;
}

/** What `npm pack` says of a package. */
interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

interface Tarball {
  readonly tarball: string;
  /** In bytes. */
  readonly size: number;
  /** The paths in it. */
  readonly files: readonly string[];
}

let packed: Promise<Tarball> | undefined;

/** Packs what has been built, as publishing would, once for all files of tests in this process. */
export function pack(): Promise<Tarball> {
  packed ??= packInto(mkdtempSync(join(tmpdir(), 'packed-')));
  return packed;
}

let unpacked: Promise<string> | undefined;

/** The folder with what has been packed. */
export function unpack(): Promise<string> {
  unpacked ??= pack().then(async ({ tarball }) => {
    const folder = dirname(tarball);
    await execute('tar', ['--extract', '--file', tarball, '--directory', folder]);
    return join(folder, 'package');
  });
  return unpacked;
}

async function packInto(folder: string): Promise<Tarball> {
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const { stdout } = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], project);
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, Packed>);
  if (!packed) throw new Error('npm pack made nothing');
  const { filename, size, files } = packed;
  return { tarball: join(folder, filename), size, files: files.map(({ path }) => path) };
}

/** Runs npm in `folder`, from its cache where that has what is needed. */
export function npm(args: readonly string[], folder: string): Promise<{ stdout: string; stderr: string }> {
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  return execute('npm', [...args, ...quiet], { cwd: folder, maxBuffer: 2 ** 26 });
}

/** Runs a program of the project's development packages. Rejects where it does not exit with 0, with its output. */
export async function tool(path: string, args: readonly string[], folder: string): Promise<string> {
  const program = join(project, 'node_modules', path);
  const outcome = await execute(process.execPath, [program, ...args], { cwd: folder }).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${path} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  });
  return outcome.stdout;
}
