/** Loader hooks for the walks: TypeScript as the tests compile it, where each function of `lib/` says that it has been called. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { relative } from 'node:path';
import ts from 'typescript';
import { root } from '../../../scripts/paths.mjs';
import { compile, resolve } from '../../../scripts/typescript-hooks.mjs';

export { resolve };

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const path = fileURLToPath(url);
  const source = await readFile(path, 'utf8');
  const name = relative(root, path).replaceAll('\\', '/');
  const traced = name.startsWith('lib/') ? withCalls(name, source) : source;
  return { format: 'module', source: await compile(traced, path), shortCircuit: true };
}

/** The source, where each function begins by a call of the recorder. */
function withCalls(file, source) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const insertions = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body !== undefined) {
      const call = `noteCall(${JSON.stringify(file)}, ${JSON.stringify(nameOf(node))})`;
      if (ts.isBlock(node.body)) insertions.push([node.body.getStart() + 1, ` ${call};`]);
      else insertions.push([node.body.getStart(), `(${call}, `], [node.body.getEnd(), ')']);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  // From the end, so that the positions before it stay right. Of two at one place, the outer one's comes first.
  const fromTheEnd = insertions.map(([at, text], order) => ({ at, text, order }));
  fromTheEnd.sort((one, other) => other.at - one.at || other.order - one.order);
  return fromTheEnd.reduce((traced, { at, text }) => traced.slice(0, at) + text + traced.slice(at), source);
}

/** A method's, a function's, or that of what a function is the value of; of a callback nothing. */
function nameOf(node) {
  if (ts.isConstructorDeclaration(node)) return node.parent.name?.text ?? '';
  if (node.name !== undefined) return node.name.getText();
  const { parent } = node;
  const isValue =
    ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent);
  return isValue ? parent.name.getText() : '';
}
