import { code, page, table } from './markdown.js';
import { shownTests, type ShownTest } from './shown-tests.js';
import { openRows, standardRows, type StandardRow } from './standards.js';

/** `docs/reference/standards.md`: rows of standards, and the tests whose names begin with them. */
export function standardsPage(): string {
  const shown = shownTests();
  const rows = standardRows.map((row) => [row.id, row.asks, testsText(testsOf(row, shown)), row.left ?? '–']);
  return page(
    'Standards',
    '`scripts/reference/standards.ts` and the names of the tests',
    'The rows of security standards that this version shows by tests. A test shows a row where its name begins with the id of the row. ' +
      '"ASVS" is OWASP ASVS 5.0, "OWASP SM" is the OWASP Session Management Cheat Sheet, "NIST 800-63B-4" is NIST SP 800-63B-4. Ids are the ' +
      "standard's own. `…` stands where a table of cases fills in a name.",
    table(['Row', 'Asks, in short', 'Tests', 'What is left'], rows),
    'Prefixes of RFC 6265bis are shown by ASVS 3.3.1 and 3.3.3, its 4096 octets by ASVS 3.3.5.',
    '## Open in this version',
    'With no test here, or not built:',
    table(
      ['Standard', 'Rows'],
      openRows.map(({ standard, rows: open }) => [standard, open]),
    ),
  );
}

/** Those that the row names; if it names none, all that begin with its id. */
export function testsOf(row: StandardRow, shown: readonly ShownTest[]): ShownTest[] {
  return shown.filter(
    ({ ids, name }) => ids.includes(row.id) && (row.tests?.some((wanted) => name.endsWith(`: ${wanted}`)) ?? true),
  );
}

/** A file is named once for all of its tests. */
function testsText(found: readonly ShownTest[]): string {
  const files = [...new Set(found.map(({ file }) => file))];
  return files
    .map((file) => {
      const names = new Set(found.filter((test) => test.file === file).map(({ name }) => `"${name}"`));
      return `${code(file)}: ${[...names].join(', ')}`;
    })
    .join('; ');
}
