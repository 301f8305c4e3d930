import type { Session } from 'nestjs-session-auth';
import { html, type Html } from '../views/html.js';
import type { PostForm } from '../views/post-form.js';
import { parallelRequests } from './parallel-updates.service.js';

function lastRun(session: Session): Html | null {
  if (!session.parallel) return null;
  const stamps = new Set(session.stamps);
  const { sent, tookMs } = session.parallel;
  return html`
    <p class="result" role="status" data-kept="${stamps.size}" data-sent="${sent}">
      <strong>${stamps.size} of ${sent}</strong> changes were kept, in ${tookMs} ms.
    </p>
    <ol class="stamps" aria-hidden="true">
      ${Array.from({ length: sent }, (_, index) => html`<li class="stamp ${stamps.has(index + 1) && 'stamp--kept'}"></li>`)}
    </ol>
  `;
}

export function parallelView(session: Session, form: PostForm): Html {
  return html`
    <section class="card" aria-labelledby="parallel-title">
      <h2 id="parallel-title">Twenty parallel requests</h2>
      <p class="quiet">
        The server sends itself ${parallelRequests} requests at once, all with your cookie. Each one reads the session,
        works for a moment, and adds its own stamp. If the last write won, only one stamp would be left.
      </p>
      ${lastRun(session)} ${form('/session/parallel', html`<button class="button">Send requests</button>`)}
    </section>
  `;
}
