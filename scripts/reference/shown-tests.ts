import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { project } from './library.js';

/** A test whose name begins with rows of a standard. */
export interface ShownTest {
  readonly file: string;
  /** The whole name, with `…` where a table of cases fills something in. */
  readonly name: string;
  /** The rows, such as `ASVS 3.3.1`. */
  readonly ids: readonly string[];
}

/** What a name that shows rows of a standard begins with: `ASVS 3.3.1, 3.3.3: `, say. */
const beginning =
  /^(ASVS) (\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*): |^(OWASP SM|NIST 800-63B-4 \d+(?:\.\d+)*|RFC 6265bis): /;
const tests = join(project, 'test');

/** Every test that shows a row, by file and in the order of the file. */
export function shownTests(): ShownTest[] {
  return specs().flatMap((file) =>
    namesIn(file)
      .map((name) => ({ file, name, ids: idsOf(name) }))
      .filter(({ ids }) => ids.length > 0),
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
    .filter((file) => file.endsWith('.spec.ts'))
    .sort();
}

/** The names of the tests in a file, with `…` where a table of cases fills something in. */
export function namesIn(file: string): string[] {
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
