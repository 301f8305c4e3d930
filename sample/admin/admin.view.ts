import type { SessionUser } from 'nestjs-session-auth';
import { formatCount } from '../views/format.js';
import { html, type Html } from '../views/html.js';
import type { PostForm } from '../views/post-form.js';

export interface AccountRow {
  readonly account: SessionUser;
  /** On how many devices the user is logged in. */
  readonly logins: number;
}

function row({ account, logins }: AccountRow, form: PostForm): Html {
  return html`
    <li class="row" data-account="${account.id}" data-logins="${logins}">
      <div>
        <h3 class="row__name">${account.name ?? account.email}</h3>
        <p class="quiet break">${account.email}</p>
      </div>
      <p class="row__count">${formatCount(logins, 'login')}</p>
      ${form(
        '/admin/logout-user',
        html`
          <input type="hidden" name="user" value="${account.id}" />
          <button class="button button--quiet" aria-label="Log out ${account.name ?? account.email}">Log out</button>
        `,
      )}
      ${!account.roles.includes('admin') && placeForm(account, form)}
    </li>
  `;
}

/** Shows the shop as the customer sees it. */
function placeForm({ id, name, email }: SessionUser, form: PostForm): Html {
  return form(
    '/auth/impersonate',
    html`
      <input type="hidden" name="account" value="${id}" />
      <label class="place"
        >Why
        <input name="reason" required maxlength="200" autocomplete="off" />
      </label>
      <button class="button button--quiet" aria-label="View the shop as this user: ${name ?? email}">
        View the shop as this user
      </button>
    `,
    'place-form',
  );
}

export function adminView(rows: readonly AccountRow[]): (form: PostForm) => Html {
  return (form) => html`
    <h1>All logins</h1>
    <p class="lead">Only admins can see this page.</p>
    <div class="columns">
      <section class="card" aria-labelledby="accounts-title">
        <h2 id="accounts-title">By account</h2>
        <ul class="rows">
          ${rows.map((each) => row(each, form))}
        </ul>
        <p class="quiet">If you log out your own account, this session stays logged in.</p>
      </section>
      <section class="card" aria-labelledby="everyone-title">
        <h2 id="everyone-title">Everyone at once</h2>
        <p class="quiet">
          Ends every login made before now, including remembered ones and your own. The server does this with a single
          write.
        </p>
        ${form('/admin/logout-everyone', html`<button class="button button--danger">Log out everyone</button>`)}
      </section>
    </div>
  `;
}
