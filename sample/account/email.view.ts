import type { SessionUser } from 'nestjs-session-auth';
import { html, type Html } from '../views/html.js';
import type { PostForm } from '../views/post-form.js';

export type EmailProblem = 'malformed' | 'taken';

const problems: Readonly<Record<EmailProblem, string>> = {
  malformed: 'Enter a valid email address.',
  taken: 'Another account uses this address.',
};

/** @param email what the user entered before. */
export function emailView(user: SessionUser, email: string, problem: EmailProblem | null): (form: PostForm) => Html {
  const invalid = problem !== null && html`aria-invalid="true" aria-describedby="refused"`;
  return (form) => html`
    <section class="card narrow" aria-labelledby="email-title">
      <h1 id="email-title">Change your email address</h1>
      <p class="quiet">Your current address is <strong>${user.email}</strong>.</p>
      ${problem !== null && html`<p class="flash flash--error" id="refused" role="alert">${problems[problem]}</p>`}
      ${form(
        '/account/email',
        html`
          <div class="form__field">
            <label for="email">New address</label>
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
          <button class="button button--wide">Change address</button>
        `,
        'form',
      )}
      <p><a href="/auth/account">Cancel</a></p>
    </section>
  `;
}
