import type { SessionUser } from 'nestjs-session-auth';
import { html, type Html } from '../views/html.js';

export interface AccountFacts {
  readonly visits: number;
  readonly cartCount: number;
  readonly publicId: string;
  /** Whether nobody has typed a password in this session. */
  readonly isRestored: boolean;
}

function link(href: string, label: string, effect: string): Html {
  return html`<li>
    <a href="${href}">${label}</a>
    <p class="quiet">${effect}</p>
  </li>`;
}

function account(user: SessionUser): Html {
  return html`
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
      <ul class="links">
        ${link('/devices', 'Your devices', 'Where you are logged in. Asks for your password, unless you typed it a short while ago.')}
        ${link('/account/email', 'Change the e-mail address', 'Asks for your password, for this alone.')}
        ${link('/account/deletion', 'Delete the account', 'Asks for your password, for this alone.')}
        ${user.roles.includes('admin') && link('/admin', 'Everybody’s logins', 'For the role admin.')}
      </ul>
    </section>
  `;
}

function session({ visits, cartCount, publicId, isRestored }: AccountFacts): Html {
  return html`
    <section class="card" aria-labelledby="here-title">
      <h2 id="here-title">In this session</h2>
      <dl class="facts">
        <div>
          <dt>Logged in by</dt>
          <dd data-login="${isRestored ? 'remembered' : 'password'}">
            ${isRestored ? 'this browser, which was remembered' : 'password'}
          </dd>
        </div>
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
      <p class="quiet">The login changed the session’s secret id. What was in the cart came along.</p>
      <p><a href="/session">Look into the session</a></p>
    </section>
  `;
}

export function accountView(user: SessionUser, facts: AccountFacts): Html {
  return html`
    <h1>Hello, ${user.name}</h1>
    <div class="columns">${account(user)} ${session(facts)}</div>
  `;
}
