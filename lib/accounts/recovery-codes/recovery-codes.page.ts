import { html } from '../pages/html.js';
import { pageOf, paragraph } from '../pages/page-parts.js';
import type { PageTemplate } from '../pages/page.js';

export const recoveryCodesPage: PageTemplate = (context) => {
  const { texts, url, factors } = context;
  const back = html`<a href="${url('/factors')}">${texts.text('factors.title')}</a>`;
  const codes =
    factors.codes.length > 0 &&
    html`${paragraph(context, 'recoveryCodes.text')}
      <ol class="codes">
        ${factors.codes.map((code) => html`<li><code>${code}</code></li>`)}
      </ol>`;
  return pageOf(context, 'factor.recovery-code', html`${codes}`, [back]);
};
