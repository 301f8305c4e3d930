/**
 * `npm test`: installs what is missing, then runs every check, two more beside each other than there are processors. Words after
 * `--` choose steps (`npm test -- unit lint`); any other word goes to Jest (`npm test -- unit merge`); with `--nightly`, tables run
 * with every combination, and races for longer. The last line says how many tests passed and failed.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { endWithNpm } from './end-with-npm.mjs';
import { install, useNest } from './install.mjs';
import { endLeftBehind } from './left-behind.mjs';
import { cache } from './paths.mjs';
import { allSteps } from './test-steps.mjs';
import { heading, summarise } from './test-summary.mjs';

const words = process.argv.slice(2);
const isNightly = words.includes('--nightly') || process.env.TEST_FULL === '1';
const steps = allSteps({ isFull: isNightly });
const { chosen, patterns } = choose(words.filter((word) => word !== '--nightly'));
const run = randomUUID();
const scratch = join(cache, 'test', run);
/** Tests that cannot run on this machine append a line to this file, saying what and why. */
const notRunFile = join(scratch, 'not-run.txt');
const env = { ...process.env, NOT_RUN_FILE: notRunFile, ...(isNightly && { TEST_FULL: '1' }) };
/** Two more than there are processors: what waits for a server or a browser leaves its own idle. */
const lanes = Math.min(4, availableParallelism()) + 2;

endWithNpm();
await mkdir(scratch, { recursive: true });
try {
  await writeFile(notRunFile, '');
  const outcomes = await performAll();
  const notRunByTests = (await readFile(notRunFile, 'utf8')).split('\n').filter(Boolean);
  process.exitCode = summarise(outcomes, notRunByTests) ? 0 : 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}

function choose(words) {
  const named = (word) => steps.filter(({ name, groups }) => name === word || groups.includes(word));
  const wanted = new Set(words.flatMap(named));
  if (wanted.size === 0) for (const step of words.length > 0 ? named('jest') : steps) wanted.add(step);
  // A step stands after those that it needs.
  for (const step of [...steps].reverse()) {
    if (wanted.has(step)) for (const needed of step.needs.flatMap(named)) wanted.add(needed);
  }
  return {
    chosen: steps.filter((step) => wanted.has(step)),
    patterns: words.filter((word) => named(word).length === 0),
  };
}

async function performAll() {
  const outcomes = [await perform({ name: 'install', needs: [], run: installPackages }, [])];
  if (outcomes[0].failed > 0) return [{ ...outcomes[0], notRun: ['every other step, because install failed'] }];
  const waiting = [...chosen].sort((a, b) => b.weight - a.weight);
  const running = new Map();
  while (waiting.length + running.size > 0) {
    const isReady = ({ needs }) => !chosen.some(({ name }) => needs.includes(name) && !isOver(name));
    const next = running.size < lanes ? waiting.find(isReady) : undefined;
    if (next) {
      waiting.splice(waiting.indexOf(next), 1);
      running.set(
        next,
        perform(next, outcomes).then((outcome) => {
          running.delete(next);
          outcomes.push(outcome);
        }),
      );
    } else await Promise.race(running.values());
  }
  return outcomes;

  function isOver(name) {
    return outcomes.some((outcome) => outcome.name === name);
  }
}

async function installPackages() {
  await install();
  if (process.env.TEST_NEST) await useNest(process.env.TEST_NEST);
  return { passed: 1, failed: 0 };
}

async function perform(step, before) {
  const { name } = step;
  const lacking = step.needs.filter((need) => before.some((outcome) => outcome.name === need && outcome.failed > 0));
  if (lacking.length > 0) {
    const notRun = [`${name}, because ${lacking.join(' and ')} failed`];
    return { name, seconds: 0, passed: 0, failed: 1, problems: [], notRun, slowest: [] };
  }
  // What a step leaves behind is told by this mark from what others have started that run beside it.
  const mark = `${run} ${name}`;
  const started = performance.now();
  const outcome = await step.run({ env: { ...env, TEST_RUN: mark }, patterns, scratch, lanes }).catch(asFailure);
  const { passed, failed, problems = [], notRun = [], slowest = [], output = '' } = outcome;
  const seconds = (performance.now() - started) / 1000;
  const leftBehind = await endLeftBehind(`TEST_RUN=${mark}`);
  heading(`${name} (${seconds.toFixed(1)} s)`);
  if (output) console.log(output);
  return {
    name,
    seconds,
    passed,
    failed: failed + leftBehind.length,
    problems: [...problems, ...leftBehind.map((process) => `left behind ${process}`)],
    notRun,
    slowest,
  };
}

function asFailure(error) {
  return { passed: 0, failed: 1, output: error.message };
}
