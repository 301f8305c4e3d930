import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const project = join(import.meta.dirname, '../..');

/** A page of the documents. */
export interface Page {
  /** Its path in the project. */
  readonly path: string;
  readonly text: string;
}

/** A block of code in a page. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** The line of the page that it begins in, from 1. */
  readonly line: number;
  /** Declarations that the block takes for granted, from a comment `<!-- given: … -->` right before it. */
  readonly given: string;
}

const fence = /^(?:<!-- given:\s*([^]*?)-->\n+)?```(\w*)[^\n]*\n([^]*?)^```$/gm;

/** Every page that the project has: at the top, in `docs/`, and beside the sample. */
export function pages(): Page[] {
  const top = readdirSync(project).filter((name) => name.endsWith('.md'));
  const below = ['docs', 'sample'].filter((folder) => existsSync(join(project, folder))).flatMap(markdownIn);
  return [...top, ...below].sort().map((path) => ({ path, text: readFileSync(join(project, path), 'utf8') }));
}

export function codeBlocks({ text }: Page): CodeBlock[] {
  return [...text.matchAll(fence)].map(({ 0: whole, 1: given = '', 2: language = '', 3: code = '', index }) => ({
    language,
    code,
    line: text.slice(0, index + whole.indexOf('```')).split('\n').length,
    given,
  }));
}

/** The path that a block begins with, as `// src/app.module.ts`: blocks of one page import each other by these. */
export function fileOf({ language, code }: CodeBlock): string | null {
  return language === 'ts' ? (/^\/\/ ((?:src|test)\/[\w./-]+\.ts)\n/.exec(code)?.[1] ?? null) : null;
}

/** Files that the code of a page imports and that readers have already, from comments `<!-- file: src/… ⏎ … -->`. */
export function givenFiles({ text }: Page): CodeBlock[] {
  return [...text.matchAll(/^<!-- file: (\S+)\n([^]*?)-->$/gm)].map(({ 1: file = '', 2: code = '', index }) => ({
    language: 'ts',
    code: `// ${file}\n${code}`,
    line: text.slice(0, index).split('\n').length,
    given: '',
  }));
}

/** A page without its blocks of code. */
export function prose({ text }: Page): string {
  return text.replaceAll(fence, '');
}

function markdownIn(folder: string): string[] {
  const names = readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
}
