import { html, type Html, type HtmlPart } from '../pages/html.js';
import { csrf, field, form, link, pageOf, paragraph, toAccount } from '../pages/page-parts.js';
import type { PageContext, PageTemplate } from '../pages/page.js';
import type { MessageKey } from '../messages/english.js';
import { deviceText } from '../sessions/sessions.page.js';
import type { AccountDetails, AccountSummary } from './administered-account.js';

export const adminAccountsPage: PageTemplate = (context) => {
  const { administration, texts, url, values } = context;
  const { accounts, next } = administration;
  const search = field(context, { name: 'search', label: 'admin.search', autocomplete: 'off', optional: true });
  const list =
    accounts.length === 0
      ? paragraph(context, 'admin.none')
      : html`<ul class="devices">
          ${accounts.map((account) => entry(context, account))}
        </ul>`;
  const query = new URLSearchParams({ search: values['search'] ?? '', after: next ?? '' });
  const more =
    next !== null && html`<a href="${url('/admin/accounts')}?${String(query)}">${texts.text('admin.more')}</a>`;
  const body = html`<form method="get" action="${url('/admin/accounts')}" role="search">
      ${search}
      <button class="quiet">${texts.text('admin.search.submit')}</button>
    </form>
    ${list}`;
  const invitations = link(context, 'invitations', '/admin/invitations', 'admin.invitations.title');
  return pageOf(context, 'admin.accounts.title', body, [more, invitations, toAccount(context)]);
};

export const adminAccountPage: PageTemplate = (context) => {
  const { account } = context.administration;
  const body = account === null ? html`` : detailsOf(context, account);
  const all = html`<a href="${context.url('/admin/accounts')}">${context.texts.text('admin.all')}</a>`;
  return pageOf(context, 'admin.account.title', body, [all, toAccount(context)]);
};

function entry(context: PageContext, account: AccountSummary): Html {
  const { texts, url } = context;
  const facts = [account.username, texts.text(`admin.status.${account.status}`), account.roles.join(', ')];
  return html`<li>
    <a href="${url(`/admin/accounts/${encodeURIComponent(account.id)}`)}">${account.email}</a><br />
    <span class="hint">${facts.filter((one) => one !== null && one !== '').join(' · ')}</span>
  </li> `;
}

function detailsOf(context: PageContext, account: AccountDetails): Html {
  const { texts } = context;
  return html`<p><strong>${account.email}</strong></p>
    <ul>
      ${factsOf(context, account).map((fact) => html`<li>${fact}</li>`)}
    </ul>
    ${actions(context, account)}
    ${context.features['impersonation'] === true && account.active && impersonation(context, account)}
    ${rolesForm(context, account)}
    <h2>${texts.text('admin.factors')}</h2>
    ${factors(context, account)}
    <h2>${texts.text('admin.sessions')}</h2>
    ${devices(context, account)} ${account.apiKeys.length > 0 && apiKeys(context, account)}`;
}

function factsOf({ texts }: PageContext, account: AccountDetails): readonly string[] {
  const { id, username, status, createdAt, loginCount, currentLogin, hasPassword, passwordChangedAt } = account;
  const time = (at: Date): string => texts.time(at.getTime());
  const password = passwordChangedAt === null ? [] : [texts.text('admin.password', { time: time(passwordChangedAt) })];
  return [
    texts.text(`admin.status.${status}`),
    texts.text('admin.id', { id }),
    ...(username === null ? [] : [texts.text('admin.username', { username })]),
    texts.text('admin.created', { time: time(createdAt) }),
    ...(hasPassword ? password : [texts.text('admin.noPassword')]),
    texts.text('admin.logins', { count: loginCount }),
    currentLogin === null
      ? texts.text('admin.neverIn')
      : texts.text('admin.lastLogin', { time: time(currentLogin.at) }),
  ];
}

function actions(context: PageContext, account: AccountDetails): Html {
  const { features, texts } = context;
  const { active, hasPassword, secondFactorRequired } = account;
  const secondFactor = secondFactorRequired
    ? action(context, account, 'require-second-factor', 'admin.requireNoSecondFactor', hidden('required', 'false'))
    : action(context, account, 'require-second-factor', 'admin.requireSecondFactor', hidden('required', 'true'));
  return html`${
    active ? action(context, account, 'disable', 'admin.disable') : action(context, account, 'enable', 'admin.enable')
  }
  ${action(context, account, 'end-sessions', 'admin.endSessions')}
  ${hasPassword && features['recovery'] === true && action(context, account, 'force-reset', 'admin.forceReset')}
  ${(features['factors'] === true || features['passkeys'] === true || secondFactorRequired) && secondFactor}
  ${action(
    context,
    account,
    'reset-access',
    'admin.resetAccess',
    html`<p class="hint">${texts.text('admin.resetAccess.hint')}</p>`,
  )}`;
}

/** What takes the account's place. Who may not is told so. */
function impersonation(context: PageContext, { id }: AccountDetails): Html {
  const reason = field(context, { name: 'reason', label: 'impersonation.reason', autocomplete: 'off' });
  return html`<h2>${context.texts.text('impersonation.title')}</h2>
    ${form(context, '/impersonate', 'impersonation.start', [hidden('account', id), reason])}`;
}

function action(
  context: PageContext,
  { id }: AccountDetails,
  name: string,
  text: MessageKey,
  more: HtmlPart = null,
): Html {
  const { texts, url } = context;
  return html`<form method="post" action="${url(`/admin/accounts/${encodeURIComponent(id)}/${name}`)}">
    ${csrf(context)}${more}<button class="quiet">${texts.text(text)}</button>
  </form> `;
}

function hidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}" />`;
}

function rolesForm(context: PageContext, { id }: AccountDetails): Html {
  const { roles } = context.administration;
  if (roles.length === 0) return paragraph(context, 'admin.roles.none');
  const wrong = context.errors['roles'] ?? [];
  const boxes = roles.map(({ name, isHeld, isGrantable }) => {
    const state = html`${isHeld && html` checked`}${!isGrantable && html` disabled`}`;
    // A box that is disabled is not sent.
    return html`${isHeld && !isGrantable && hidden('roles', name)}<label class="choice"
        ><input type="checkbox" name="roles" value="${name}" ${state} /> ${name}</label
      >`;
  });
  const fields = html`<fieldset ${wrong.length > 0 && html`aria-describedby="roles-error"`}>
    <legend>${context.texts.text('admin.roles')}</legend>
    ${hidden('roles', '')}${boxes} ${wrong.length > 0 && html`<p class="wrong" id="roles-error">${wrong.join(' ')}</p>`}
  </fieldset>`;
  return form(context, `/admin/accounts/${encodeURIComponent(id)}/roles`, 'admin.roles.submit', [fields]);
}

function factors(context: PageContext, { factors: list, recoveryCodes }: AccountDetails): Html {
  const { texts } = context;
  if (list.length === 0 && recoveryCodes === 0) return paragraph(context, 'admin.factors.none');
  const codes = texts.text('admin.recoveryCodes', { count: recoveryCodes });
  return html`<ul>
    ${list.map(({ kind, name, createdAt }) => {
      const since = texts.text('factors.since', { time: texts.time(createdAt.getTime()) });
      return html`<li>
        ${texts.text(`factor.${kind}`)}${name !== null && html`: ${name}`}<br /><span class="hint">${since}</span>
      </li>`;
    })}
    ${recoveryCodes > 0 && html`<li>${codes}</li>`}
  </ul>`;
}

function devices(context: PageContext, { sessions }: AccountDetails): Html {
  if (sessions === null) return paragraph(context, 'admin.sessions.unknown');
  if (sessions.length === 0) return paragraph(context, 'admin.sessions.none');
  return html`<ul class="devices">
    ${sessions.map((session) => html`<li><p>${deviceText(context, session)}</p></li>`)}
  </ul>`;
}

function apiKeys(context: PageContext, { id, apiKeys: keys }: AccountDetails): Html {
  const { texts, url } = context;
  return html`<h2>${texts.text('admin.apiKeys')}</h2>
    <ul class="devices">
      ${keys.map((key) => {
        const name = key.name ?? texts.text('apiKeys.unnamed');
        const path = `/admin/accounts/${encodeURIComponent(id)}/api-keys/${encodeURIComponent(key.id)}/delete`;
        return html`<li>
          <p><strong>${name}</strong><br />${key.scopes.join(', ')}</p>
          <form method="post" action="${url(path)}">
            ${csrf(context)}<button class="quiet" aria-label="${texts.text('apiKeys.revoke')}: ${name}">
              ${texts.text('apiKeys.revoke')}
            </button>
          </form>
        </li>`;
      })}
    </ul>`;
}
