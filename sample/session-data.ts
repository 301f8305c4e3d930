import type { Account } from 'nestjs-session-auth/accounts';
import type { Cart } from './cart/cart.js';

/** What this application keeps in a session, and what a user is: declared once, typed everywhere. */
declare module 'nestjs-session-auth' {
  interface SessionData {
    /** How often the visitor has opened the shop. */
    visits?: number;
    /** The quantity of each product in the cart. */
    cart?: Cart;
    /** One number for each of the inspector's twenty parallel requests. */
    stamps?: number[];
    /** The last run of twenty parallel requests. */
    parallel?: { sent: number; answered: number; tookMs: number };
  }

  interface SessionUser extends Account {
    /** From the data of the account: whoever registers has none. */
    readonly name?: string | undefined;
  }
}
