import { posix } from 'node:path';
import type ts from 'typescript';

export type TypeScript = typeof ts;

const PACKAGE = 'nestjs-session-auth';
const REGISTRATION = 'SessionModule.forRoot()';

/** Text to be put in at a position. */
interface Insertion {
  readonly at: number;
  readonly text: string;
}

/**
 * The path of the module that `NestFactory` creates the application from, or of `app.module.ts`; null: neither is there.
 *
 * @param sources the project's files by path, in `sourceRoot`
 */
export function rootModuleIn(
  compiler: TypeScript,
  sources: ReadonlyMap<string, string>,
  sourceRoot: string,
): string | null {
  const entry = posix.join(sourceRoot, 'main.ts');
  const text = sources.get(entry);
  const imported = text === undefined ? null : pathOfRootModule(compiler, text);
  const candidates = imported === null ? [] : pathsOf(posix.join(posix.dirname(entry), imported));
  return [...candidates, posix.join(sourceRoot, 'app.module.ts')].find((path) => sources.has(path)) ?? null;
}

/** The text of a module with `SessionModule.forRoot()` among its imports; null: it has no module that can be changed. */
export function withSessionModule(compiler: TypeScript, text: string): string | null {
  const source = parse(compiler, text);
  const decorator = moduleDecoratorIn(compiler, source);
  const registration = decorator && registrationIn(compiler, source, decorator);
  return registration && inserted(text, [importOf(compiler, source), registration]);
}

function parse(compiler: TypeScript, text: string): ts.SourceFile {
  return compiler.createSourceFile('source.ts', text, compiler.ScriptTarget.Latest, true);
}

/** Where the class is imported from that is the first argument of `NestFactory.create()` and the like. */
function pathOfRootModule(compiler: TypeScript, text: string): string | null {
  const source = parse(compiler, text);
  let name: string | null = null;
  const visit = (node: ts.Node): void => {
    const [first] = compiler.isCallExpression(node) && isFactory(node.expression) ? node.arguments : [];
    if (first !== undefined && compiler.isIdentifier(first)) name ??= first.text;
    compiler.forEachChild(node, visit);
  };
  const isFactory = (callee: ts.Expression): boolean =>
    compiler.isPropertyAccessExpression(callee) &&
    callee.expression.getText(source) === 'NestFactory' &&
    callee.name.text.startsWith('create');
  visit(source);
  const declaration = source.statements
    .filter((statement) => compiler.isImportDeclaration(statement))
    .find(({ importClause }) => namesIn(compiler, importClause).includes(name ?? ''));
  const from = declaration?.moduleSpecifier;
  return from !== undefined && compiler.isStringLiteral(from) && from.text.startsWith('.') ? from.text : null;
}

function namesIn(compiler: TypeScript, clause: ts.ImportClause | undefined): string[] {
  const bindings = clause?.namedBindings;
  const named = bindings && compiler.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : [];
  return clause?.name === undefined ? named : [clause.name.text, ...named];
}

/** The files that an import may lead to. */
function pathsOf(path: string): string[] {
  return [path.replace(/\.([cm]?)js$/, '.$1ts'), `${path}.ts`, posix.join(path, 'index.ts')];
}

/** The first `@Module(…)` of a class. */
function moduleDecoratorIn(compiler: TypeScript, source: ts.SourceFile): ts.CallExpression | null {
  const decorators = source.statements
    .filter((statement) => compiler.isClassDeclaration(statement))
    .flatMap((statement) => compiler.getDecorators(statement) ?? []);
  for (const { expression } of decorators) {
    if (compiler.isCallExpression(expression) && expression.expression.getText(source) === 'Module') return expression;
  }
  return null;
}

function registrationIn(compiler: TypeScript, source: ts.SourceFile, decorator: ts.CallExpression): Insertion | null {
  const [metadata] = decorator.arguments;
  if (metadata === undefined) return { at: decorator.arguments.pos, text: `{ imports: [${REGISTRATION}] }` };
  if (!compiler.isObjectLiteralExpression(metadata)) return null;
  const property = metadata.properties.find(({ name }) => /^(['"]?)imports\1$/.test(name?.getText(source) ?? ''));
  if (property === undefined) return newProperty(source, metadata);
  if (!compiler.isPropertyAssignment(property) || !compiler.isArrayLiteralExpression(property.initializer)) return null;
  return newElement(source, property.initializer);
}

function newProperty(source: ts.SourceFile, metadata: ts.ObjectLiteralExpression): Insertion {
  const at = metadata.getStart(source) + 1;
  const [first] = metadata.properties;
  if (first === undefined) return { at, text: ` imports: [${REGISTRATION}] ` };
  return { at, text: `${spaceBefore(source, first)}imports: [${REGISTRATION}],` };
}

function newElement(source: ts.SourceFile, list: ts.ArrayLiteralExpression): Insertion {
  const last = list.elements.at(-1);
  if (last === undefined) return { at: list.getStart(source) + 1, text: REGISTRATION };
  return { at: last.getEnd(), text: `,${spaceBefore(source, last)}${REGISTRATION}` };
}

/** What separates a node from what is before it: a line break with the indentation of its line, or a space. */
function spaceBefore(source: ts.SourceFile, node: ts.Node): string {
  const before = source.text.slice(0, node.getStart(source));
  return /\r?\n[ \t]*$/.exec(before)?.[0] ?? ' ';
}

/** After the last import, in its style. */
function importOf(compiler: TypeScript, source: ts.SourceFile): Insertion {
  const imports = source.statements.filter((statement) => compiler.isImportDeclaration(statement));
  const last = imports.at(-1);
  const end = source.text.includes('\r\n') ? '\r\n' : '\n';
  const quote = last?.moduleSpecifier.getText(source).startsWith('"') ? '"' : "'";
  const semicolon = last === undefined || last.getText(source).endsWith(';') ? ';' : '';
  const line = `import { SessionModule } from ${quote}${PACKAGE}${quote}${semicolon}`;
  if (last === undefined) return { at: 0, text: `${line}${end}` };
  return { at: last.getEnd(), text: `${end}${line}` };
}

function inserted(text: string, insertions: readonly Insertion[]): string {
  // From the end, so that the positions before stay right.
  const ordered = [...insertions].sort((one, other) => other.at - one.at);
  return ordered.reduce((result, { at, text: added }) => result.slice(0, at) + added + result.slice(at), text);
}
