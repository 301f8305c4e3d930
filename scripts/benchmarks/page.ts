import type { BenchmarkRun } from './run.js';

const introduction =
  '`npm run bench` compares session libraries inside Nest, in interleaved rounds, and counts what each store of this package does to its server. ' +
  'Read the ratios: the machine decides the rest. A ratio stands as median (least–greatest) of the rounds.';

/** `docs/benchmarks.md`, of the newest run. */
export function benchmarksPage(run: BenchmarkRun, history: readonly string[]): string {
  const [targets, ...sections] = run.sections;
  const plots = platformsOf(run).map(
    (platform) => `![${platform}: requests a second against the baseline](benchmarks/${plotName(platform)})`,
  );
  const parts = [
    '# Benchmarks',
    '<!-- Made by `npm run bench -- --write` from the newest file in docs/benchmarks/history/. -->',
    introduction,
    `${run.machine} Commit ${run.commit}.`,
    '## Targets',
    targets?.text ?? '',
    ...(plots.length > 0 ? ['## Requests a second', ...plots] : []),
    ...sections.map(({ title, text }) => `## ${title}\n\n${text}`),
    '## Runs',
    // No links: the history is in the source alone, not in the package.
    history.map((file) => `- \`docs/benchmarks/history/${file}\``).join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

export function platformsOf({ speeds }: Pick<BenchmarkRun, 'speeds'>): string[] {
  return [...new Set(speeds.map(({ platform }) => platform))];
}

export function plotName(platform: string): string {
  return `${platform.toLowerCase()}.svg`;
}
