import { formatDuration } from '../views/format.js';
import { html, type Html } from '../views/html.js';

/** @param seconds how long to wait. @param back the form that was sent. */
export function tooManyAttemptsView(seconds: number, back: string): Html {
  return html`
    <div class="card empty">
      <h1>Too many tries</h1>
      <p class="quiet">
        The password of this account was typed wrong too often, by whomever. So your last try was not even looked at.
      </p>
      <p class="empty__wait" role="status" data-wait="${seconds}">Wait <strong>${formatDuration(seconds)}</strong>.</p>
      <p class="quiet">
        Each further wrong password doubles the wait. A browser that has logged in before is not held up.
      </p>
      <p><a class="button" href="${back}">Back to the form</a></p>
    </div>
  `;
}
