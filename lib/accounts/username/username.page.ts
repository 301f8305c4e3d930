import { html } from '../pages/html.js';
import { field, form, pageOf, toAccount } from '../pages/page-parts.js';
import type { PageTemplate } from '../pages/page.js';

export const usernamePage: PageTemplate = (context) => {
  const { texts, user } = context;
  const username = user?.username ?? null;
  const shown = field(context, { name: 'username', label: 'field.newUsername', autocomplete: 'username' });
  const current = username !== null && html`<p>${texts.text('username.current', { username })}</p>`;
  const body = html`${current}${form(context, '/username', 'username.submit', [shown])}`;
  return pageOf(context, 'username.title', body, [toAccount(context)]);
};
