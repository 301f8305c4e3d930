import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { patienceMs } from '../support/patience.js';
import { RedisServer } from '../support/servers/redis.js';
import { project } from './pages.js';
import { filesOf, hopsOf, type Call, type Walk, type Walks } from './walks/walk.js';

const path = 'docs/internals.md';
const page = readFileSync(join(project, path), 'utf8');
const names = ['A request', 'A login', 'A remembered login', 'A conflict', 'A sealed cookie'];
const execute = promisify(execFile);

/** The most that a request may take. Lower them as the code gets simpler. */
const most = { wayIn: { hops: 45, files: 30 }, whole: { hops: 127, files: 44 } };

interface Step {
  readonly file: string;
  readonly functions: readonly string[];
}

let redis: RedisServer;
let walks: Walks;

beforeAll(async () => {
  redis = await RedisServer.start();
  const preload = pathToFileURL(join(project, 'test/docs/walks/record-calls.mjs')).href;
  const { stdout } = await execute(process.execPath, ['--import', preload, 'test/docs/walks/program.ts'], {
    cwd: project,
    env: { PATH: process.env['PATH'], REDIS_URL: redis.url, NODE_NO_WARNINGS: '1' },
    maxBuffer: 64 * 1024 * 1024,
    timeout: patienceMs,
  });
  walks = JSON.parse(stdout) as Walks;
}, patienceMs);

afterAll(() => redis.stop());

describe.each(names)('the steps of "%s"', (name) => {
  it('are calls that are made, in this order', () => {
    const { calls } = walkOf(name);
    const steps = stepsOf(name);
    expect(steps).toHaveLength([...sectionOf(name).matchAll(/^\d+\. /gm)].length);
    expect(steps.length).toBeGreaterThan(8);
    expect(missingFrom(calls, steps)).toEqual([]);
  });
});

describe('the way of a request', () => {
  it('is told in all its files', () => {
    const { calls } = walkOf('A request');
    const named = [...sectionOf('A request').matchAll(/`(lib\/[\w./-]+\.ts)`/g)].map(([, file = '']) => file);
    expect([...new Set(named)].sort()).toEqual(filesOf(calls.filter(isOfRequest)).sort());
  });

  it('has no more hops and files than before, as many as the page says', () => {
    const { calls, onTheWayIn } = walkOf('A request');
    const wayIn = countsOf(calls.slice(0, onTheWayIn));
    const whole = countsOf(calls);
    process.stdout.write(`A request: ${textOf(wayIn)} to the handler, ${textOf(whole)} in all.\n`);
    expect(wayIn.hops).toBeLessThanOrEqual(most.wayIn.hops);
    expect(wayIn.files).toBeLessThanOrEqual(most.wayIn.files);
    expect(whole.hops).toBeLessThanOrEqual(most.whole.hops);
    expect(whole.files).toBeLessThanOrEqual(most.whole.files);
    // The page gives the most: one hop depends on how fast the machine is.
    expect(page).toContain(`The way in takes ${textOf(most.wayIn)}, and the whole way ${textOf(most.whole)}.`);
    expect(wayIn.hops).toBeGreaterThanOrEqual(most.wayIn.hops - 1);
    expect(whole.hops).toBeGreaterThanOrEqual(most.whole.hops - 1);
  });
});

function walkOf(name: string): Walk {
  const walk = walks[name];
  if (walk === undefined) throw new Error(`test/docs/walks/program.ts does not go the walk "${name}"`);
  return walk;
}

/** Time limits share a timer, which is set again when it fires: on a slow machine that happens during the request. */
function isOfRequest({ file }: Call): boolean {
  return file !== 'lib/config/timer.ts';
}

function countsOf(calls: readonly Call[]): { readonly hops: number; readonly files: number } {
  const own = calls.filter(isOfRequest);
  return { hops: hopsOf(own).length, files: filesOf(own).length };
}

function textOf({ hops, files }: { readonly hops: number; readonly files: number }): string {
  return `${String(hops)} hops through ${String(files)} files`;
}

/** The page's text under a heading, up to the next one. */
function sectionOf(name: string): string {
  const [, section] = page.split(`\n## ${name}\n`);
  if (section === undefined) throw new Error(`${path} has no heading "${name}"`);
  return section.split('\n## ')[0] ?? '';
}

/** ``1. `lib/some/file.ts` `first()`, `second()`: …`` */
function stepsOf(name: string): Step[] {
  return [...sectionOf(name).matchAll(/^\d+\. `([^`]+)`((?:,? `[#\w]+\(\)`)+):/gm)].map(
    ([, file = '', functions = '']) => ({
      file,
      functions: [...functions.matchAll(/`([#\w]+)\(\)`/g)].map(([, called = '']) => called),
    }),
  );
}

/** What is not called, or not after the function that is named before it. */
function missingFrom(calls: readonly Call[], steps: readonly Step[]): string[] {
  const missing: string[] = [];
  let begun = 0;
  for (const { file, functions } of steps) {
    for (const name of functions) {
      const at = calls.findIndex((call, index) => index >= begun && call.file === file && call.name === name);
      if (at === -1) missing.push(`${file} ${name}()`);
      else begun = at + 1;
    }
  }
  return missing;
}
