import { defineConfig } from 'vitepress';
import { slugOf } from './headings.js';
import { apiSidebar, documentsSidebar } from './sidebar.js';

/** `scripts/site/build.mjs` copies this folder to the pages that it writes: the documents, and the API from its declarations. */
const pages = new URL('..', import.meta.url).pathname;

export default defineConfig({
  title: 'nestjs-session-auth',
  description: 'Server-side sessions and logins for NestJS',
  lang: 'en',
  // There is none, and the browser need not ask for it.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  outDir: '../built',
  metaChunk: true,
  // A page is small. Without a click, there is no request for it.
  router: { prefetchLinks: false },
  themeConfig: {
    nav: [
      { text: 'Getting started', link: '/getting-started' },
      { text: 'Documentation', link: '/documents' },
      { text: 'Options', link: '/reference/options' },
      { text: 'API', link: '/api/', activeMatch: '^/api/' },
    ],
    sidebar: { '/': documentsSidebar(pages), '/api/': apiSidebar(pages) },
    outline: [2, 3],
    search: { provider: 'local' },
  },
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
    anchor: { slugify: slugOf },
    config(markdown) {
      const renderCode = markdown.renderer.rules.code_inline;
      // `{{ … }}` in code is no expression of Vue's.
      markdown.renderer.rules.code_inline = (tokens, index, ...rest) => {
        tokens[index]?.attrSet('v-pre', '');
        return renderCode?.(tokens, index, ...rest) ?? '';
      };
    },
  },
  vite: { publicDir: false, build: { chunkSizeWarningLimit: 4000 } },
});
