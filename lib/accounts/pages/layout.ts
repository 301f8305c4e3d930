import { html } from './html.js';
import { nonceAttribute } from './nonces.js';
import type { PageLayout } from './page.js';

/** The document in the box. */
export const defaultLayout: PageLayout = ({ title, main }, { site, texts, url, nonces }) =>
  html`<!doctype html>
    <html lang="${texts.locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – ${site}</title>
        <link rel="stylesheet" href="${url('/style.css')}" ${nonceAttribute(nonces.style)} />
      </head>
      <body>
        <main>
          <p class="site">${site}</p>
          <div class="card">${main}</div>
        </main>
      </body>
    </html> `;
