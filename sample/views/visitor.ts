import type { FlashMessage, Session, SessionUser } from 'nestjs-session-auth';
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
}

/** The visitor of a page. `flashes` are the messages that the page shows. */
export function visitorOf(
  session: Session,
  user: SessionUser | null,
  flashes: readonly FlashMessage[],
  form: PostForm,
): Visitor {
  const logout = user && form('/auth/logout', html`<button class="button button--quiet">Log out</button>`, 'logout');
  return { user, cartCount: countOf(linesOf(session.cart)), flashes, logout };
}
