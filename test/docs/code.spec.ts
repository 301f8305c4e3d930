import { describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { codeBlocks, pages, project, type CodeBlock, type Page } from './pages.js';

const compiling = 60_000;
const withCode = pages().filter((page) => typeScriptIn(page).length > 0);

describe('the code in the documents', () => {
  it('is found', () => {
    expect(withCode.map(({ path }) => path)).toContain('README.md');
  });

  it(
    'compiles against the built package',
    () => {
      expect(withCode.flatMap((page) => problemsIn(page.path, typeScriptIn(page)))).toEqual([]);
    },
    compiling,
  );

  it(
    'is reported where it does not compile',
    () => {
      const block = {
        language: 'ts',
        line: 7,
        given: '',
        code: `import { NoSuchThing } from 'nestjs-session-auth';\n`,
      };
      expect(problemsIn('planted.md', [block])).toEqual([expect.stringMatching(/^planted\.md:7: .*NoSuchThing/)]);
    },
    compiling,
  );
});

function typeScriptIn(page: Page): CodeBlock[] {
  return codeBlocks(page).filter(({ language }) => ['ts', 'typescript'].includes(language));
}

/** What the compiler has to say about these blocks, each a module of its own in one application. */
function problemsIn(path: string, blocks: readonly CodeBlock[]): string[] {
  const cache = join(project, '.cache');
  mkdirSync(cache, { recursive: true });
  // Inside the project, so that the package's own name leads to what has been built.
  const folder = mkdtempSync(join(cache, 'docs-'));
  try {
    const origins = new Map(blocks.map((block, index) => [join(folder, `block-${String(index)}.ts`), block]));
    for (const [file, { given, code }] of origins) writeFileSync(file, `${code}\n${given}\nexport {};\n`);
    const program = ts.createProgram([...origins.keys()], compilerOptions());
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
