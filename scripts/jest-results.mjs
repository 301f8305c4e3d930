import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { root } from './paths.mjs';

/** What Jest says when a test leaves something open; it ends that worker by force, and would otherwise call it a success. */
const leaks = [/A worker process has failed to exit gracefully/, /Jest did not exit one second after/];

const pending = ['pending', 'todo', 'skipped', 'disabled'];

/** Counts what Jest wrote to `file` (`--json --outputFile`) and printed. A suite that could not run counts as one failure. */
export async function readJestResults(file, { ok, timedOut, stoodStill, output }, { mayBeEmpty }) {
  const report = await readReport(file);
  const passed = report?.numPassedTests ?? 0;
  const problems = [];
  if (timedOut) problems.push(stoodStill ?? 'took too long and was ended');
  const leaked = leaks.some((leak) => leak.test(output));
  if (leaked) problems.push('left something open after its tests');
  const empty = report?.numTotalTests === 0 && report.numRuntimeErrorTestSuites === 0;
  if (empty && !mayBeEmpty) problems.push('has no tests');
  if (!report) problems.push('gave no results');
  let failed = (report?.numFailedTests ?? 0) + (report?.numRuntimeErrorTestSuites ?? 0) + problems.length;
  if (!ok && failed === 0) failed = 1;
  const tests = report ? testsIn(report) : [];
  const notRun = tests.filter(({ status }) => pending.includes(status)).map(({ file, name }) => `${file}: ${name}`);
  if (report) problems.push(...failuresIn(report, tests));
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

/** Named again in the summary: a log may be cut in the middle. */
function failuresIn(report, tests) {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return [
    ...broken.map(({ name, message }) => `${relative(root, name)} could not run: ${excerpt(message)}`),
    ...tests
      .filter(({ status }) => status === 'failed')
      .map(({ file, name, message }) => `${file}: ${name}: ${excerpt(message)}`),
  ];
}

/** What failed, without the stack and the colours of a terminal. */
function excerpt(message = '') {
  const plain = message.replace(/\u001B\[[\d;]*m/g, '').split(/\n\s+at /)[0];
  return plain.replace(/\s+/g, ' ').trim().slice(0, 400);
}

function testsIn(report) {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status, duration, failureMessages }) => ({
      file: relative(root, name),
      name: fullName,
      status,
      message: failureMessages?.[0],
      seconds: (duration ?? 0) / 1000,
    })),
  );
}
