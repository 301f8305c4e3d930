import type { Session, SessionUser } from 'nestjs-session-auth';
import { formatDistance, formatJson, formatTime } from '../views/format.js';
import { html, type Html } from '../views/html.js';
import type { PostForm } from '../views/post-form.js';
import { parallelView } from './parallel.view.js';
import type { StoragePlace } from '../settings.js';
import { describeSession, type SessionDescription } from './session-description.js';

function moment(time: Date, now: Date): Html {
  return html`<time datetime="${time.toISOString()}">${formatTime(time)}</time>
    <span class="quiet together">(${formatDistance(time, now)})</span>`;
}

function facts(session: SessionDescription, user: SessionUser | null, now: Date): Html {
  return html`
    <dl class="facts facts--wide">
      <div>
        <dt>Public id</dt>
        <dd><code data-public-id>${session.publicId}</code></dd>
      </div>
      <div>
        <dt>State</dt>
        <dd data-state>${session.isNew ? 'new: nothing is stored, and there is no cookie' : 'stored'}</dd>
      </div>
      <div>
        <dt>Belongs to</dt>
        <dd data-owner>${user ? user.email : 'nobody in particular'}</dd>
      </div>
      <div>
        <dt>Began</dt>
        <dd>${moment(session.createdAt, now)}</dd>
      </div>
      <div>
        <dt>Ends if unused</dt>
        <dd>${moment(session.expiresAt, now)}</dd>
      </div>
      <div>
        <dt>Cookie</dt>
        <dd data-permanent="${session.permanent ? 'yes' : 'no'}">
          ${session.permanent ? 'permanent: it stays when the browser is closed' : 'ends with the browser'}
        </dd>
      </div>
      <div>
        <dt>Store</dt>
        <dd data-store>${session.store.type}</dd>
      </div>
      <div>
        <dt>Where</dt>
        <dd><code class="break">${session.store.location}</code></dd>
      </div>
    </dl>
  `;
}

function action(form: PostForm, path: string, label: string, effect: string, look = 'button--quiet'): Html {
  const id = `effect-${path}`;
  return html`
    <li>
      ${form(`/session/${path}`, html`<button class="button ${look}" aria-describedby="${id}">${label}</button>`)}
      <p class="quiet" id="${id}">${effect}</p>
    </li>
  `;
}

function actions(session: SessionDescription, form: PostForm): Html {
  // A form needs a session that its token belongs to, and to look must not begin one.
  if (session.isNew) {
    return html`<p class="quiet">There is no session yet: <a href="/">the shop window</a> begins one.</p>`;
  }
  return html`
    <ul class="actions">
      ${action(
        form,
        'permanent',
        session.permanent ? 'Make it end with the browser' : 'Make it permanent',
        session.permanent ? 'The cookie loses its Max-Age.' : 'The cookie gets a Max-Age, and outlives the browser.',
      )}
      ${action(form, 'regenerate', 'Change the id', 'A new secret id, the same data. What a login does by itself.')}
      ${action(form, 'clear', 'Clear the data', 'Visits and cart go; a login stays.')}
      ${action(form, 'destroy', 'End the session', 'Record, login and cookie are gone at once.', 'button--danger')}
    </ul>
  `;
}

export function inspectorView(
  session: Session,
  store: StoragePlace,
  user: SessionUser | null,
  now: Date,
  form: PostForm,
): Html {
  const description = describeSession(session, store);
  return html`
    <h1>Your session</h1>
    <p class="lead">
      What the server keeps about you between two pages, and where. The cookie in your browser holds a signed random id
      with its times, and nothing else; the id itself is not on this page, and the store has only its hash.
    </p>
    <div class="columns">
      <section class="card" aria-labelledby="facts-title">
        <h2 id="facts-title">Facts</h2>
        ${facts(description, user, now)}
      </section>
      <section class="card" aria-labelledby="data-title">
        <h2 id="data-title">Data</h2>
        <pre
          class="data"
          tabindex="0"
          aria-labelledby="data-title"
        ><code data-session-data>${formatJson(description.data)}</code></pre>
      </section>
      <section class="card" aria-labelledby="actions-title">
        <h2 id="actions-title">Change it</h2>
        ${actions(description, form)}
      </section>
      ${description.isNew ? null : parallelView(session, form)}
    </div>
  `;
}
