import { html, type Html } from '../pages/html.js';
import { csrf, field, form, pageOf, paragraph, toAccount } from '../pages/page-parts.js';
import type { ApiKeysShown, PageContext, PageTemplate } from '../pages/page.js';

export const apiKeysPage: PageTemplate = (context) => {
  const { texts, apiKeys, errors } = context;
  const { list, scopes, created } = apiKeys;
  const shown =
    created !== null &&
    html`<div class="notice" role="status">
      <p>${texts.text('apiKeys.created')}</p>
      <p><code class="secret">${created}</code></p>
    </div>`;
  const keys =
    list.length === 0
      ? paragraph(context, 'apiKeys.none')
      : html`<ul class="devices">
          ${list.map((one) => entry(context, one))}
        </ul>`;
  const wrong = errors['scopes'] ?? [];
  const boxes = html`<fieldset ${wrong.length > 0 && html`aria-describedby="scopes-error"`}>
    <legend>${texts.text('apiKeys.scopes')}</legend>
    ${scopes.map(
      (scope) => html`<label class="choice"><input type="checkbox" name="scopes" value="${scope}" /> ${scope}</label>`,
    )}
    ${wrong.length > 0 && html`<p class="wrong" id="scopes-error">${wrong.join(' ')}</p>`}
  </fieldset>`;
  const fields = [
    field(context, { name: 'name', label: 'factors.name', autocomplete: 'off', optional: true }),
    boxes,
    field(context, {
      ...{ name: 'days', label: 'apiKeys.days', autocomplete: 'off', optional: true, inputMode: 'numeric' },
      hint: texts.text('apiKeys.days.hint'),
    } as const),
  ];
  const make = html`<h2>${texts.text('apiKeys.new')}</h2>
    ${form(context, '/api-keys', 'apiKeys.create', fields)}`;
  return pageOf(context, 'apiKeys.title', html`${shown}${keys}${make}`, [toAccount(context)]);
};

function entry(
  context: PageContext,
  { id, name, scopes, createdAt, lastUsedAt, expiresAt }: ApiKeysShown['list'][number],
): Html {
  const { texts, url } = context;
  const title = name ?? texts.text('apiKeys.unnamed');
  const time = (at: Date): string => texts.time(at.getTime());
  const facts = [
    texts.text('factors.since', { time: time(createdAt) }),
    lastUsedAt === null ? texts.text('apiKeys.unused') : texts.text('apiKeys.used', { time: time(lastUsedAt) }),
    ...(expiresAt === null ? [] : [texts.text('apiKeys.until', { time: time(expiresAt) })]),
  ];
  return html`<li>
    <p><strong>${title}</strong><br />${scopes.join(', ')}<br /><span class="hint">${facts.join(' · ')}</span></p>
    <form method="post" action="${url(`/api-keys/${encodeURIComponent(id)}/delete`)}">
      ${csrf(context)}<button class="quiet" aria-label="${texts.text('apiKeys.revoke')}: ${title}">
        ${texts.text('apiKeys.revoke')}
      </button>
    </form>
  </li> `;
}
