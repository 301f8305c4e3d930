import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { Session } from 'nestjs-session-auth';
import { productOf, quantityOf } from '../cart/cart-input.js';
import { addToCart, countOf, emptyCart, linesOf, setQuantity, totalOf, type Cart } from '../cart/cart.js';
import { field } from '../views/form.js';

/** A cart as JSON. Amounts are in cents. */
export interface CartDto {
  readonly lines: readonly { sku: string; name: string; price: number; quantity: number; total: number }[];
  readonly count: number;
  readonly total: number;
  readonly currency: 'EUR';
}

function cartDto(cart: Cart | undefined): CartDto {
  const lines = linesOf(cart);
  return {
    lines: lines.map(({ product: { sku, name, price }, quantity, total }) => ({ sku, name, price, quantity, total })),
    count: countOf(lines),
    total: totalOf(lines),
    currency: 'EUR',
  };
}

@Controller('api/cart')
export class CartApiController {
  @Get()
  show(@Session('cart') cart: Cart | undefined): CartDto {
    return cartDto(cart);
  }

  @Post()
  add(@Body() body: unknown, @Session() session: Session): CartDto {
    addToCart(session, productOf(field(body, 'sku')), quantityOf(body, 1, 1));
    return cartDto(session.cart);
  }

  @Patch(':sku')
  change(@Param('sku') sku: string, @Body() body: unknown, @Session() session: Session): CartDto {
    setQuantity(session, productOf(sku), quantityOf(body, 0));
    return cartDto(session.cart);
  }

  @Delete(':sku')
  remove(@Param('sku') sku: string, @Session() session: Session): CartDto {
    setQuantity(session, productOf(sku), 0);
    return cartDto(session.cart);
  }

  @Delete()
  empty(@Session() session: Session): CartDto {
    emptyCart(session);
    return cartDto(session.cart);
  }
}
