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
        <dd data-state>${session.isNew ? 'new: nothing is stored yet, and you have no cookie' : 'stored'}</dd>
      </div>
      <div>
        <dt>User</dt>
        <dd data-owner>${user ? user.email : 'not logged in'}</dd>
      </div>
      <div>
        <dt>Started</dt>
        <dd>${moment(session.createdAt, now)}</dd>
      </div>
      <div>
        <dt>Expires if unused</dt>
        <dd>${moment(session.expiresAt, now)}</dd>
      </div>
      <div>
        <dt>Cookie</dt>
        <dd data-permanent="${session.permanent ? 'yes' : 'no'}">
          ${session.permanent ? 'permanent: stays when you close the browser' : 'deleted when you close the browser'}
        </dd>
      </div>
      <div>
        <dt>Store</dt>
        <dd data-store>${session.store.type}</dd>
      </div>
      <div>
        <dt>Location</dt>
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
  // A form's token needs a session, and viewing this page must not start one.
  if (session.isNew) {
    return html`<p class="quiet">You have no session yet. <a href="/">Visit the shop</a> to start one.</p>`;
  }
  return html`
    <ul class="actions">
      ${action(
        form,
        'permanent',
        session.permanent ? 'Make it temporary' : 'Make it permanent',
        session.permanent
          ? 'Removes Max-Age from the cookie.'
          : 'Adds Max-Age, so that the cookie stays when you close the browser.',
      )}
      ${action(form, 'regenerate', 'Change the id', 'New secret id, same data. A login does this automatically.')}
      ${action(form, 'clear', 'Clear the data', 'Removes visits and cart. You stay logged in.')}
      ${action(form, 'destroy', 'End the session', 'Deletes the data, the login and the cookie.', 'button--danger')}
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
      What the server remembers about you between requests, and where. The cookie in your browser holds only a signed
      random id and its timestamps. This page does not show the id, and the store has only its hash.
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
