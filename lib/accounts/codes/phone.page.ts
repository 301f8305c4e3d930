import { html, type Html } from '../pages/html.js';
import { field, form, pageOf } from '../pages/page-parts.js';
import type { PageContext, PageTemplate } from '../pages/page.js';

export const phonePage: PageTemplate = (context) => {
  const { texts, url, factors } = context;
  const back = html`<a href="${url('/factors')}">${texts.text('factors.title')}</a>`;
  const { phoneSetUp } = factors;
  if (phoneSetUp === null) return pageOf(context, 'phone.title', phoneForm(context), [back]);
  const { id, phone } = phoneSetUp;
  const code = field(context, {
    ...{ name: 'code', label: 'code.code.label', autocomplete: 'one-time-code', inputMode: 'numeric' },
  });
  const sent = phone !== null && html`<p>${texts.text('phone.sent', { phone })}</p>`;
  const enable = form(context, `/factors/code/${encodeURIComponent(id)}/enable`, 'phone.submit', [code]);
  return pageOf(context, 'phone.title', html`${sent}${enable}`, [back]);
};

/** Adds a telephone. @param isNamed whether it gets a name */
export function phoneForm(context: PageContext, isNamed = true): Html {
  const phone = field(context, { name: 'phone', label: 'phone.number', autocomplete: 'tel', inputMode: 'tel' });
  const name = { name: 'name', id: 'phone-name', label: 'factors.name', autocomplete: 'off', optional: true } as const;
  return form(context, '/factors/code', 'factors.addPhone', [phone, isNamed && field(context, name)]);
}
