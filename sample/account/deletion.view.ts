import { html, type Html } from '../views/html.js';
import type { PostForm } from '../views/post-form.js';

export function deletionView(form: PostForm): Html {
  return html`
    <section class="card narrow" aria-labelledby="deletion-title">
      <h1 id="deletion-title">Delete the account</h1>
      <p class="quiet">
        You are logged out everywhere, at once, and nobody can log in to it any more. This is a sample: when it is
        started again, the account is back.
      </p>
      ${form('/account/deletion', html`<button class="button button--danger">Delete the account</button>`)}
      <p><a href="/account">Rather not</a></p>
    </section>
  `;
}
