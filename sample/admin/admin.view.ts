import type { SessionUser } from 'nestjs-session-auth';
import { formatCount } from '../views/format.js';
import { html, type Html } from '../views/html.js';
import type { PostForm } from '../views/post-form.js';

export interface AccountRow {
  readonly account: SessionUser;
  /** How many devices it is logged in at. */
  readonly logins: number;
}

function row({ account, logins }: AccountRow, form: PostForm): Html {
  return html`
    <li class="row" data-account="${account.id}" data-logins="${logins}">
      <div>
        <h3 class="row__name">${account.name}</h3>
        <p class="quiet break">${account.email}</p>
      </div>
      <p class="row__count">${formatCount(logins, 'login')}</p>
      ${form(
        '/admin/logout-user',
        html`
          <input type="hidden" name="user" value="${account.id}" />
          <button class="button button--quiet" aria-label="Log out ${account.name}">Log out</button>
        `,
      )}
    </li>
  `;
}

export function adminView(rows: readonly AccountRow[]): (form: PostForm) => Html {
  return (form) => html`
    <h1>Everybody’s logins</h1>
    <p class="lead">For the role admin. Whoever else asks for this page gets a 403.</p>
    <div class="columns">
      <section class="card" aria-labelledby="accounts-title">
        <h2 id="accounts-title">By account</h2>
        <ul class="rows">
          ${rows.map((each) => row(each, form))}
        </ul>
        <p class="quiet">Your own session here goes on, whatever you end of yourself.</p>
      </section>
      <section class="card" aria-labelledby="everybody-title">
        <h2 id="everybody-title">All at once</h2>
        <p class="quiet">
          A single time is written down, and no login of before it counts any more: those on paper in a drawer as much
          as remembered browsers, and yours, too.
        </p>
        ${form('/admin/logout-everyone', html`<button class="button button--danger">Log out everybody</button>`)}
      </section>
    </div>
  `;
}
