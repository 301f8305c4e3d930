import type { SessionUser } from 'nestjs-session-auth';
import { html, type Html } from '../views/html.js';
import type { PostForm } from '../views/post-form.js';

export type EmailProblem = 'malformed' | 'taken';

const problems: Readonly<Record<EmailProblem, string>> = {
  malformed: 'That is no e-mail address.',
  taken: 'Another account has that address.',
};

/** @param email what was typed before. */
export function emailView(user: SessionUser, email: string, problem: EmailProblem | null): (form: PostForm) => Html {
  const invalid = problem !== null && html`aria-invalid="true" aria-describedby="refused"`;
  return (form) => html`
    <section class="card narrow" aria-labelledby="email-title">
      <h1 id="email-title">Your e-mail address</h1>
      <p class="quiet">
        Now it is <strong>${user.email}</strong>. When the shop is started again, it will be so again.
      </p>
      ${problem !== null && html`<p class="flash flash--error" id="refused" role="alert">${problems[problem]}</p>`}
      ${form(
        '/account/email',
        html`
          <div class="form__field">
            <label for="email">The new one</label>
            <input
              class="input"
              id="email"
              type="email"
              name="email"
              value="${email}"
              autocomplete="email"
              required
              ${invalid}
            />
          </div>
          <button class="button button--wide">Change it</button>
        `,
        'form',
      )}
      <p><a href="/account">Rather not</a></p>
    </section>
  `;
}
