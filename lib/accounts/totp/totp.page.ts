import { html } from '../pages/html.js';
import { field, form, pageOf, paragraph } from '../pages/page-parts.js';
import type { PageTemplate } from '../pages/page.js';

export const totpPage: PageTemplate = (context) => {
  const { texts, url, factors } = context;
  const { setUp } = factors;
  const back = html`<a href="${url('/factors')}">${texts.text('factors.title')}</a>`;
  if (setUp === null) return pageOf(context, 'totp.title', html``, [back]);
  const { id, secret, picture } = setUp;
  const key =
    secret !== null &&
    html`${paragraph(context, 'totp.scan')}
      <figure class="qr" role="img" aria-label="${texts.text('totp.qr')}">${picture}</figure>
      <p>${texts.text('totp.key')}<br /><code class="key">${(secret.match(/.{1,4}/g) ?? []).join(' ')}</code></p>`;
  const code = field(context, {
    ...{ name: 'code', label: 'totp.code', autocomplete: 'one-time-code', inputMode: 'numeric' },
  });
  const enable = form(context, `/factors/totp/${encodeURIComponent(id)}/enable`, 'totp.submit', [code]);
  return pageOf(context, 'totp.title', html`${key}${enable}`, [back]);
};
