import type { SessionUser } from 'nestjs-session-auth';
import { html, type Html } from '../views/html.js';
import { passwordField } from '../views/password-field.js';
import type { PostForm } from '../views/post-form.js';
import { confirmedActions, type ConfirmedAction } from './confirmed-actions.js';

export interface ConfirmForm {
  /** A path of this site. */
  readonly next: string;
  /** What the password is asked for; `undefined` for no action in particular. */
  readonly action: ConfirmedAction | undefined;
  readonly refused: boolean;
  readonly user: SessionUser;
}

function reason(action: ConfirmedAction | undefined): Html {
  if (action === undefined) return html`To continue, enter your password again.`;
  return html`You are about to <strong>${confirmedActions[action]}</strong>. Your password allows this action, and no
    other, for five minutes.`;
}

function fields({ next, action, refused, user }: ConfirmForm): Html {
  return html`
    <input type="hidden" name="next" value="${next}" />
    ${action !== undefined && html`<input type="hidden" name="action" value="${action}" />`}
    <div class="form__field">
      <label for="email">E-mail address</label>
      <input class="input" id="email" type="email" value="${user.email}" autocomplete="username" readonly />
    </div>
    ${passwordField(refused)}
    <button class="button button--wide">Continue</button>
  `;
}

export function confirmView(shown: ConfirmForm): (form: PostForm) => Html {
  return (form) => html`
    <section class="card narrow" aria-labelledby="confirm-title">
      <h1 id="confirm-title">Confirm your password</h1>
      <p class="quiet" data-reason="${shown.action ?? ''}">${reason(shown.action)}</p>
      ${shown.refused && html`<p class="flash flash--error" id="refused" role="alert">Wrong password.</p>`}
      ${form('/confirm', fields(shown), 'form')}
      <p><a href="/account">Cancel</a></p>
    </section>
  `;
}
