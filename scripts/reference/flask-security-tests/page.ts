import { code, page, table } from '../markdown.js';
import type { Place, Row, Suite } from './row.js';
import { suites } from './suites.js';

export const flaskSecurityTestsPagePath = 'docs/accounts/coming-from-flask-security-tests.md';

const verdicts: readonly Row['verdict'][] = ['same', 'better', 'different', 'not here'];

/** Each test of Flask-Security, and where this package holds what it asks for. */
export function flaskSecurityTestsPage(): string {
  const files = Object.entries(suites);
  return page(
    'The tests of Flask-Security',
    '`scripts/reference/flask-security-tests/`',
    'Every test function of Flask-Security 5.9, by its name, and what becomes of it here. Names and replacements of everything else are in ' +
      '[Coming from Flask-Security](coming-from-flask-security.md).',
    'A test is held here where the same input has the same effect. Paths, names of fields, statuses and words are those of this package, and ' +
      'what is told by a signal there is an [event](events.md) here. A test of this package is named by its file and its title; `…` stands ' +
      'where a table of cases fills something in. "Not here" is what there is no such thing for.',
    table(
      ['File', 'Tests', ...verdicts.map(inWords)],
      [...files.map(([file, suite]) => [linkTo(file), ...counts([suite])]), ['all', ...counts(Object.values(suites))]],
    ),
    ...files.flatMap(([file, suite]) => [
      `## ${file}`,
      table(
        ['Test', 'Here', 'Why, and where'],
        Object.entries(suite).map(([name, { verdict, why, places }]) => [
          code(name),
          verdict,
          [why, placesText(places)].filter((part) => part !== '').join('. '),
        ]),
      ),
    ]),
  );
}

function counts(of: readonly Suite[]): string[] {
  const rows = of.flatMap((suite) => Object.values(suite));
  return [rows, ...verdicts.map((wanted) => rows.filter(({ verdict }) => verdict === wanted))].map(({ length }) =>
    String(length),
  );
}

const inWords = (verdict: string): string => verdict.charAt(0).toUpperCase() + verdict.slice(1);

const linkTo = (file: string): string => `[${code(file)}](#${file})`;

/** A file is named once for all of its tests. */
function placesText(places: readonly Place[]): string {
  const files = new Map<string, string[]>();
  for (const place of places) {
    const [where, what] = 'option' in place ? ['option', code(place.option)] : [code(place.file), `"${place.title}"`];
    files.set(where, [...(files.get(where) ?? []), what]);
  }
  return [...files].map(([where, what]) => `${where} ${what.join(', ')}`).join('; ');
}
