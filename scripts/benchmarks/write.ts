import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { benchmarksPage, platformsOf, plotName } from './page.js';
import { speedPlot } from './plot.js';
import type { BenchmarkRun } from './run.js';

const history = 'benchmarks/history';

/** Adds a run to the history, and writes the page and the plots of the newest one. @param docs the folder of the documents */
export function writeRun(docs: string, run: BenchmarkRun): void {
  put(docs, `${history}/${run.date}-${run.commit}.json`, `${JSON.stringify(run, null, 2)}\n`);
  for (const [path, text] of Object.entries(rendered(docs))) put(docs, path, text);
}

/** The page and the plots by their paths in `docs`, as the newest run in the history makes them. */
export function rendered(docs: string): Record<string, string> {
  const files = readdirSync(join(docs, history))
    .filter((file) => file.endsWith('.json'))
    .sort()
    .reverse();
  const [newest] = files;
  if (newest === undefined) throw new Error('There is no run in the history yet: npm run bench -- --write');
  const run = JSON.parse(readFileSync(join(docs, history, newest), 'utf8')) as BenchmarkRun;
  const plots = platformsOf(run).map((platform) => {
    const speeds = run.speeds.filter((speed) => speed.platform === platform);
    return [`benchmarks/${plotName(platform)}`, speedPlot(platform, speeds)] as const;
  });
  return { 'benchmarks.md': benchmarksPage(run, files), ...Object.fromEntries(plots) };
}

function put(docs: string, path: string, text: string): void {
  const file = join(docs, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
