import { join } from 'node:path';
import ts from 'typescript';
import { entryPoints } from '../entry-points.mjs';
import { project } from './library.js';

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  skipLibCheck: true,
};

/** For each entry point of the built package, the path of its report and the text: what it exports, by name, with signatures. */
export function apiReports(): Readonly<Record<string, string>> {
  const names = Object.keys(entryPoints);
  const program = ts.createProgram(names.map(declarationsOf), options);
  const checker = program.getTypeChecker();
  const faces = names.map((name) => ({ name, exported: exportsOf(name, program, checker) }));
  const known = new Set(faces.flatMap(({ exported }) => exported.map(({ origin }) => origin)));
  return Object.fromEntries(
    faces.map(({ name, exported }) => [`etc/api/${name}.api.md`, report(name, exported, known, checker)]),
  );
}

const declarationsOf = (name: string): string => join(project, 'dist', `${name}.d.ts`);

interface Export {
  readonly name: string;
  /** What is exported, where it is declared. */
  readonly origin: ts.Symbol;
}

function exportsOf(name: string, program: ts.Program, checker: ts.TypeChecker): Export[] {
  const file = program.getSourceFile(declarationsOf(name));
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`dist/${name}.d.ts exports nothing. Is the package built?`);
  return checker.getExportsOfModule(module).map((each) => ({ name: each.name, origin: originOf(each, checker) }));
}

function originOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function report(
  name: string,
  exported: readonly Export[],
  known: ReadonlySet<ts.Symbol>,
  checker: ts.TypeChecker,
): string {
  const named = namedTypes(exported, known, checker);
  const parts = [
    `# ${name === 'index' ? 'nestjs-session-auth' : `nestjs-session-auth/${name}`}`,
    '<!-- Made by `npm run api` from the built declarations. A change here is a change of what the package exports. -->',
    block(exported),
  ];
  if (named.length > 0) parts.push('## Types that these name, and that no entry point exports', block(named));
  return `${withoutNumbers(parts.join('\n\n'))}\n`;
}

/** The bundler numbers names that several files have, and does so anew with each file: a number says something only beside another one. */
function withoutNumbers(text: string): string {
  const numbered = new Map<string, Set<string>>();
  for (const [whole, base = ''] of text.matchAll(/\b(\w+)\$\d+\b/g)) {
    numbered.set(base, (numbered.get(base) ?? new Set()).add(whole));
  }
  return [...numbered].reduce((former, [base, names]) => {
    const isDeclared = new RegExp(`\\b(?:interface|type|class|const|function) ${base}\\b(?!\\$)`).test(former);
    const [only] = names;
    if (isDeclared || names.size > 1 || only === undefined) return former;
    return former.replaceAll(`// exported as ${base}\n`, '').replaceAll(only, base);
  }, text);
}

/** The package's types in signatures that are exported nowhere, and those that they name in turn. */
function namedTypes(from: readonly Export[], known: ReadonlySet<ts.Symbol>, checker: ts.TypeChecker): Export[] {
  const found = new Set<ts.Symbol>();
  const visit = (node: ts.Node): void => {
    // What constructors take is mostly what only the package hands in.
    if (ts.isConstructorDeclaration(node) || isHidden(node)) return;
    if (ts.isIdentifier(node)) {
      const used = checker.getSymbolAtLocation(node);
      const origin = used && originOf(used, checker);
      if (origin && !known.has(origin) && isOwnType(origin)) found.add(origin);
    }
    ts.forEachChild(node, visit);
  };
  for (const { origin } of from) origin.declarations?.filter(isOwn).forEach(visit);
  // A set that is walked gives what is added on the way, too.
  for (const origin of found) origin.declarations?.forEach(visit);
  return [...found].map((origin) => ({ name: origin.name, origin }));
}

function isOwnType(symbol: ts.Symbol): boolean {
  const declarations = symbol.declarations ?? [];
  const isType = (node: ts.Node): boolean => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
  return declarations.length > 0 && declarations.every((node) => isType(node) && isOwn(node));
}

function isOwn(node: ts.Node): boolean {
  return node.getSourceFile().fileName.startsWith(join(project, 'dist'));
}

/** The declarations of one export, without comments and without what is private. */
function signature({ name, origin }: Export): string {
  const texts = (origin.declarations ?? []).map(print);
  if (texts.length === 0) throw new Error(`${name} is declared nowhere.`);
  const text = texts.sort().join('\n');
  return origin.name === name ? text : `// exported as ${name}\n${text}`;
}

function print(declaration: ts.Node): string {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const { transformed } = ts.transform(node, [withoutHidden]);
  const printer = ts.createPrinter({ removeComments: true });
  return printer.printNode(ts.EmitHint.Unspecified, transformed[0] ?? node, node.getSourceFile());
}

const withoutHidden: ts.TransformerFactory<ts.Node> = (context) => (root) => {
  const visit = (node: ts.Node): ts.Node | undefined => {
    return isHidden(node) ? undefined : ts.visitEachChild(node, visit, context);
  };
  return ts.visitEachChild(root, visit, context);
};

function isHidden(node: ts.Node): boolean {
  if (!ts.isClassElement(node)) return false;
  if (node.name && ts.isPrivateIdentifier(node.name)) return true;
  return (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) !== 0;
}

/** By name, so that a change moves nothing. */
function block(entries: readonly Export[]): string {
  const sorted = [...entries].sort((one, other) => (one.name < other.name ? -1 : 1));
  return `\`\`\`ts\n${sorted.map(signature).join('\n\n')}\n\`\`\``;
}
