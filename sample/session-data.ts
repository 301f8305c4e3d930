import type { Cart } from './cart/cart.js';

/** What this application keeps in a session, and who its users are: declared once, known everywhere. */
declare module 'nestjs-session-auth' {
  interface SessionData {
    /** How often the visitor has seen the shop window. */
    visits?: number;
    /** How many of each product are in the cart. */
    cart?: Cart;
    /** What the twenty parallel requests of the inspector left behind, one number each. */
    stamps?: number[];
    /** The last run of twenty parallel requests. */
    parallel?: { sent: number; answered: number; tookMs: number };
  }

  interface SessionUser {
    id: string;
    email: string;
    name: string;
    /** What `@Roles()` goes by. */
    roles: readonly string[];
  }
}
