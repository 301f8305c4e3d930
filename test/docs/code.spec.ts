import { describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { codeBlocks, fileOf, givenFiles, pages, project, type CodeBlock, type Page } from './pages.js';

const options = compilerOptions();
const host = hostThatReadsOnce();
const libraries = join(import.meta.dirname, 'third-party.d.ts');
const withCode = pages().filter((page) => typeScriptIn(page).length > 0);

describe('the code in the documents', () => {
  it('is found', () => {
    expect(withCode.map(({ path }) => path)).toContain('README.md');
  });

  it('compiles against the built package', () => {
    const blocksOf = (page: Page): CodeBlock[] => [...typeScriptIn(page), ...givenFiles(page)];
    expect(withCode.flatMap((page) => problemsIn(page.path, blocksOf(page)))).toEqual([]);
  });

  it('is reported where it does not compile', () => {
    const block = {
      language: 'ts',
      line: 7,
      given: '',
      code: `import { NoSuchThing } from 'nestjs-session-auth';\n`,
    };
    expect(problemsIn('planted.md', [block])).toEqual([expect.stringMatching(/^planted\.md:7: .*NoSuchThing/)]);
  });
});

function typeScriptIn(page: Page): CodeBlock[] {
  return codeBlocks(page).filter(({ language }) => ['ts', 'typescript'].includes(language));
}

/** What the compiler has to say about these blocks, each a module of its own in one application; some are files by a name. */
function problemsIn(path: string, blocks: readonly CodeBlock[]): string[] {
  const cache = join(project, '.cache');
  mkdirSync(cache, { recursive: true });
  // Inside the project, so that the package's own name leads to what has been built.
  const folder = mkdtempSync(join(cache, 'docs-'));
  try {
    const nameOf = (block: CodeBlock, index: number): string => fileOf(block) ?? `block-${String(index)}.ts`;
    const origins = new Map(blocks.map((block, index) => [join(folder, nameOf(block, index)), block]));
    expect(origins.size).toBe(blocks.length);
    for (const [file, { given, code }] of origins) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${code}\n${given}\nexport {};\n`);
    }
    const program = ts.createProgram([...origins.keys(), libraries], options, host);
    return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
      const line = origins.get(diagnostic.file?.fileName ?? '')?.line ?? '?';
      return `${path}:${String(line)}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compilerOptions(): ts.CompilerOptions {
  const file = join(project, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.parseJsonConfigFileContent(
    { compilerOptions: config.compilerOptions, files: [] },
    ts.sys,
    project,
  );
  // A fragment need not use all that it shows.
  return { ...options, paths: {}, noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
}

/** Every page is compiled against the same declarations, which are read and bound once. */
function hostThatReadsOnce(): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const read = new Map<string, ts.SourceFile | undefined>();
  return {
    ...host,
    getSourceFile: (path, ...rest) => {
      if (path.includes('/docs-')) return host.getSourceFile(path, ...rest);
      if (!read.has(path)) read.set(path, host.getSourceFile(path, ...rest));
      return read.get(path);
    },
  };
}
