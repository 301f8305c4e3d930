import type { Session } from 'nestjs-session-auth';
import { findProduct, type Product } from '../shop/catalogue.js';

/** The quantity of each product, by sku. */
export type Cart = Record<string, number>;

/** The most that a cart holds of one product. */
export const maxQuantity = 20;

export interface CartLine {
  readonly product: Product;
  readonly quantity: number;
  /** In cents. */
  readonly total: number;
}

/** The lines of the cart, in the order in which they were added, without products that are no longer sold. */
export function linesOf(cart: Cart | undefined): readonly CartLine[] {
  return Object.entries(cart ?? {}).flatMap(([sku, quantity]) => {
    const product = findProduct(sku);
    return product ? [{ product, quantity, total: product.price * quantity }] : [];
  });
}

/** How many items are in the cart. */
export function countOf(lines: readonly CartLine[]): number {
  return lines.reduce((count, line) => count + line.quantity, 0);
}

/** The total price of the cart, in cents. */
export function totalOf(lines: readonly CartLine[]): number {
  return lines.reduce((total, line) => total + line.total, 0);
}

/**
 * Adds `quantity` of the product to the cart. It uses `mutate` because the result depends on what is there: if a second tab
 * adds something at the same time, the function runs again on the newer cart.
 */
export function addToCart(session: Session, product: Product, quantity: number): void {
  session.mutate('cart', (cart = {}) => ({
    ...cart,
    [product.sku]: Math.min((cart[product.sku] ?? 0) + quantity, maxQuantity),
  }));
}

/** Sets the quantity of the product; 0 removes it. A plain assignment is enough: the session notices the change. */
export function setQuantity(session: Session, product: Product, quantity: number): void {
  const cart = (session.cart ??= {});
  if (quantity > 0) cart[product.sku] = Math.min(quantity, maxQuantity);
  else Reflect.deleteProperty(cart, product.sku);
}

export function emptyCart(session: Session): void {
  delete session.cart;
}
