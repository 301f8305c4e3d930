import type { FlashMessage } from 'nestjs-session-auth';
import { html, type Html } from './html.js';
import type { Visitor } from './visitor.js';

export type Section = 'shop' | 'cart' | 'session' | 'account' | 'login';

export interface Frame {
  readonly title: string;
  /** The current section of the navigation; `null` for none. */
  readonly current: Section | null;
  readonly main: Html;
  /** Scripts of this page alone, by their names in `/assets/`. */
  readonly scripts?: readonly string[];
}

interface Link {
  readonly section: Section;
  readonly href: string;
  readonly label: Html;
}

/** The categories with a style of their own. Any other looks like `info`. */
const categories: ReadonlySet<string> = new Set(['success', 'info', 'warning', 'error']);

function flash({ category, message }: FlashMessage): Html {
  const look = categories.has(category) ? category : 'info';
  return html`<li class="flash flash--${look}" data-category="${category}">${message}</li>`;
}

function cartLabel(count: number): Html {
  if (count === 0) return html`Cart`;
  return html`Cart
    <span class="badge" data-cart-count="${count}"
      >${count}<span class="visually-hidden"> ${count === 1 ? 'item' : 'items'}</span></span
    >`;
}

function navigation(current: Section | null, visitor: Visitor | null): Html {
  const links: readonly Link[] = [
    { section: 'shop', href: '/', label: html`Shop` },
    { section: 'cart', href: '/cart', label: cartLabel(visitor?.cartCount ?? 0) },
    { section: 'session', href: '/session', label: html`Session` },
    visitor?.user === null
      ? { section: 'login', href: '/auth/login', label: html`Log in` }
      : { section: 'account', href: '/auth/account', label: html`Account` },
  ];
  return html`
    <nav class="nav" aria-label="Main">
      <ul>
        ${links.map(
          ({ section, href, label }) =>
            html`<li><a href="${href}" ${section === current ? html`aria-current="page"` : null}>${label}</a></li>`,
        )}
      </ul>
    </nav>
  `;
}

/** The whole document. Without a `visitor`, whose session could not be read, it leaves out what needs the session. */
export function renderPage(frame: Frame, visitor: Visitor | null): string {
  const flashes = visitor?.flashes ?? [];
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${frame.title} · Small Hours</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/shop.css" />
        ${visitor?.user && html`<script src="/assets/session-end.js" defer></script>`}
        ${frame.scripts?.map((name) => html`<script src="/assets/${name}" defer></script>`)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="header">
          <div class="header__inner">
            <a class="brand" href="/">
              <svg class="brand__mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
                <circle class="brand__disc" cx="16" cy="16" r="15" />
                <path class="brand__moon" d="M20.5 6.5 A10.5 10.5 0 1 0 25.5 21 A8.5 8.5 0 0 1 20.5 6.5 Z" />
              </svg>
              Small Hours
            </a>
            <div class="header__tools">${navigation(frame.current, visitor)} ${visitor?.logout}</div>
          </div>
        </header>
        <main id="main" class="main" tabindex="-1">
          ${visitor?.banner}
          ${
            flashes.length > 0 &&
            html`<ul class="flashes" role="status" aria-label="Messages">
              ${flashes.map(flash)}
            </ul>`
          }
          ${frame.main}
        </main>
        <footer class="footer">
          <p>
            Small Hours is the sample application of <strong>nestjs-session-auth</strong>. Nothing here is for sale.
          </p>
        </footer>
      </body>
    </html> `;
  return document.markup;
}
