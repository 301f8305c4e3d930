import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchmarkRun } from '../../scripts/benchmarks/run.js';
import { rendered, writeRun } from '../../scripts/benchmarks/write.js';
import { project } from './pages.js';

const docs = join(project, 'docs');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchmarks-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (path: string) => readFileSync(join(folder, path), 'utf8');

describe('the page of benchmarks', () => {
  it('and its plots are what the newest run in the history makes', () => {
    const made = rendered(docs);
    expect(Object.keys(made)).toEqual(['benchmarks.md', 'benchmarks/express.svg', 'benchmarks/fastify.svg']);
    for (const [path, text] of Object.entries(made)) expect(readFileSync(join(docs, path), 'utf8')).toBe(text);
  });
});

describe('writing a run', () => {
  it('adds it to the history, and shows the newest one with its tables, its commit and a plot', () => {
    writeRun(folder, recorded('2026-01-02T0304', 'aaaaaaa'));
    writeRun(folder, recorded('2026-01-02T0506', '0000000'));
    expect(readdirSync(join(folder, 'benchmarks/history'))).toHaveLength(2);
    const page = read('benchmarks.md');
    expect(page).toContain('Measured on a machine. Commit 0000000.');
    expect(page).toContain('(benchmarks/express.svg)');
    expect(page.indexOf('2026-01-02T0506-0000000.json')).toBeLessThan(page.indexOf('2026-01-02T0304-aaaaaaa.json'));
    expect(page).toMatch(/^## Behaviour$/m);
  });

  it('draws each application with its ratio, and whatever its name', () => {
    const [speed] = recorded('', '').speeds;
    const odd = { ...speed!, application: 'a <b> & c', median: 0.5 };
    writeRun(folder, { ...recorded('2026-01-02', 'bbbbbbb'), speeds: [speed!, odd] });
    const plot = read('benchmarks/express.svg');
    expect(plot).toContain('a &lt;b&gt; &amp; c');
    expect(plot).toMatch(/<rect class="ours" [^>]*width="370"/);
    expect(plot).toMatch(/<rect class="other" [^>]*width="185"/);
  });
});

/** What the benchmark's own report makes of three rounds, each application 100 requests/s faster than the one before. */
function recorded(date: string, commit: string): BenchmarkRun {
  reported ??= JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: project, encoding: 'utf8' }),
  ) as Omit<BenchmarkRun, 'date' | 'commit'>;
  return {
    date,
    commit,
    ...reported,
    speeds: [{ ...reported.speeds[0]!, application: 'nestjs-session-auth', ...one }],
  };
}

let reported: Omit<BenchmarkRun, 'date' | 'commit'> | undefined;
const one = { platform: 'Express', median: 1, least: 1, greatest: 1 };
const script = `
  import { report } from './test/benchmark/report.mjs';
  import { APPLICATIONS as applications } from './test/benchmark/applications.mjs';
  const rounds = (rate) => [1, 1.1, 0.9].map((part) => ({ rate: rate * part, cpu: 1e6 / rate }));
  const rates = Object.fromEntries(applications.map(({ name }, index) => [name, rounds(1000 + 100 * index)]));
  const nothing = { behaviours: [], costs: [], roundTrips: [], guard: {}, guardAndInterceptor: {}, everywhere: {} };
  const speed = { express: { untouched: rates, read: rates, write: rates } };
  const { missed, ...run } = report({ ...nothing, machine: 'Measured on a machine.', applications, speed });
  process.stdout.write(JSON.stringify(run));
`;
