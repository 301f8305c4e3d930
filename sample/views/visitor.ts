import type { FlashMessage, Session, SessionUser } from 'nestjs-session-auth';
import { countOf, linesOf } from '../cart/cart.js';
import { html, type Html } from './html.js';
import type { PostForm } from './post-form.js';

/** What every page shows of its reader. */
export interface Visitor {
  readonly user: SessionUser | null;
  readonly cartCount: number;
  /** Taken out of the session: each is shown once. */
  readonly flashes: readonly FlashMessage[];
  /** On every page of whoever is logged in; `null` for guests. */
  readonly logout: Html | null;
}

/** The page's reader. Takes the flash messages, so it is asked once a page, and last. */
export function visitorOf(session: Session, user: SessionUser | null, form: PostForm): Visitor {
  const logout = user && form('/logout', html`<button class="button button--quiet">Log out</button>`, 'logout');
  return { user, cartCount: countOf(linesOf(session.cart)), flashes: session.flashes(), logout };
}
