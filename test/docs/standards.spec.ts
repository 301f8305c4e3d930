import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { sessionOptions } from '../../lib/session/session.options.js';
import { pages, project } from './pages.js';

/** What a name that shows rows of a standard begins with: `ASVS 3.3.1, 3.3.3: `, say. */
const beginning =
  /^(ASVS) (\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*): |^(OWASP SM|NIST 800-63B-4 \d+(?:\.\d+)*|RFC 6265bis): /;
const tests = join(project, 'test');

describe('the table of standards in docs/security.md', () => {
  const [table = ''] = /^\| row \|[^]*?\n\n/m.exec(textOf('docs/security.md')) ?? [];
  const cited = table.split('\n').flatMap(citedIn);

  it('cites tests that exist, in the rows that their names begin with, and each of them', () => {
    const shown = specs().flatMap((file) => namesIn(file).flatMap((name) => citations(idsOf(name), file, name)));
    expect(shown.length).toBeGreaterThan(50);
    expect([...new Set(cited)].sort()).toEqual([...new Set(shown)].sort());
  });

  it('has a test in each row', () => {
    const rows = table.split('\n').slice(2).filter(Boolean);
    expect(rows.filter((row) => citedIn(row).length === 0)).toEqual([]);
  });
});

it('ASVS 7.1.1: the documents give the timeouts that hold by default', () => {
  const [idle, absolute] = [days(sessionOptions.idleTimeout.default), days(sessionOptions.absoluteTimeout.default)];
  expect(textOf('docs/security.md')).toContain(`Idle timeout ${idle}, absolute timeout ${absolute}.`);
  const reasons = textOf('docs/cookies-and-keys.md');
  expect(reasons).toMatch(new RegExp(`^\\| \`idleTimeout\` .*\\| ${idle} +\\|`, 'm'));
  expect(reasons).toMatch(new RegExp(`^\\| \`absoluteTimeout\` .*\\| ${absolute} +\\|`, 'm'));
});

function days(ms: unknown): string {
  return `${String(Number(ms) / 86_400_000)} days`;
}

function textOf(path: string): string {
  return pages().find((page) => page.path === path)?.text ?? '';
}

function citations(ids: readonly string[], file: string, name: string): string[] {
  return ids.map((id) => `${id} in ${file}: ${name}`);
}

/** What a row of the table cites, for each of its ids; a file is named once for the names that follow it. */
function citedIn(row: string): string[] {
  const ids = idsOf(`${row.split(' | ')[0]?.replace('| ', '') ?? ''}: `);
  return [...row.matchAll(/`([\w/.-]+\.spec\.ts)`:((?:,? "[^"]+")+)/g)].flatMap(([, file = '', names = '']) =>
    [...names.matchAll(/"([^"]+)"/g)].flatMap(([, name = '']) => citations(ids, file, name)),
  );
}

function idsOf(name: string): string[] {
  const [, asvs, numbers = '', other] = beginning.exec(name) ?? [];
  if (other !== undefined) return [other];
  return asvs === undefined ? [] : numbers.split(', ').map((number) => `${asvs} ${number}`);
}

/** The specs, by their paths in the project. The benchmark has none, and packages of others. */
function specs(): string[] {
  const folders = readdirSync(tests, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .filter(({ name }) => name !== 'benchmark')
    .flatMap(({ name }) => {
      const files = readdirSync(join(tests, name), { recursive: true, encoding: 'utf8' });
      return files.map((file) => `test/${name}/${file.replaceAll('\\', '/')}`);
    })
    .filter((file) => file.endsWith('.spec.ts'));
}

/** The names of the tests in a file, with `…` where a table of cases fills something in. */
function namesIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(project, file), 'utf8'), ts.ScriptTarget.Latest);
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && calledBy(node.expression) === 'it') names.push(...nameFrom(node.arguments[0]));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

/** `it` of `it(…)` and of `it.each(…)(…)`. */
function calledBy(called: ts.Expression): string {
  if (ts.isIdentifier(called)) return called.text;
  return ts.isCallExpression(called) || ts.isPropertyAccessExpression(called) ? calledBy(called.expression) : '';
}

function nameFrom(title: ts.Expression | undefined): string[] {
  if (title === undefined) return [];
  if (ts.isStringLiteralLike(title)) return [title.text.replaceAll(/%[a-z#]|\$\w+/g, '…')];
  if (!ts.isTemplateExpression(title)) return [];
  return [title.head.text + title.templateSpans.map(({ literal }) => `…${literal.text}`).join('')];
}
