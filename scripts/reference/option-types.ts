import { join } from 'node:path';
import ts from 'typescript';
import { environmentKeys } from '../../lib/config/environment-keys.js';
import { isOption, meaningOfGroup, type Option, type OptionTree } from '../../lib/config/option.js';
import { defaultTextOf } from './default-text.js';
import { sessionModuleOptions } from '../../lib/session-module.options.js';
import { library, project } from './library.js';

/** The module that it is, beside the declarations. */
export const optionTypesFile = join(library, 'session-module-options.ts');

const declarations = join(library, 'session-module.options.ts');
const top = 'SessionModuleOptions';
const head = '// Made by `npm run docs` from the declarations in lib/**/*.options.ts. Change those, and run it again.';
const widest = 110;

/**
 * The interfaces of what an application hands in, with a doc comment for each option. They are made, and not derived by the
 * compiler: editors then show the comments, and messages of the compiler the names.
 *
 * @param program has `lib/session-module.options.ts`.
 */
export function optionTypes(program: ts.Program = libraryProgram()): string {
  return new OptionTypes(program).text();
}

/** A program of the declarations and of what they import. */
export function libraryProgram(): ts.Program {
  const { config } = ts.readConfigFile(join(project, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, project);
  return ts.createProgram([declarations], { ...options, noEmit: true });
}

class OptionTypes {
  readonly #checker: ts.TypeChecker;
  readonly #place: ts.SourceFile;
  readonly #homes: ReadonlyMap<string, string>;
  readonly #imports = new Map<string, Set<string>>();
  readonly #interfaces: string[] = [];

  constructor(program: ts.Program) {
    this.#checker = program.getTypeChecker();
    const place = program.getSourceFile(declarations);
    if (place === undefined) throw new Error(`The program has no ${declarations}.`);
    this.#place = place;
    this.#homes = homesOfTypes(program);
  }

  text(): string {
    const meaning = 'What `SessionModule.forRoot()` takes. Every option has a default or an environment key.';
    this.#add(top, meaning, sessionModuleOptions, this.#declared('OptionsByDeclaration'), '');
    const imports = [...this.#imports]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([file, names]) => `import type { ${[...names].sort().join(', ')} } from '${file}';`);
    return [head, '', ...imports, '', ...this.#interfaces].join('\n');
  }

  #declared(name: string): ts.Type {
    const symbol = this.#checker.getSymbolAtLocation(this.#place);
    const found = symbol && this.#checker.getExportsOfModule(symbol).find((one) => one.name === name);
    if (found === undefined) throw new Error(`${declarations} exports no ${name}.`);
    return this.#checker.getDeclaredTypeOfSymbol(found);
  }

  #add(name: string, meaning: string, tree: OptionTree, type: ts.Type, prefix: string): void {
    const index = this.#interfaces.push('') - 1;
    const members = Object.entries(tree).flatMap(([key, node]) => {
      const property = this.#checker.getPropertyOfType(type, key);
      if (property === undefined) throw new Error(`${prefix}${key} has no type.`);
      const input = this.#checker.getTypeOfSymbol(property);
      if (isOption(node)) {
        return [comment(optionComment(prefix + key, node), '  '), `  ${key}?: ${this.#typeText(input, node)};`];
      }
      const group = `Session${capitalized(key)}Options`;
      const groupMeaning = meaningOfGroup(node);
      if (groupMeaning === undefined) throw new Error(`The group ${prefix}${key} is declared without group().`);
      this.#add(group, groupMeaning, node, this.#checker.getNonNullableType(input), `${prefix}${key}.`);
      return [comment([groupMeaning], '  '), `  ${key}?: ${group} | undefined;`];
    });
    const lines = [comment([`${meaning} @publicApi`], ''), `export interface ${name} {`, ...members, '}', ''];
    this.#interfaces[index] = lines.join('\n');
  }

  #typeText(type: ts.Type, { kind }: Option<unknown, unknown>): string {
    const { checker, place } = { checker: this.#checker, place: this.#place };
    const flags: ts.TypeFormatFlags =
      ts.TypeFormatFlags.NoTruncation |
      ts.TypeFormatFlags.UseSingleQuotesForStringLiteralType |
      ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;
    const textOf = (one: ts.Type): string => checker.typeToString(one, place, flags);
    const parts = type.isUnion() ? type.types : [type];
    // The words that may be written are named one by one, in the order of the declaration, for whoever reads.
    const text = parts.some((part) => part.isStringLiteral())
      ? [...new Set(parts.map((part) => (isTruth(part) ? 'boolean' : textOf(part))))]
          .sort((one, other) => rank(one, kind.expected) - rank(other, kind.expected))
          .join(' | ')
      : textOf(type);
    return this.#withImports(text.replaceAll('Uint8Array<ArrayBufferLike>', 'Uint8Array'));
  }

  #withImports(text: string): string {
    for (const [name] of text.replaceAll(/'[^']*'/g, '').matchAll(/\b[A-Z]\w+/g)) {
      const home = this.#homes.get(name);
      if (home === undefined) {
        if (this.#checker.resolveName(name, undefined, ts.SymbolFlags.Type, false) !== undefined) continue;
        throw new Error(`No file of lib/ exports the type ${name}.`);
      }
      this.#imports.set(home, (this.#imports.get(home) ?? new Set()).add(name));
    }
    return text;
  }
}

/** The files of `lib/` that types are declared in and exported from, by the names of the types. */
function homesOfTypes(program: ts.Program): Map<string, string> {
  const files = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${library}/`));
  const declared = files.flatMap((file) =>
    file.statements.flatMap((statement): [string, string][] => {
      const isType =
        ts.isInterfaceDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement) ||
        ts.isClassDeclaration(statement);
      const isExported = isType && statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      if (isExported !== true || statement.name === undefined) return [];
      return [[statement.name.text, `.${file.fileName.slice(library.length).replace(/\.ts$/, '.js')}`]];
    }),
  );
  return new Map(declared);
}

/** Meaning; what it takes, with the unit; default and environment keys. */
function optionComment(path: string, option: Option<unknown, unknown>): string[] {
  const keys = environmentKeys(path, option).map((key) => `\`${key}\``);
  const environment = keys.length === 0 ? 'Can be given in code alone.' : `Environment: ${keys.join(' or ')}.`;
  return [option.meaning, `Takes ${option.kind.expected}. Default: ${defaultTextOf(option)}.`, environment];
}

function comment(paragraphs: readonly string[], indent: string): string {
  const lines = paragraphs.map((text) => wrapped(asComment(text), widest - indent.length));
  const [first = []] = lines;
  if (lines.length === 1 && first.length === 1) return `${indent}/** ${String(first[0])} */`;
  const body = lines.flatMap((paragraph, index) => (index === 0 ? paragraph : ['', ...paragraph]));
  return [`${indent}/**`, ...body.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`].join('\n');
}

/** An `@` by itself would be a tag, and the end of the text. */
function asComment(text: string): string {
  return text.replaceAll('*/', '*\u200b/').replaceAll(/(^|\s)(@[\w/.-]*\w)/g, '$1`$2`');
}

/** No line begins with an `@`: that would be a tag. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && (last.length + word.length < width || /^\W*@/.test(word))) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** Words stand as the message of the option has them, what is no word after them, and null and undefined last. */
function rank(text: string, expected: string): number {
  if (text === 'undefined') return 1e6 + 1;
  if (text === 'null') return 1e6;
  const at = expected.search(new RegExp(`\\b${text.replaceAll("'", '')}\\b`));
  return at === -1 ? 1e5 : at;
}

function isTruth(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.BooleanLiteral) !== 0;
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
