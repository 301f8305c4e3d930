import type { SessionUser } from 'nestjs-session-auth';
import { html, type Html } from '../views/html.js';

export interface AccountFacts {
  readonly visits: number;
  readonly cartCount: number;
  readonly publicId: string;
  /** Whether remember-me restored the login, so that nobody entered a password in this session. */
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
        ${
          user.name !== undefined &&
          html`<div>
            <dt>Name</dt>
            <dd>${user.name}</dd>
          </div>`
        }
        <div>
          <dt>Email</dt>
          <dd data-email>${user.email}</dd>
        </div>
      </dl>
      <ul class="links">
        ${link('/devices', 'Your devices', 'See where you are logged in. Asks for your password, unless you entered it recently.')}
        ${link('/auth/account/password', 'Change your password', 'Logs out your other devices.')}
        ${link('/auth/factors', 'Your second factors', 'A code from your phone, in addition to the password.')}
        ${link('/auth/passkeys', 'Your passkeys', 'Log in without a password.')}
        ${link('/auth/oauth', 'Sign-in with other providers', 'Log in with an account that you have elsewhere.')}
        ${link('/auth/api-keys', 'Your API keys', 'For programs that use the shop for you.')}
        ${link('/account/email', 'Change your email address', 'Asks for your password for this action only.')}
        ${link('/account/deletion', 'Delete your account', 'Asks for your password for this action only.')}
        ${
          user.roles.includes('admin') &&
          html`${link('/admin', 'All logins', 'Only for admins.')}
          ${link('/auth/admin/accounts', 'All accounts', 'Search and disable accounts, set roles, invite people. Only for admins.')}`
        }
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
          <dt>Logged in with</dt>
          <dd data-login="${isRestored ? 'remembered' : 'password'}">
            ${isRestored ? 'remember-me on this browser' : 'password'}
          </dd>
        </div>
        <div>
          <dt>Visits to the shop</dt>
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
      <p class="quiet">Your login gave the session a new secret id and kept your cart.</p>
      <p><a href="/session">Show session details</a></p>
    </section>
  `;
}

export function accountView(user: SessionUser, facts: AccountFacts): Html {
  return html`
    <h1>Hello, ${user.name ?? user.email}</h1>
    <div class="columns">${account(user)} ${session(facts)}</div>
  `;
}
