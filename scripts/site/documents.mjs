import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { root } from '../paths.mjs';

const fence = /^```[^]*?^```$/gm;

/** Pages from outside of `docs/`, and those that are called otherwise in the site. */
const renamed = {
  'README.md': 'getting-started.md',
  'CHANGELOG.md': 'changelog.md',
  'SECURITY.md': 'security-policy.md',
  'docs/README.md': 'documents.md',
};

/** Writes every page of the documents into `folder` as the site shows it, with the pictures, and the site's first page. */
export async function writeDocuments(folder) {
  const files = (await readdir(join(root, 'docs'), { recursive: true })).map((name) => posix.join('docs', name));
  const pages = new Set([...Object.keys(renamed), ...files.filter((file) => /^docs\/[^.].*\.md$/.test(file))]);
  for (const source of pages) {
    const text = await readFile(join(root, source), 'utf8');
    const linked = withLinks(source, text, pages);
    await put(folder, placeOf(source), source === 'README.md' ? gettingStarted(linked) : linked);
    if (source === 'README.md') await put(folder, 'index.md', firstPage(linked));
  }
  for (const picture of files.filter((file) => file.endsWith('.svg'))) {
    await mkdir(dirname(join(folder, placeOf(picture))), { recursive: true });
    await cp(join(root, picture), join(folder, placeOf(picture)));
  }
}

/** Where a file of the project lies in the site. */
function placeOf(source) {
  return renamed[source] ?? source.replace(/^docs\//, '').replace(/(^|\/)README\.md$/, '$1index.md');
}

/** A page with its links to other pages as the site has them. Code is left as it is. */
function withLinks(source, text, pages) {
  const code = [...text.matchAll(fence)].map(([block]) => block);
  const prose = text.split(fence).map((part) =>
    part.replaceAll(/\]\((?![a-z]+:|#)([^)\s#]+\.md)(#[^)\s]*)?\)/g, (_, link, heading = '') => {
      const target = posix.join(posix.dirname(source), link);
      if (!pages.has(target)) throw new Error(`${source} links to ${target}, which is no page of the site.`);
      return `](/${placeOf(target)}${heading})`;
    }),
  );
  return prose.map((part, index) => part + (code[index] ?? '')).join('');
}

/** The readme from its first heading of the second level on: what stands before that is on the first page. */
function gettingStarted(readme) {
  return `# Getting started\n\n${readme.slice(readme.indexOf('\n## ') + 1)}`;
}

/** The first page: the readme's first sentence, and what it says of the package in a list. */
function firstPage(readme) {
  const [, title = '', sentence = ''] = /^# (.+)\n\n([^]+?)\n\n/.exec(readme) ?? [];
  const points = [...readme.slice(0, readme.indexOf('\n## ')).matchAll(/^- \*\*(.+?)\.?\*\* ([^]+?)(?=\n- |\n\n)/gm)];
  if (!sentence || points.length === 0) throw new Error('The readme has no first sentence, or no list after it.');
  const settings = {
    layout: 'home',
    title,
    titleTemplate: false,
    hero: {
      name: title,
      tagline: inHtml(sentence),
      actions: [
        { theme: 'brand', text: 'Getting started', link: '/getting-started' },
        { theme: 'alt', text: 'Documentation', link: '/documents' },
      ],
    },
    features: points.map(([, title, details]) => ({ title, details: inHtml(details) })),
  };
  // YAML reads JSON.
  return `---\n${JSON.stringify(settings, undefined, 2)}\n---\n`;
}

/** Links and code of a sentence as the theme wants them: in HTML. */
function inHtml(text) {
  return text
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/\[(.+?)\]\((.+?)\)/g, '$1')
    .replaceAll(/`(.+?)`/g, '<code>$1</code>');
}

async function put(folder, place, text) {
  const path = join(folder, place);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
