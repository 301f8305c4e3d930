import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { codeBlocks, fileOf, givenFiles, pages, project, type CodeBlock, type Page } from './pages.js';

const libraries = join(import.meta.dirname, 'third-party.d.ts');
const withCode = pages().filter((page) => typeScriptIn(page).length > 0);
const planted: Page = {
  path: 'planted.md',
  text: "\n\n```ts\nimport { NoSuchThing } from 'nestjs-session-auth';\n```\n",
};

describe('the code in the documents', () => {
  let problems: readonly string[];

  beforeAll(async () => {
    problems = await problemsIn([...withCode, planted]);
  });

  it('is found', () => {
    expect(withCode.map(({ path }) => path)).toContain('README.md');
  });

  it('compiles against the built package', () => {
    expect(problems.filter((problem) => !problem.startsWith(planted.path))).toEqual([]);
  });

  it('is reported where it does not compile', () => {
    expect(problems.filter((problem) => problem.startsWith(planted.path))).toEqual([
      expect.stringMatching(/^planted\.md:3: .*NoSuchThing/),
    ]);
  });
});

function typeScriptIn(page: Page): CodeBlock[] {
  return codeBlocks(page).filter(({ language }) => ['ts', 'typescript'].includes(language));
}

/** What the compiler has to say about the blocks of these pages. Each page is an application of its own, and each block a module of it. */
async function problemsIn(withCode: readonly Page[]): Promise<string[]> {
  const cache = join(project, '.cache');
  mkdirSync(cache, { recursive: true });
  // Inside the project, so that the package's own name leads to what has been built.
  const folder = mkdtempSync(join(cache, 'docs-'));
  try {
    const origins = new Map<string, string>();
    const applications = withCode.map((page, index) => {
      const application = join(folder, String(index));
      for (const [file, { line }] of written(page, application)) origins.set(file, `${page.path}:${String(line)}`);
      return application;
    });
    const said = await compiled(applications);
    // A problem begins with its file, and goes on in lines that are indented.
    return said.split(/\n(?=\S)/).flatMap((problem) => {
      const [, file = '', text = problem] = /^(\S+?\.ts)\(\d+,\d+\): ([^]*)$/.exec(problem) ?? [];
      return text === '' ? [] : [`${origins.get(resolve(project, file)) ?? file}: ${text.trim()}`];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the blocks of a page into a folder, and how they are compiled. Gives each by its file; some have a name. */
function written(page: Page, folder: string): Map<string, CodeBlock> {
  const blocks = [...typeScriptIn(page), ...givenFiles(page)];
  const nameOf = (block: CodeBlock, index: number): string => fileOf(block) ?? `block-${String(index)}.ts`;
  const files = new Map(blocks.map((block, index) => [join(folder, nameOf(block, index)), block]));
  expect(files.size).toBe(blocks.length);
  for (const [file, { given, code }] of files) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${code}\n${given}\nexport {};\n`);
  }
  const settings = {
    extends: join(project, 'tsconfig.json'),
    // A fragment need not use all that it shows.
    compilerOptions: { paths: {}, noUnusedLocals: false, noUnusedParameters: false },
    files: [...files.keys(), libraries],
    include: [],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  return files;
}

/** What a compiler says. One process reads the declarations once that all of them import. */
function compiled(folders: readonly string[]): Promise<string> {
  const isFull = process.env['TEST_FULL'] === '1';
  const compiler = join(project, 'node_modules', isFull ? 'typescript' : 'typescript7', 'bin/tsc');
  const words = ['--build', '--pretty', 'false', ...(isFull ? [] : ['--singleThreaded']), ...folders];
  // What it collects as garbage would fill half of its time: it lives for a few seconds.
  const env = { ...process.env, GOGC: '400' };
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, ...words], { cwd: project, env }, (_failure, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });
}
