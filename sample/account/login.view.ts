import type { SessionUser } from 'nestjs-session-auth';
import { html, type Html } from '../views/html.js';
import { demoAccounts } from './accounts.service.js';

export interface LoginForm {
  /** A path of this site. */
  readonly next: string;
  /** Whether a page was asked for that needs a login. */
  readonly asked: boolean;
  readonly email: string;
  readonly refused: boolean;
  /** Who is logged in already. */
  readonly user: SessionUser | null;
}

function note({ refused, asked, user }: LoginForm): Html | null {
  if (refused) {
    return html`<p class="flash flash--error" id="refused" role="alert">
      That address and password do not fit together.
    </p>`;
  }
  if (user) {
    return html`<p class="flash flash--info">
      You are logged in as ${user.name}. <a href="/account">Your account</a>
    </p>`;
  }
  return asked ? html`<p class="flash flash--info">Please log in to see this page.</p>` : null;
}

export function loginView(form: LoginForm): Html {
  const invalid = form.refused && html`aria-invalid="true" aria-describedby="refused"`;
  return html`
    <div class="login">
      <section class="card login__form" aria-labelledby="login-title">
        <h1 id="login-title">Log in</h1>
        ${note(form)}
        <form class="form" method="post" action="/login">
          <input type="hidden" name="next" value="${form.next}" />
          <div class="form__field">
            <label for="email">E-mail address</label>
            <input
              class="input"
              id="email"
              type="email"
              name="email"
              value="${form.email}"
              autocomplete="username"
              required
              ${invalid}
            />
          </div>
          <div class="form__field">
            <label for="password">Password</label>
            <input
              class="input"
              id="password"
              type="password"
              name="password"
              autocomplete="current-password"
              required
              ${invalid}
            />
          </div>
          <button class="button button--wide">Log in</button>
        </form>
      </section>
      <section class="card login__demo" aria-labelledby="demo-title">
        <h2 id="demo-title">Accounts to try</h2>
        <p class="quiet">
          This is a sample, so its passwords are no secret. The server keeps only their scrypt hashes.
        </p>
        <dl class="facts">
          ${demoAccounts.map(
            ({ email, password }) =>
              html`<div>
                <dt>${email}</dt>
                <dd><code>${password}</code></dd>
              </div>`,
          )}
        </dl>
      </section>
    </div>
  `;
}
