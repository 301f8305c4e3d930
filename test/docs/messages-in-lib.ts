import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { project } from './pages.js';

/** A text in the code, with `…` for what is put into it. */
export interface CodeText {
  readonly file: string;
  readonly text: string;
  /** Whether it is the message of an error that is thrown, which has a code or a stack of its own. */
  readonly isThrown: boolean;
}

/** Every text in `lib/`, concatenations as one. */
export function textsInLib(): CodeText[] {
  const folder = join(project, 'lib');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((name) => {
    const source = ts.createSourceFile(name, readFileSync(join(folder, name), 'utf8'), ts.ScriptTarget.ES2023, true);
    const texts: CodeText[] = [];
    const visit = (node: ts.Node, isThrown: boolean): void => {
      const text = ts.isExpression(node) ? folded(node) : null;
      if (text !== null) texts.push({ file: name.replaceAll('\\', '/'), text, isThrown });
      for (const child of text === null ? childrenOf(node) : partsOf(node)) visit(child, isThrown || isError(node));
    };
    visit(source, false);
    return texts;
  });
}

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  return children;
}

/** What is put into a text. */
function partsOf(node: ts.Node): ts.Node[] {
  if (ts.isTemplateExpression(node)) return node.templateSpans.map(({ expression }) => expression);
  if (ts.isParenthesizedExpression(node)) return partsOf(node.expression);
  if (!ts.isBinaryExpression(node)) return [];
  return [node.left, node.right].flatMap((side) => (folded(side) === null ? [side] : partsOf(side)));
}

function isError(node: ts.Node): boolean {
  return (
    ts.isNewExpression(node) &&
    /(?:Error|Exception|Unreadable|BrokenRecord)$/.test(node.expression.getText()) &&
    node.expression.getText() !== 'SessionConfigError'
  );
}

/** The text that an expression makes, as far as it is written there; null: it is none. */
function folded(node: ts.Expression): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  }
  if (ts.isParenthesizedExpression(node)) return folded(node.expression);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [folded(node.left), folded(node.right)];
    return left === null && right === null ? null : `${left ?? '…'}${right ?? '…'}`;
  }
  return null;
}
