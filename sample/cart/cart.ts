import type { Session } from 'nestjs-session-auth';
import { findProduct, type Product } from '../shop/catalogue.js';

/** How many of each product, by its sku. */
export type Cart = Record<string, number>;

/** The most of one product that a cart holds. */
export const maxQuantity = 20;

export interface CartLine {
  readonly product: Product;
  readonly quantity: number;
  /** In cents. */
  readonly total: number;
}

/** The cart's lines, in the order in which they were put in. A product that is no longer sold is left out. */
export function linesOf(cart: Cart | undefined): readonly CartLine[] {
  return Object.entries(cart ?? {}).flatMap(([sku, quantity]) => {
    const product = findProduct(sku);
    return product ? [{ product, quantity, total: product.price * quantity }] : [];
  });
}

/** How many things are in the cart. */
export function countOf(lines: readonly CartLine[]): number {
  return lines.reduce((count, line) => count + line.quantity, 0);
}

/** What the cart costs, in cents. */
export function totalOf(lines: readonly CartLine[]): number {
  return lines.reduce((total, line) => total + line.total, 0);
}

/**
 * Puts `quantity` more of the product into the cart. With `mutate`, because this depends on what is there: when a second
 * tab adds at the same time, the addition is done again on top of the other's.
 */
export function addToCart(session: Session, product: Product, quantity: number): void {
  session.mutate('cart', (cart = {}) => ({
    ...cart,
    [product.sku]: Math.min((cart[product.sku] ?? 0) + quantity, maxQuantity),
  }));
}

/** Sets how many of the product are in the cart; none removes it. A plain assignment: the session sees it by itself. */
export function setQuantity(session: Session, product: Product, quantity: number): void {
  const cart = (session.cart ??= {});
  if (quantity > 0) cart[product.sku] = Math.min(quantity, maxQuantity);
  else Reflect.deleteProperty(cart, product.sku);
}

export function emptyCart(session: Session): void {
  delete session.cart;
}
