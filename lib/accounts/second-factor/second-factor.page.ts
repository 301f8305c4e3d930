import { passkeyFactor, passkeySetUp } from '../passkeys/passkeys.page.js';
import { codeForms } from '../pages/code-forms.js';
import { html, type Html, type HtmlPart } from '../pages/html.js';
import { choice, field, form, pageOf, paragraph, toLogin } from '../pages/page-parts.js';
import type { PageContext, PageTemplate } from '../pages/page.js';

/** After a code was sent. */
const sent = (context: PageContext): HtmlPart =>
  context.values['sent'] === '1' && html`<p role="status">${context.texts.text('secondFactor.sent')}</p>`;

export const secondFactorPage: PageTemplate = (context) => {
  const { waitsFor, isMailbox } = context.factors;
  if (waitsFor !== 'enroll') {
    const codes = codeForms(context, '/second-factor', 'secondFactor.submit', [], trust(context));
    const body = html`${sent(context)}${codes}${passkeyFactor(context, '/second-factor', trust(context))}`;
    return pageOf(context, 'secondFactor.title', body, [toLogin(context)]);
  }
  return pageOf(context, 'enroll.title', isMailbox ? setUp(context) : mailbox(context), [toLogin(context)]);
};

/** Whether this device is to be asked no more. */
function trust(context: PageContext): HtmlPart {
  const { trustFor } = context.factors;
  if (trustFor === null) return null;
  return choice(context, 'trustDevice', 'secondFactor.trust', false, { duration: context.texts.duration(trustFor) });
}

/** Whoever has only the password may set up nothing. */
function mailbox(context: PageContext): Html {
  const send = form(context, '/second-factor/send', 'enroll.send', []);
  const code = field(context, { name: 'code', label: 'enroll.code', autocomplete: 'one-time-code' });
  const enter = form(context, '/second-factor', 'secondFactor.submit', [code]);
  return html`${sent(context)}${paragraph(context, 'enroll.mail')}${send}${enter}`;
}

function setUp(context: PageContext): Html {
  const totp = context.features['totp'] === true && form(context, '/factors/totp', 'factors.addTotp', []);
  return html`${paragraph(context, 'enroll.text')}${totp}${passkeySetUp(context)}`;
}
