/**
 * Prints what became of each step and what was not run; the last line is `N passed, N failed`, alone.
 *
 * @returns {boolean} whether all is well.
 */
export function summarise(outcomes, notRunByTests) {
  heading('Summary');
  for (const { name, seconds, passed, failed } of outcomes) {
    const verdict = failed > 0 ? 'FAILED' : 'passed';
    const counts = `${passed} passed, ${failed} failed`;
    console.log(`${verdict}  ${name.padEnd(18)} ${counts.padEnd(26)} ${seconds.toFixed(1).padStart(6)} s`);
  }
  console.log('The slowest tests:');
  const slowest = outcomes.flatMap((outcome) => outcome.slowest ?? []).sort((a, b) => b.seconds - a.seconds);
  for (const { file, name, seconds } of slowest.slice(0, 10)) {
    console.log(`${seconds.toFixed(1).padStart(6)} s  ${file}: ${name}`);
  }
  for (const line of [...outcomes.flatMap(({ notRun }) => notRun), ...notRunByTests]) console.log(`not run: ${line}`);
  // Last, and beside each other: of a long log, often the end alone is kept.
  for (const { name, problems } of outcomes) {
    for (const problem of problems) console.log(`FAILED  ${name}: ${problem}`);
  }
  const passed = sum(outcomes.map((outcome) => outcome.passed));
  const failed = sum(outcomes.map((outcome) => outcome.failed));
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}

export function heading(title) {
  console.log(`\n── ${title} ${'─'.repeat(Math.max(0, 76 - title.length))}`);
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
