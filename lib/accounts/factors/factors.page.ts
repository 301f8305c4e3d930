import { phoneForm } from '../codes/phone.page.js';
import type { MessageKey } from '../messages/english.js';
import { html, type Html } from '../pages/html.js';
import { csrf, field, form, pageOf, paragraph, toAccount } from '../pages/page-parts.js';
import type { FactorsShown, PageContext, PageTemplate } from '../pages/page.js';

export const factorsPage: PageTemplate = (context) => {
  const { features, factors, texts } = context;
  const list =
    factors.list.length === 0
      ? paragraph(context, 'factors.none')
      : html`<ul class="factors">
          ${factors.list.map((one) => entry(context, one))}
        </ul>`;
  const name = { name: 'name', label: 'factors.name', autocomplete: 'off', optional: true } as const;
  const totp = features['totp'] === true && form(context, '/factors/totp', 'factors.addTotp', [field(context, name)]);
  const phone = features['sms'] === true && phoneForm(context);
  const codes =
    features['recoveryCodes'] === true &&
    html`<h2>${texts.text('factor.recovery-code')}</h2>
      <p>${texts.text('factors.codes', { left: factors.recoveryCodes })}</p>
      ${form(context, '/factors/recovery-codes', 'factors.makeCodes', [])}`;
  return pageOf(context, 'factors.title', html`${list}${totp}${phone}${codes}`, [toAccount(context)]);
};

/** The texts of the methods that are listed. */
const titles: Readonly<Record<string, MessageKey>> = { totp: 'factor.totp', code: 'factor.code' };

function entry(context: PageContext, { id, method, name, phone, createdAt }: FactorsShown['list'][number]): Html {
  const { texts, url } = context;
  const title = texts.text(titles[method] ?? 'factors.title');
  const since = texts.text('factors.since', { time: texts.time(createdAt.getTime()) });
  const named = name === null ? title : `${title}: ${name}`;
  const shown = phone === undefined ? named : `${named} (${phone})`;
  return html`<li>
    <p>${shown}<br /><span class="hint">${since}</span></p>
    <form method="post" action="${url(`/factors/${encodeURIComponent(id)}/delete`)}">
      ${csrf(context)}<button class="quiet" aria-label="${texts.text('factors.remove')}: ${shown}">
        ${texts.text('factors.remove')}
      </button>
    </form>
  </li> `;
}
