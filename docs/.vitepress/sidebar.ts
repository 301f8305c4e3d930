import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DefaultTheme } from 'vitepress';

type Item = DefaultTheme.SidebarItem;

/** The API has a sidebar of its own, and the first page has none. */
const elsewhere = /^(api\/|index\.md$)/;

/**
 * The groups of `docs/README.md`, each with the pages that it names. A page that is named nowhere stands below the index of
 * its folder, or in a group named after the folder.
 */
export function documentsSidebar(pages: string): Item[] {
  const groups = groupsOf(pages);
  const listed = new Map(groups.flatMap(({ items = [] }) => items.map((item) => [fileOf(item), item] as const)));
  groups[0]?.items?.unshift(itemFor(pages, 'documents.md'));
  const known = new Set([...listed.keys(), 'documents.md']);
  for (const page of markdownIn(pages).filter((name) => !elsewhere.test(name) && !known.has(name))) {
    const folder = dirname(page);
    const index = listed.get(`${folder}/index.md`);
    const item = itemFor(pages, page);
    if (index) index.items = [...(index.items ?? []), item];
    else groupNamed(folder === '.' ? 'More' : sentenceCase(folder), groups).items?.push(item);
  }
  for (const item of listed.values()) if (item.items) item.collapsed = true;
  return groups;
}

/** What the package exports, by the path that it is imported from; their pages list the rest. */
export function apiSidebar(pages: string): Item[] {
  const entries = readdirSync(join(pages, 'api'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'index')
    .map(({ name }) => ({ text: `…/${name}`, link: `/api/${name}/` }));
  return [{ text: 'API', link: '/api/', items: [{ text: 'nestjs-session-auth', link: '/api/index/' }, ...entries] }];
}

function groupsOf(pages: string): Item[] {
  const sections = readFileSync(join(pages, 'documents.md'), 'utf8').split(/^## /m).slice(1);
  return sections.map((section) => ({
    text: section.slice(0, section.indexOf('\n')),
    items: [...section.matchAll(/\[([^\]]+)\]\((\/[^)#]+)\.md\)/g)].map(([, text = '', path = '']) =>
      // In the site, the readme is called by another name.
      path === '/getting-started' ? itemFor(pages, 'getting-started.md') : { text, link: linkTo(path) },
    ),
  }));
}

function groupNamed(text: string, groups: Item[]): Item {
  const group = groups.find((each) => each.text === text) ?? { text, items: [] };
  if (!groups.includes(group)) groups.push(group);
  return group;
}

function itemFor(pages: string, page: string): Item {
  const title = /^# (.+)$/m.exec(readFileSync(join(pages, page), 'utf8'))?.[1];
  if (title === undefined) throw new Error(`${page} has no heading of the first level.`);
  return { text: title.replaceAll(/[`\\]/g, ''), link: linkTo(`/${page.replace(/\.md$/, '')}`) };
}

const linkTo = (path: string): string => path.replace(/\/index$/, '/');
const fileOf = ({ link = '' }: Item): string => `${link.slice(1).replace(/\/$/, '/index')}.md`;

function sentenceCase(folder: string): string {
  const words = folder.replaceAll(/[-/]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function markdownIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.md')).sort();
}
