/**
 * `npm test`: installs what is missing, then runs every check. Words after `--` choose steps (`npm test -- unit lint`);
 * any other word goes to Jest (`npm test -- unit merge`). The last line says how many tests passed and failed.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endWithNpm } from './end-with-npm.mjs';
import { install } from './install.mjs';
import { endLeftBehind } from './left-behind.mjs';
import { cache } from './paths.mjs';
import { allSteps } from './test-steps.mjs';
import { heading, summarise } from './test-summary.mjs';

const steps = allSteps();
const { chosen, patterns } = choose(process.argv.slice(2));
const run = randomUUID();
const scratch = join(cache, 'test', run);
/** Tests that cannot run on this machine append a line to this file, saying what and why. */
const notRunFile = join(scratch, 'not-run.txt');
const env = { ...process.env, TEST_RUN: run, NOT_RUN_FILE: notRunFile };

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
  for (const step of chosen) outcomes.push(await perform(step, outcomes));
  return outcomes;
}

async function installPackages() {
  await install();
  return { passed: 1, failed: 0 };
}

async function perform(step, before) {
  const { name } = step;
  const lacking = step.needs.filter((need) => before.some((outcome) => outcome.name === need && outcome.failed > 0));
  if (lacking.length > 0) {
    const notRun = [`${name}, because ${lacking.join(' and ')} failed`];
    return { name, seconds: 0, passed: 0, failed: 1, problems: [], notRun };
  }
  heading(name);
  const started = performance.now();
  const { passed, failed, problems = [], notRun = [] } = await step.run({ env, patterns, scratch }).catch(asFailure);
  const seconds = (performance.now() - started) / 1000;
  const leftBehind = await endLeftBehind(`TEST_RUN=${run}`);
  return {
    name,
    seconds,
    passed,
    failed: failed + leftBehind.length,
    problems: [...problems, ...leftBehind.map((process) => `left behind ${process}`)],
    notRun,
  };
}

function asFailure(error) {
  console.error(error.message);
  return { passed: 0, failed: 1 };
}
