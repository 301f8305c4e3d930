import { formatDuration } from '../views/format.js';
import { html, type Html } from '../views/html.js';

/** @param seconds how long to wait. @param back the page with the form that was sent. */
export function tooManyAttemptsView(seconds: number, back: string): Html {
  return html`
    <div class="card empty">
      <h1>Too many attempts</h1>
      <p class="quiet">
        Someone, perhaps not you, entered too many wrong passwords for this account. Your last attempt was not checked.
      </p>
      <p class="empty__wait" role="status" data-wait="${seconds}">Wait <strong>${formatDuration(seconds)}</strong>.</p>
      <p class="quiet">
        Each further wrong password doubles the wait. A browser that you have logged in with before does not have to
        wait.
      </p>
      <p><a class="button" href="${back}">Back to the form</a></p>
    </div>
  `;
}
