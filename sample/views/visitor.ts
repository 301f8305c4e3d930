import type { FlashMessage, Session, SessionUser } from 'nestjs-session-auth';
import type { Impersonation } from 'nestjs-session-auth/accounts';
import { countOf, linesOf } from '../cart/cart.js';
import { html, type Html } from './html.js';
import type { PostForm } from './post-form.js';

/** What every page shows about its visitor. */
export interface Visitor {
  readonly user: SessionUser | null;
  readonly cartCount: number;
  /** Taken out of the session: each is shown once. */
  readonly flashes: readonly FlashMessage[];
  /** The "Log out" form; `null` for guests. */
  readonly logout: Html | null;
  /** Says whose place an admin is in, and ends that; `null` for everyone else. */
  readonly banner: Html | null;
}

/** The visitor of a page. `flashes` are the messages that the page shows; `impersonation` that of an admin in the user's place. */
export function visitorOf(
  session: Session,
  user: SessionUser | null,
  flashes: readonly FlashMessage[],
  form: PostForm,
  impersonation: Impersonation | null,
): Visitor {
  const logout = user && form('/auth/logout', html`<button class="button button--quiet">Log out</button>`, 'logout');
  const banner = user && impersonation && bannerOf(user, impersonation, form);
  return { user, cartCount: countOf(linesOf(session.cart)), flashes, logout, banner };
}

function bannerOf(user: SessionUser, { impersonator }: Impersonation, form: PostForm): Html {
  return html`
    <aside class="flash flash--warning impersonation" aria-label="Impersonation">
      <p>You are using the shop as <strong>${user.email}</strong>, and are logged in as ${impersonator.email}.</p>
      ${form('/auth/impersonate/end', html`<button class="button">Return to your own account</button>`)}
    </aside>
  `;
}
