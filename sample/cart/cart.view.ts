import { formatCount, formatMoney } from '../views/format.js';
import { html, type Html } from '../views/html.js';
import type { PostForm } from '../views/post-form.js';
import { countOf, maxQuantity, totalOf, type CartLine } from './cart.js';

function cartLine({ product, quantity, total }: CartLine, form: PostForm): Html {
  const id = `quantity-${product.sku}`;
  return html`
    <li class="card cart-line" data-sku="${product.sku}">
      <div class="tile tile--small tile--${product.tone}">${product.picture}</div>
      <div class="cart-line__text">
        <h2 class="cart-line__name">${product.name}</h2>
        <p class="quiet">${formatMoney(product.price)} each</p>
      </div>
      ${form(
        '/cart/change',
        html`
          <input type="hidden" name="sku" value="${product.sku}" />
          <label for="${id}"><span class="visually-hidden">${product.name}: </span>Quantity</label>
          <input
            class="input input--number"
            id="${id}"
            type="number"
            name="quantity"
            value="${quantity}"
            min="0"
            max="${maxQuantity}"
            inputmode="numeric"
            required
          />
          <button class="button button--quiet" aria-label="Update the quantity of ${product.name}">Update</button>
        `,
        'cart-line__quantity',
      )}
      <p class="price cart-line__total">${formatMoney(total)}</p>
      ${form(
        '/cart/remove',
        html`
          <input type="hidden" name="sku" value="${product.sku}" />
          <button class="button button--plain" aria-label="Remove ${product.name} from the cart">Remove</button>
        `,
        'cart-line__remove',
      )}
    </li>
  `;
}

function emptyCartView(): Html {
  return html`
    <div class="card empty">
      <h1>Your cart is empty</h1>
      <p class="quiet">You have not added anything yet.</p>
      <p><a class="button" href="/">Go to the shop</a></p>
    </div>
  `;
}

export function cartView(lines: readonly CartLine[], form: PostForm): Html {
  if (lines.length === 0) return emptyCartView();
  return html`
    <h1>Your cart</h1>
    <div class="cart">
      <ul class="cart__lines" aria-label="Cart">
        ${lines.map((line) => cartLine(line, form))}
      </ul>
      <section class="card cart__summary" aria-labelledby="summary-title">
        <h2 id="summary-title">Summary</h2>
        <dl class="facts facts--sum">
          <div>
            <dt>${formatCount(countOf(lines), 'item')}</dt>
            <dd>${formatMoney(totalOf(lines))}</dd>
          </div>
          <div>
            <dt>Delivery</dt>
            <dd>free</dd>
          </div>
          <div class="facts__total">
            <dt>Total</dt>
            <dd data-total>${formatMoney(totalOf(lines))}</dd>
          </div>
        </dl>
        <p class="quiet">This shop is a sample. It sells nothing and has no checkout.</p>
        ${form('/cart/empty', html`<button class="button button--plain">Empty cart</button>`)}
      </section>
    </div>
  `;
}
