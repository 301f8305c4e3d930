/** A part of the benchmark that is run by itself, by its file's name. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { table, verdict } from './markdown.mjs';
import { stopAll } from './processes.mjs';

/**
 * Runs `measure` and prints its table and its targets, if the file of `meta` is what Node was started with.
 *
 * @param measure takes rounds, the folder of the build, and `log`
 */
export async function byItself(meta, measure) {
  if (process.argv[1] !== meta.filename) return;
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '7' }, from: { type: 'string', default: '.cache/library' } },
  });
  const folder = resolve(join(meta.dirname, '..', '..'), values.from);
  const log = (text) => process.stderr.write(`bench: ${text}\n`);
  try {
    const { table: measured, targets } = await measure({ rounds: Number(values.rounds), folder, log });
    const rows = targets.map(({ what, peer, ours, reach, reached }) => [
      what,
      peer ?? '',
      ours,
      reach,
      verdict(reached),
    ]);
    console.log(`${measured}\n\n${table(['what', 'best peer', 'ours', 'reach', 'reached'], rows)}`);
    process.exitCode = targets.some(({ reached }) => reached === false) ? 1 : 0;
  } finally {
    await stopAll();
  }
}
