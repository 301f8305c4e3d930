import { join } from 'node:path';
import ts from 'typescript';
import { project } from './pages.js';

/** A file that somebody writes in an editor, which asks the language service of TypeScript. */
export class Editor {
  readonly #file = join(project, 'test', 'in-an-editor.ts');
  readonly #service: ts.LanguageService;
  readonly #read = new Map<string, ts.IScriptSnapshot | undefined>();
  #text = '';
  #version = 0;

  constructor(roots: readonly string[]) {
    const options = compilerOptions();
    this.#service = ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => [...roots, this.#file],
      // It looks for files that have changed only when this has.
      getProjectVersion: () => String(this.#version),
      getScriptVersion: (path) => (path === this.#file ? String(this.#version) : '0'),
      getScriptSnapshot: (path) =>
        path === this.#file ? ts.ScriptSnapshot.fromString(this.#text) : this.#lasting(path),
      getCurrentDirectory: () => project,
      getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
      fileExists: (path) => path === this.#file || ts.sys.fileExists(path),
      readFile: (path) => ts.sys.readFile(path),
      readDirectory: (...args) => ts.sys.readDirectory(...args),
      directoryExists: (path) => ts.sys.directoryExists(path),
      getDirectories: (path) => ts.sys.getDirectories(path),
      realpath: (path) => ts.sys.realpath?.(path) ?? path,
    });
  }

  write(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#version++;
  }

  /** What the file and all that it imports are to the compiler. */
  program(): ts.Program {
    const program = this.#service.getProgram();
    if (program === undefined) throw new Error('The language service has no program.');
    return program;
  }

  /** The comment that appears over the name that ends at `mark`. */
  hover(mark: string): string {
    const info = this.#service.getQuickInfoAtPosition(this.#file, this.#find(mark) - 1);
    return ts.displayPartsToString(info?.documentation);
  }

  /** The names that are offered at `mark`. */
  offered(mark: string): ReadonlySet<string> {
    const entries = this.#service.getCompletionsAtPosition(this.#file, this.#find(mark), undefined)?.entries ?? [];
    return new Set(entries.map(({ name }) => name));
  }

  /** The comment beside `name`, which is offered at `mark`. */
  completion(mark: string, name: string): string {
    const at = this.#find(mark);
    const details = this.#service.getCompletionEntryDetails(this.#file, at, name, {}, undefined, undefined, undefined);
    return ts.displayPartsToString(details?.documentation);
  }

  /** What the compiler has to say about the file. */
  problems(): string[] {
    const found = [
      ...this.#service.getSyntacticDiagnostics(this.#file),
      ...this.#service.getSemanticDiagnostics(this.#file),
    ];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  }

  /** A file that does not change. */
  #lasting(path: string): ts.IScriptSnapshot | undefined {
    if (!this.#read.has(path)) {
      const text = ts.sys.readFile(path);
      this.#read.set(path, text === undefined ? undefined : ts.ScriptSnapshot.fromString(text));
    }
    return this.#read.get(path);
  }

  #find(mark: string): number {
    const at = this.#text.indexOf(mark);
    if (at === -1) throw new Error(`There is no ${mark} in the file.`);
    return at;
  }
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(project, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, project);
  return { ...options, noEmit: true, noUnusedLocals: false };
}
