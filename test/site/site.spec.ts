import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { entryPoints } from '../../scripts/entry-points.mjs';
import { openChromium } from '../browser/chromium.js';
import { findFaintTexts } from '../browser/faint-texts.js';
import { BuiltSite, builtPages, project } from './built-site.js';

const all = builtPages();
const documents = all.filter((path) => !path.startsWith('/api/'));
const isFull = process.env['TEST_FULL'] === '1';
/** The longest of each kind that is made from declarations, and those that lead to them. */
const someOfApi = [
  '/api/index.html',
  '/api/index/index.html',
  '/api/index/classes/AuthService.html',
  '/api/index/interfaces/SessionModuleOptions.html',
  '/api/redis/interfaces/RedisClient.html',
];

let browser: Browser;
let site: BuiltSite;
let outlines: ReadonlyMap<string, Outline>;

beforeAll(async () => {
  [browser, site] = await Promise.all([openChromium(), BuiltSite.open()]);
  const page = await browser.newPage();
  await page.goto(`${site.address}/`);
  outlines = new Map(await page.evaluate<[string, Outline][]>(`(${outlinesOf})(${JSON.stringify(all)})`));
  await page.close();
});

afterAll(async () => {
  await browser.close();
  await site.close();
});

describe('the documentation site', () => {
  it('has a page for each document, and in the nightly form one for each path that the package exports', () => {
    const names = readdirSync(join(project, 'docs'), { recursive: true, encoding: 'utf8' });
    const wanted = names
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .map((name) => `/${name.replace(/(^|\/)README\.md$/, '$1index.md').replace(/\.md$/, '.html')}`);
    expect(all).toEqual(expect.arrayContaining(wanted));
    const further = ['/index.html', '/getting-started.html', '/documents.html', '/changelog.html'];
    expect(all).toEqual(expect.arrayContaining([...further, '/security-policy.html', ...someOfApi]));
    const entries = isFull ? Object.keys(entryPoints) : ['index', 'redis'];
    expect(all).toEqual(expect.arrayContaining(entries.map((entry) => `/api/${entry}/index.html`)));
  });

  it('names every document in the sidebar', () => {
    const { links } = outlineOf('/documents.html');
    const named = new Set(links.filter(({ inSidebar }) => inSidebar).map(({ path }) => path));
    expect(documents.filter((path) => path !== '/index.html' && !named.has(path))).toEqual([]);
  });

  it('leads to every page of the API from its overview', () => {
    const reached = new Set(['/api/index.html']);
    // A set that is walked gives what is added on the way, too.
    for (const from of reached) {
      for (const { path } of outlineOf(from).links) if (path.startsWith('/api/')) reached.add(path);
    }
    expect(all.filter((path) => path.startsWith('/api/') && !reached.has(path))).toEqual([]);
  });

  it('has no dead link to a page of its own, or to a heading there', () => {
    const dead = all.flatMap((from) =>
      outlineOf(from)
        .links.filter(({ path, heading }) => !leadsSomewhere(path, heading))
        .map(({ path, heading }) => `${from}: ${path}${heading}`),
    );
    expect(dead).toEqual([]);
  });

  it('has one heading of the first level on each page, and skips no level after it', () => {
    const wrong = all.filter((path) => {
      const { levels } = outlineOf(path);
      const skips = levels.some((level, index) => level > (levels[index - 1] ?? 0) + 1);
      return skips || levels.filter((level) => level === 1).length !== 1;
    });
    expect(wrong.map((path) => ({ path, levels: outlineOf(path).levels.join('') }))).toEqual([]);
  });

  it.each([
    ['a phone in dark colours', { width: 390, height: 844 }, 'dark', [...documents, ...someOfApi]],
    ['a desktop in light colours', { width: 1280, height: 800 }, 'light', ['/index.html', '/http.html', ...someOfApi]],
  ] as const)('is readable on %s, and asks for nothing from elsewhere', async (_, viewport, colorScheme, paths) => {
    const context = await browser.newContext({ viewport, colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    const origins = new Set<string>();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('data:')) origins.add(new URL(request.url()).origin);
    });
    for (const path of paths) {
      await page.goto(`${site.address}${path}`);
      const faint = await page.evaluate<string[]>(findFaintTexts);
      const beyond = await page.evaluate<string[]>(findWhatStandsOut);
      expect({ path, faint: [...new Set(faint)], beyond }).toEqual({ path, faint: [], beyond: [] });
    }
    expect(complaints).toEqual([]);
    expect([...origins]).toEqual([site.address]);
    await context.close();
  });

  it('finds a method in the documents and in the API', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.address}/`);
    await page.getByRole('button', { name: 'Search' }).first().click();
    await page.getByRole('searchbox').fill('logoutAllUsers');
    await found(page, '/authentication.html').waitFor();
    await found(page, '/api/index/classes/AuthService.html').click();
    await page.waitForURL(/AuthService\.html#logoutallusers$/);
    // The address changes before the page does.
    await page.getByRole('heading', { level: 1, name: 'AuthService' }).waitFor();
    await page.close();
  });
});

interface Link {
  /** Where it leads within the site, with the name of the file. */
  readonly path: string;
  /** `#` and the id of a heading, or nothing. */
  readonly heading: string;
  readonly inSidebar: boolean;
}

interface Outline {
  readonly links: readonly Link[];
  readonly ids: readonly string[];
  /** The levels of the headings of the page itself, in order. */
  readonly levels: readonly number[];
}

function outlineOf(path: string): Outline {
  const outline = outlines.get(path);
  if (!outline) throw new Error(`${path} was not read.`);
  return outline;
}

function leadsSomewhere(path: string, heading: string): boolean {
  const target = outlines.get(path);
  if (heading === '') return target !== undefined || path.startsWith('/assets/');
  return target?.ids.includes(decodeURIComponent(heading.slice(1))) ?? false;
}

function found(page: Page, path: string) {
  return page.locator(`.VPLocalSearchBox a.result[href^="${path}"]`).first();
}

/** Reads pages without showing them; runs in the page. */
const outlinesOf = `(paths) => Promise.all(paths.map(async (path) => {
  const response = await fetch(path);
  const read = new DOMParser().parseFromString(await response.text(), 'text/html');
  const links = [...read.querySelectorAll('a[href]')]
    .map((link) => ({ url: new URL(link.getAttribute('href'), location.origin + path), link }))
    .filter(({ url }) => url.origin === location.origin)
    .map(({ url, link }) => ({
      path: url.pathname.replace(/\\/$/, '/index.html').replace(/(\\/[^./]+)$/, '$1.html'),
      heading: url.hash,
      inSidebar: link.closest('.VPSidebar') !== null,
    }));
  const ids = [...read.querySelectorAll('[id]')].map(({ id }) => id);
  const headings = [...read.querySelectorAll('h1, main h2, main h3, main h4, main h5, main h6')];
  return [path, { links, ids, levels: headings.map(({ localName }) => Number(localName[1])) }];
}))`;

/** What makes the page wider than the window, tables and code that scroll by themselves apart; runs in the page. */
const findWhatStandsOut = `(() => {
  const root = document.documentElement;
  const found = root.scrollWidth > root.clientWidth ? ['the page: ' + root.scrollWidth] : [];
  for (const table of document.querySelectorAll('.vp-doc table'))
    if (table.getBoundingClientRect().right > root.clientWidth) found.push('a table: ' + table.textContent.slice(0, 40));
  return found;
})()`;
