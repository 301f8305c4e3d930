import { html, type Html } from '../views/html.js';
import type { PostForm } from '../views/post-form.js';

export function deletionView(form: PostForm): Html {
  return html`
    <section class="card narrow" aria-labelledby="deletion-title">
      <h1 id="deletion-title">Delete your account</h1>
      <p class="quiet">
        This logs you out everywhere, and you cannot log in to this account again. In this sample, a demo account is
        back after a restart.
      </p>
      ${form('/account/deletion', html`<button class="button button--danger">Delete account</button>`)}
      <p><a href="/auth/account">Cancel</a></p>
    </section>
  `;
}
