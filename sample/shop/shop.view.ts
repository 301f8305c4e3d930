import { formatMoney, formatOrdinal } from '../views/format.js';
import { html, type Html } from '../views/html.js';
import type { PostForm } from '../views/post-form.js';
import { allProducts, type Product } from './catalogue.js';

function productCard(product: Product, form: PostForm): Html {
  return html`
    <li class="card product">
      <div class="tile tile--${product.tone}">${product.picture}</div>
      <div class="product__text">
        <h2 class="product__name">${product.name}</h2>
        <p class="product__description">${product.description}</p>
      </div>
      ${form(
        '/cart/add',
        html`
          <span class="price">${formatMoney(product.price)}</span>
          <input type="hidden" name="sku" value="${product.sku}" />
          <button class="button" aria-label="Add to cart: ${product.name}">Add to cart</button>
        `,
        'product__buy',
      )}
    </li>
  `;
}

export function shopView(visits: number, form: PostForm): Html {
  return html`
    <section class="hero" aria-labelledby="hero-title">
      <h1 id="hero-title">Things for a quiet evening</h1>
      <p class="lead">
        Six products, made to last. Add what you like to your cart, and the server remembers it for you.
      </p>
      <p class="visits" data-visits="${visits}">
        ${visits === 1 ? 'Welcome! This is your first visit.' : html`This is your <strong>${formatOrdinal(visits)}</strong> visit.`}
      </p>
    </section>
    <ul class="products" aria-label="Products">
      ${allProducts().map((product) => productCard(product, form))}
    </ul>
  `;
}
