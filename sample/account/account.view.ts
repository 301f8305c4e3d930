import type { SessionUser } from 'nestjs-session-auth';
import { html, type Html } from '../views/html.js';

export interface AccountFacts {
  readonly visits: number;
  readonly cartCount: number;
  readonly publicId: string;
}

export function accountView(user: SessionUser, { visits, cartCount, publicId }: AccountFacts): Html {
  return html`
    <h1>Hello, ${user.name}</h1>
    <div class="columns">
      <section class="card" aria-labelledby="who-title">
        <h2 id="who-title">Your account</h2>
        <dl class="facts">
          <div>
            <dt>Name</dt>
            <dd>${user.name}</dd>
          </div>
          <div>
            <dt>E-mail</dt>
            <dd data-email>${user.email}</dd>
          </div>
        </dl>
        <form method="post" action="/logout"><button class="button button--quiet">Log out</button></form>
      </section>
      <section class="card" aria-labelledby="here-title">
        <h2 id="here-title">In this session</h2>
        <dl class="facts">
          <div>
            <dt>Visits to the shop window</dt>
            <dd>${visits}</dd>
          </div>
          <div>
            <dt>In your cart</dt>
            <dd>${cartCount}</dd>
          </div>
          <div>
            <dt>Public id</dt>
            <dd><code>${publicId}</code></dd>
          </div>
        </dl>
        <p class="quiet">The login changed the session's secret id. What was in the cart came along.</p>
        <p><a href="/session">Look into the session</a></p>
      </section>
    </div>
  `;
}
