import type { SessionUser } from 'nestjs-session-auth';
import { demoAccounts } from '../accounts/demo-accounts.js';
import { html, type Html } from '../views/html.js';
import { passwordField } from '../views/password-field.js';
import type { PostForm } from '../views/post-form.js';

export interface LoginForm {
  /** A path of this site. */
  readonly next: string;
  readonly email: string;
  /** Whether "Keep me logged in" is ticked. */
  readonly remember: boolean;
  readonly refused: boolean;
  /** The user who is already logged in. */
  readonly user: SessionUser | null;
}

function note({ refused, user }: LoginForm): Html | null {
  if (refused) {
    return html`<p class="flash flash--error" id="refused" role="alert">Wrong e-mail address or password.</p>`;
  }
  if (user === null) return null;
  return html`<p class="flash flash--info">You are logged in as ${user.name}. <a href="/account">Your account</a></p>`;
}

function fields({ next, email, remember, refused }: LoginForm): Html {
  const invalid = refused && html`aria-invalid="true" aria-describedby="refused"`;
  return html`
    <input type="hidden" name="next" value="${next}" />
    <div class="form__field">
      <label for="email">E-mail address</label>
      <input
        class="input"
        id="email"
        type="email"
        name="email"
        value="${email}"
        autocomplete="username"
        required
        ${invalid}
      />
    </div>
    ${passwordField(refused)}
    <div class="check">
      <input
        class="check__box"
        id="remember"
        type="checkbox"
        name="remember"
        aria-describedby="remember-effect"
        ${remember && html`checked`}
      />
      <label for="remember">Keep me logged in</label>
      <p class="quiet" id="remember-effect">Even after you close the browser. Do not use this on a shared computer.</p>
    </div>
    <button class="button button--wide">Log in</button>
  `;
}

function accountsToTry(): Html {
  return html`
    <section class="card login__demo" aria-labelledby="demo-title">
      <h2 id="demo-title">Demo accounts</h2>
      <p class="quiet">This is a sample, so its passwords are public. The server stores only their scrypt hashes.</p>
      <dl class="facts">
        ${demoAccounts.map(
          ({ email, password, roles }) =>
            html`<div>
              <dt>${email}${roles.length > 0 && html` (${roles.join(', ')})`}</dt>
              <dd><code>${password}</code></dd>
            </div>`,
        )}
      </dl>
    </section>
  `;
}

export function loginView(shown: LoginForm): (form: PostForm) => Html {
  return (form) => html`
    <div class="login">
      <section class="card login__form" aria-labelledby="login-title">
        <h1 id="login-title">Log in</h1>
        ${note(shown)} ${form('/login', fields(shown), 'form')}
      </section>
      ${accountsToTry()}
    </div>
  `;
}
