import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { root } from './paths.mjs';

/** What Jest says when a test leaves something open; it ends that worker by force, and would otherwise call it a success. */
const leaks = [/A worker process has failed to exit gracefully/, /Jest did not exit one second after/];

const pending = ['pending', 'todo', 'skipped', 'disabled'];

/** Counts what Jest wrote to `file` (`--json --outputFile`) and printed. A suite that could not run counts as one failure. */
export async function readJestResults(file, { ok, timedOut, output }, { mayBeEmpty }) {
  const report = await readReport(file);
  const passed = report?.numPassedTests ?? 0;
  const problems = [];
  if (timedOut) problems.push('took too long and was ended');
  const leaked = leaks.some((leak) => leak.test(output));
  if (leaked) problems.push('left something open after its tests');
  const empty = report?.numTotalTests === 0 && report.numRuntimeErrorTestSuites === 0;
  if (empty && !mayBeEmpty) problems.push('has no tests');
  if (!report) problems.push('gave no results');
  let failed = (report?.numFailedTests ?? 0) + (report?.numRuntimeErrorTestSuites ?? 0) + problems.length;
  if (!ok && failed === 0) failed = 1;
  const tests = report ? testsIn(report) : [];
  const notRun = tests.filter(({ status }) => pending.includes(status)).map(({ file, name }) => `${file}: ${name}`);
  const slowest = tests.sort((a, b) => b.seconds - a.seconds).slice(0, 10);
  return { passed, failed, problems, notRun, slowest, output };
}

async function readReport(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function testsIn(report) {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status, duration }) => ({
      file: relative(root, name),
      name: fullName,
      status,
      seconds: (duration ?? 0) / 1000,
    })),
  );
}
