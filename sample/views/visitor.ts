import type { FlashMessage, Session, SessionUser } from 'nestjs-session-auth';
import { countOf, linesOf } from '../cart/cart.js';

/** What every page shows of its reader. */
export interface Visitor {
  readonly user: SessionUser | null;
  readonly cartCount: number;
  /** Taken out of the session: each is shown once. */
  readonly flashes: readonly FlashMessage[];
}

/** The page's reader. Takes the flash messages, so it is asked once a page, and last. */
export function visitorOf(session: Session, user: SessionUser | null): Visitor {
  return { user, cartCount: countOf(linesOf(session.cart)), flashes: session.flashes() };
}
