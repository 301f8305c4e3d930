import { describe, expect, it } from '@jest/globals';
import { sessionOptions } from '../../lib/session/session.options.js';
import { shownTests } from '../../scripts/reference/shown-tests.js';
import { standardRows } from '../../scripts/reference/standards.js';
import { testsOf } from '../../scripts/reference/standards-page.js';
import { pages } from './pages.js';

describe('the rows of standards', () => {
  const shown = shownTests();

  it('have a test each', () => {
    expect(standardRows.filter((row) => testsOf(row, shown).length === 0)).toEqual([]);
  });

  it('name only tests that there are', () => {
    const missing = standardRows.flatMap((row) =>
      (row.tests ?? []).filter((name) => testsOf({ ...row, tests: [name] }, shown).length === 0),
    );
    expect(missing).toEqual([]);
  });

  it('are there for every test whose name begins with one', () => {
    expect(shown.length).toBeGreaterThan(50);
    const lost = shown.flatMap((test) =>
      test.ids
        .filter((id) => !standardRows.some((row) => row.id === id && testsOf(row, [test]).length > 0))
        .map((id) => `${id} in ${test.file}: ${test.name}`),
    );
    expect(lost).toEqual([]);
  });
});

it('ASVS 7.1.1: the documents give the timeouts that hold by default', () => {
  const [idle, absolute] = [days(sessionOptions.idleTimeout.default), days(sessionOptions.absoluteTimeout.default)];
  expect(textOf('docs/security.md')).toContain(`Idle timeout ${idle}, absolute timeout ${absolute}.`);
  expect(textOf('docs/cookies-and-keys.md').replaceAll('\n', ' ')).toContain(
    `expires after ${idle} without use (\`idleTimeout\`) and ${absolute} after it was created`,
  );
});

function days(ms: unknown): string {
  return `${String(Number(ms) / 86_400_000)} days`;
}

function textOf(path: string): string {
  return pages().find((page) => page.path === path)?.text ?? '';
}
