import type { SessionUser } from 'nestjs-session-auth';
import { html, type Html } from '../views/html.js';
import { passwordField } from '../views/password-field.js';
import type { PostForm } from '../views/post-form.js';
import { confirmedActions, type ConfirmedAction } from './confirmed-actions.js';

export interface ConfirmForm {
  /** A path of this site. */
  readonly next: string;
  /** What it is for; `undefined`: for no one thing. */
  readonly action: ConfirmedAction | undefined;
  readonly refused: boolean;
  readonly user: SessionUser;
}

function reason(action: ConfirmedAction | undefined): Html {
  if (action === undefined) return html`This page is for who has typed the password a short while ago.`;
  return html`You are about to <strong>${confirmedActions[action]}</strong>. Your password opens that, for five minutes,
    and no other such page.`;
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
    <button class="button button--wide">Go on</button>
  `;
}

export function confirmView(shown: ConfirmForm): (form: PostForm) => Html {
  return (form) => html`
    <section class="card narrow" aria-labelledby="confirm-title">
      <h1 id="confirm-title">Is it you?</h1>
      <p class="quiet" data-reason="${shown.action ?? ''}">${reason(shown.action)}</p>
      ${
        shown.refused &&
        html`<p class="flash flash--error" id="refused" role="alert">That is not the password of this account.</p>`
      }
      ${form('/confirm', fields(shown), 'form')}
      <p><a href="/account">Rather not</a></p>
    </section>
  `;
}
