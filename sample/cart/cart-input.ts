import { BadRequestException, NotFoundException } from '@nestjs/common';
import { findProduct, type Product } from '../shop/catalogue.js';
import { field } from '../views/form.js';
import { maxQuantity } from './cart.js';

/** The product with this `sku`. @throws NotFoundException if the shop has no such product. */
export function productOf(sku: unknown): Product {
  const product = typeof sku === 'string' ? findProduct(sku) : undefined;
  if (!product) throw new NotFoundException('The shop has no such product.');
  return product;
}

/**
 * The quantity in a form or a JSON body.
 *
 * @throws BadRequestException if it is not a whole number between `least` and {@link maxQuantity}.
 */
export function quantityOf(body: unknown, least: 0 | 1, otherwise?: number): number {
  const given = field(body, 'quantity');
  if (given === undefined && otherwise !== undefined) return otherwise;
  const quantity = typeof given === 'string' && /^\d{1,4}$/.test(given) ? Number(given) : given;
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < least || quantity > maxQuantity) {
    throw new BadRequestException(
      `The quantity must be a whole number from ${String(least)} to ${String(maxQuantity)}.`,
    );
  }
  return quantity;
}
