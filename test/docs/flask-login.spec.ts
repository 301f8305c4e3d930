import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { pages, project } from './pages.js';

/** How many rows of behaviour Flask-Login is held to have. */
const ROWS = 24;

it('each row of what Flask-Login does has a test of its name, or a line that says why it is different here', () => {
  const tests = ['e2e', 'unit'].flatMap((suite) => {
    const folder = join(project, 'test', suite);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.spec.ts'),
    );
    return files.flatMap((file) => rowsIn(readFileSync(join(folder, file), 'utf8'), /Flask-Login rows? (\d[\d, ]*)/g));
  });
  const page = pages().find(({ path }) => path === 'docs/coming-from-flask-login.md')?.text ?? '';
  const lines = rowsIn(page, /\(rows? (\d[\d, ]*)\)/g);
  const all = Array.from({ length: ROWS }, (_, index) => index + 1);
  expect(all.filter((row) => !tests.includes(row) && !lines.includes(row))).toEqual([]);
  // Neither may name a row that there is none of.
  expect([...tests, ...lines].filter((row) => row < 1 || row > ROWS)).toEqual([]);
  expect(tests.length).toBeGreaterThan(ROWS);
});

function rowsIn(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].flatMap(([, rows = '']) =>
    rows
      .split(',')
      .filter((row) => row.trim() !== '')
      .map(Number),
  );
}
