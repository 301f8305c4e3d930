import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { accountsModuleOptions } from '../../lib/accounts/accounts.options.js';
import { environmentKeys, type KeyPrefix } from '../../lib/config/environment-keys.js';
import { isOption, meaningOfGroup, type Option, type OptionTree } from '../../lib/config/option.js';
import { pathOf, shortOf } from '../../lib/config/tree.js';
import { formerNames, formerOptions, formerWords } from '../../lib/former-options.js';
import { sessionModuleOptions } from '../../lib/session-module.options.js';
import { defaultTextOf } from './default-text.js';
import { isDropped } from './dropped.js';
import { formattedFiles } from './formatted.js';
import { library, project } from './library.js';

/** The options of a module, and the file of their types. */
interface ModuleOptions {
  readonly tree: OptionTree;
  /** Where they are declared. */
  readonly declarations: string;
  /** The type of what an application hands in, as the declarations have it. */
  readonly declared: string;
  /** The name of the interface, and what those of its groups begin with. */
  readonly top: string;
  readonly groups: string;
  readonly meaning: string;
  readonly keys: KeyPrefix;
  /** Whether options of other names are still accepted, and `defaults` is. */
  readonly hasFormer: boolean;
}

const sessions: ModuleOptions = {
  tree: sessionModuleOptions,
  declarations: join(library, 'session-module.options.ts'),
  declared: 'OptionsByDeclaration',
  top: 'SessionModuleOptions',
  groups: 'Session',
  meaning: 'What `SessionModule.forRoot()` takes. Every option has a default or an environment key.',
  keys: 'SESSION',
  hasFormer: true,
};

const accounts: ModuleOptions = {
  tree: accountsModuleOptions,
  declarations: join(library, 'accounts/accounts.options.ts'),
  declared: 'AccountsOptionsByDeclaration',
  top: 'AccountsModuleOptions',
  groups: 'Accounts',
  meaning: 'What `AccountsModule.forRoot()` takes. Every option has a default.',
  keys: 'SECURITY',
  hasFormer: false,
};

/** The files that are made, each with its text. */
export const optionTypesFiles = formattedFiles({
  [join(library, 'session-module-options.ts')]: (program?: ts.Program) => optionTypes(program),
  [join(library, 'accounts/accounts-module-options.ts')]: (program?: ts.Program) =>
    new OptionTypes(program ?? libraryProgram(), accounts).text(),
});

const formerDeclarations = join(library, 'former-options.ts');
const head = '// Made by `npm run docs` from the declarations in lib/**/*.options.ts. Change those, and run it again.';
const widest = 110;

/**
 * The interfaces of what an application hands in, with a doc comment for each option. They are made, and not derived by the
 * compiler: editors then show the comments, and messages of the compiler the names.
 *
 * @param program has the files of the declarations, before others.
 */
export function optionTypes(program: ts.Program = libraryProgram()): string {
  return new OptionTypes(program, sessions).text();
}

/** A program of the declarations and of what they import. */
export function libraryProgram(): ts.Program {
  const { config } = ts.readConfigFile(join(project, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, project);
  return ts.createProgram([sessions.declarations, accounts.declarations], { ...options, noEmit: true });
}

class OptionTypes {
  readonly #checker: ts.TypeChecker;
  readonly #place: ts.SourceFile;
  readonly #former: ts.SourceFile;
  readonly #homes: ReadonlyMap<string, string>;
  readonly #imports = new Map<string, Set<string>>();
  readonly #interfaces: string[] = [];

  constructor(
    program: ts.Program,
    private readonly module: ModuleOptions,
  ) {
    this.#checker = program.getTypeChecker();
    this.#place = sourceFile(program, module.declarations);
    this.#former = sourceFile(program, formerDeclarations);
    this.#homes = homesOfTypes(program, dirname(module.declarations));
  }

  text(): string {
    const { top, meaning, tree, declared } = this.module;
    this.#add(top, meaning, tree, this.#declared(this.#place, declared), '');
    const imports = [...this.#imports]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([file, names]) => `import type { ${[...names].sort().join(', ')} } from '${file}';`);
    return [head, '', ...imports, '', ...this.#interfaces].join('\n');
  }

  #declared(place: ts.SourceFile, name: string): ts.Type {
    const symbol = this.#checker.getSymbolAtLocation(place);
    const found = symbol && this.#checker.getExportsOfModule(symbol).find((one) => one.name === name);
    if (found === undefined) throw new Error(`${place.fileName} exports no ${name}.`);
    return this.#checker.getDeclaredTypeOfSymbol(found);
  }

  #add(name: string, meaning: string, tree: OptionTree, type: ts.Type, prefix: string): void {
    const index = this.#interfaces.push('') - 1;
    const members = Object.entries(tree).flatMap(([key, node]) => {
      const path = prefix + key;
      const input = this.#inputAt(type, [key]);
      if (!isOption(node)) return this.#group(key, node, input, path);
      const about = this.#isDropped(path)
        ? ['@deprecated Leave it out.']
        : this.#comment(pathOf(tree, key, prefix), node);
      return [comment(about, '  '), `  ${key}?: ${this.#withWords(path, this.#typeText(input, node))};`];
    });
    const { top, hasFormer } = this.module;
    const layers =
      prefix === '' && hasFormer
        ? [comment([aboutDefaults], '  '), `  defaults?: Omit<${top}, 'defaults'> | undefined;`]
        : [];
    const former = hasFormer ? this.#formerMembers(tree, prefix) : [];
    const lines = [
      comment([`${meaning} @publicApi`], ''),
      `export interface ${name} {`,
      ...members,
      ...layers,
      ...former,
      '}',
      '',
    ];
    this.#interfaces[index] = lines.join('\n');
  }

  #group(key: string, node: OptionTree, input: ts.Type, path: string): string[] {
    const name = `${this.module.groups}${path.split('.').map(capitalized).join('')}Options`;
    const meaning = meaningOfGroup(node);
    if (meaning === undefined) throw new Error(`The group ${path} is declared without group().`);
    this.#add(name, meaning, node, this.#objectIn(input, node), `${path}.`);
    const [short, former] = [shortOf(node), this.#formerOf(path)];
    const alone = short === undefined ? undefined : node[short];
    if (alone !== undefined && isOption(alone)) {
      const type = this.#typeText(this.#inputAt(this.#objectIn(input, node), [String(short)]), alone);
      return [
        comment([meaning, ...this.#comment(path, alone)], '  '),
        `  ${key}?: ${type.replace('| undefined', `| ${name} | undefined`)};`,
      ];
    }
    const about = former === undefined ? [] : [`Until 1.0 it also takes the value of \`${String(former.now)}\` alone.`];
    const type = former === undefined ? 'undefined' : this.#typeOfFormer(path);
    return [comment([meaning, ...about], '  '), `  ${key}?: ${name} | ${type};`];
  }

  #formerOf(path: string): (typeof formerNames)[number] | undefined {
    return this.module.hasFormer ? formerNames.find((one) => one.former === path) : undefined;
  }

  #withWords(path: string, type: string): string {
    return this.module.hasFormer ? withWords(path, type) : type;
  }

  #isDropped(path: string): boolean {
    return this.module.hasFormer && isDropped(path);
  }

  #comment(path: string, option: Option<unknown, unknown>): string[] {
    return optionComment(path, option, this.module);
  }

  /** The former names of a group, but those that are the name of another group now. */
  #formerMembers(tree: OptionTree, prefix: string): string[] {
    const own = formerNames.filter(({ former, now }) => {
      const name = former.slice(prefix.length);
      return former.startsWith(prefix) && !name.includes('.') && now !== null && !Object.hasOwn(tree, name);
    });
    return own.flatMap(({ former, now }) => [
      comment([`@deprecated Use \`${String(now)}\`.`], '  '),
      `  ${former.slice(prefix.length)}?: ${this.#typeOfFormer(former)};`,
    ]);
  }

  #typeOfFormer(path: string): string {
    const isApart = isIn(formerOptions, path.split('.'));
    const at = isApart ? path : String(formerNames.find(({ former }) => former === path)?.now);
    const tree: OptionTree = isApart ? formerOptions : sessionModuleOptions;
    const type = isApart
      ? this.#declared(this.#former, 'FormerByDeclaration')
      : this.#declared(this.#place, 'OptionsByDeclaration');
    const text = this.#typeText(this.#inputAt(type, at.split('.')), optionAt(tree, at.split('.')));
    const { nullAs } = formerNames.find(({ former }) => former === path) ?? {};
    return nullAs === undefined ? text : text.replace('| undefined', '| null | undefined');
  }

  #inputAt(type: ts.Type, [name = '', ...rest]: readonly string[]): ts.Type {
    const parts = type.isUnion() ? type.types : [type];
    const property = parts
      .map((part) => this.#checker.getPropertyOfType(part, name))
      .find((found) => found !== undefined);
    if (property === undefined) throw new Error(`${name} has no type.`);
    const input = this.#checker.getTypeOfSymbol(property);
    return rest.length === 0 ? input : this.#inputAt(input, rest);
  }

  /** Of what may be given for a group, the object with its options. */
  #objectIn(input: ts.Type, node: OptionTree): ts.Type {
    const [name = ''] = Object.keys(node);
    const parts = input.isUnion() ? input.types : [input];
    const found = parts.find((part) => this.#checker.getPropertyOfType(part, name) !== undefined);
    if (found === undefined) throw new Error(`A group with ${name} takes no object.`);
    return found;
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

const aboutDefaults =
  'The same options, for what the environment does not set: code comes first, then the environment, then these, then the built-in defaults.';

function sourceFile(program: ts.Program, path: string): ts.SourceFile {
  const file = program.getSourceFile(path);
  if (file === undefined) throw new Error(`The program has no ${path}.`);
  return file;
}

function isIn(tree: OptionTree, [name = '', ...rest]: readonly string[]): boolean {
  const node = Object.hasOwn(tree, name) ? tree[name] : undefined;
  if (node === undefined) return false;
  return isOption(node) ? rest.length === 0 : rest.length > 0 && isIn(node, rest);
}

function optionAt(tree: OptionTree, [name = '', ...rest]: readonly string[]): Option<unknown, unknown> {
  const node = tree[name];
  if (node === undefined) throw new Error(`There is no option ${name}.`);
  return isOption(node) ? node : optionAt(node, rest);
}

/** The type of an option, with the words that it took before. */
function withWords(path: string, type: string): string {
  const words = formerWords.filter(({ option }) => option === path).flatMap((former) => [...former.words.keys()]);
  return words.length === 0 ? type : type.replace('| null', `| ${words.map((word) => `'${word}'`).join(' | ')} | null`);
}

/**
 * The files of `lib/` that types are declared in and exported from, by the names of the types. Of two with a name it is the first,
 * as a program has what its declarations import before anything else.
 *
 * @param from the folder that imports them
 */
function homesOfTypes(program: ts.Program, from: string): Map<string, string> {
  const files = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${library}/`));
  const declared = files.flatMap((file) =>
    file.statements.flatMap((statement): [string, string][] => {
      const isType =
        ts.isInterfaceDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement) ||
        ts.isClassDeclaration(statement);
      const isExported = isType && statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      if (isExported !== true || statement.name === undefined) return [];
      return [[statement.name.text, importPath(from, file.fileName)]];
    }),
  );
  return new Map(declared.reverse());
}

function importPath(from: string, file: string): string {
  const path = relative(from, file).replace(/\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}

/** Meaning; what it takes, with the unit; default and environment keys. */
function optionComment(
  path: string,
  option: Option<unknown, unknown>,
  { keys: prefix, hasFormer }: Pick<ModuleOptions, 'keys' | 'hasFormer'>,
): string[] {
  const replaced = hasFormer ? formerWords.filter((former) => former.option === path) : [];
  const words = replaced.flatMap((former) => [...former.words.keys()]);
  const keys = environmentKeys(path, option, prefix).map((key) => `\`${key}\``);
  const environment = keys.length === 0 ? 'Can be given in code alone.' : `Environment: ${keys.join(' or ')}.`;
  const former =
    words.length === 0 ? [] : [`Until 1.0 it also takes ${words.join(', ')}, which are the same in this order.`];
  return [option.meaning, `Takes ${option.kind.expected}. Default: ${defaultTextOf(option)}.`, ...former, environment];
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
  const escaped = text.replaceAll('*/', '*\u200b/');
  return text.startsWith('@deprecated') ? escaped : escaped.replaceAll(/(^|\s)(@[\w/.-]*\w)/g, '$1`$2`');
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
