import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pages, project, prose, type Page } from './pages.js';

const { exports, scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
  scripts: Record<string, string>;
};
const npmCommands = ['ci', 'install', 'ls', 'pack', 'publish', 'view', 'run'];

describe('the documents', () => {
  it('have the pages that a reader looks for', () => {
    const wanted = ['CHANGELOG.md', 'CONTRIBUTING.md', 'README.md', 'SECURITY.md'];
    expect(pages().map(({ path }) => path)).toEqual(expect.arrayContaining(wanted));
  });
});

describe.each(pages())('$path', (page) => {
  it('names only paths that the package exports', () => {
    const named = found(page.text, /(?<!node_modules\/)nestjs-session-auth\/([\w-]+(?:\/[\w-]+)*(?:\.json)?)/g).map(
      (path) => `./${path}`,
    );
    expect(named.filter((path) => !(path in exports))).toEqual([]);
  });

  it('names only files and folders that exist', () => {
    const named = found(page.text, /`((?:lib|test|sample|docs|scripts)\/[\w./-]*)`/g);
    expect(named.filter((path) => !existsSync(join(project, path)))).toEqual([]);
  });

  it('links only to files and headings that exist', () => {
    const links = found(prose(page), /\]\(([^)\s]+)\)/g).filter((link) => !/^(https?|mailto):/.test(link));
    expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  it('names only commands that package.json has', () => {
    const named = [
      ...found(page.text, /\bnpm run ([\w:-]+)/g),
      ...found(page.text, /`npm ([a-z]+)/g).filter((name) => !npmCommands.includes(name)),
    ];
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}

function leadsSomewhere(page: Page, link: string): boolean {
  const [file = '', heading] = link.split('#');
  const path = file === '' ? page.path : join(dirname(page.path), file);
  if (!existsSync(join(project, path))) return false;
  return heading === undefined || headings(readFileSync(join(project, path), 'utf8')).includes(heading);
}

/** The anchors of a page, as they are commonly made from its headings. */
function headings(text: string): string[] {
  return found(text, /^#+ (.+)$/gm).map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
