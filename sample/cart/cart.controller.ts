import { Body, Controller, Get, Header, Post, Redirect } from '@nestjs/common';
import { CurrentUser, Session, type SessionUser } from 'nestjs-session-auth';
import { field } from '../views/form.js';
import { PagesService } from '../views/pages.service.js';
import { productOf, quantityOf } from './cart-input.js';
import { addToCart, emptyCart, linesOf, setQuantity } from './cart.js';
import { cartView } from './cart.view.js';

/** Every change answers with a redirect, so that a reload does not repeat it, and reports the result in a flash message. */
@Controller('cart')
export class CartController {
  constructor(private readonly pages: PagesService) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  show(@Session() session: Session, @CurrentUser() user: SessionUser | null): string {
    const lines = linesOf(session.cart);
    return this.pages.render({ title: 'Cart', current: 'cart', main: (form) => cartView(lines, form) }, session, user);
  }

  @Post('add')
  @Redirect('/cart', 303)
  add(@Body() body: unknown, @Session() session: Session): void {
    const product = productOf(field(body, 'sku'));
    addToCart(session, product, quantityOf(body, 1, 1));
    session.flash('success', `Added to your cart: ${product.name}.`);
  }

  @Post('change')
  @Redirect('/cart', 303)
  change(@Body() body: unknown, @Session() session: Session): void {
    const product = productOf(field(body, 'sku'));
    const quantity = quantityOf(body, 0);
    setQuantity(session, product, quantity);
    if (quantity > 0) session.flash('success', `${product.name}: you now have ${String(quantity)} in your cart.`);
    else session.flash('info', `Removed from your cart: ${product.name}.`);
  }

  @Post('remove')
  @Redirect('/cart', 303)
  remove(@Body() body: unknown, @Session() session: Session): void {
    const product = productOf(field(body, 'sku'));
    setQuantity(session, product, 0);
    session.flash('info', `Removed from your cart: ${product.name}.`);
  }

  @Post('empty')
  @Redirect('/cart', 303)
  empty(@Session() session: Session): void {
    emptyCart(session);
    session.flash('info', 'Your cart is now empty.');
  }
}
