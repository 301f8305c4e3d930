import { phoneForm } from '../codes/phone.page.js';
import { passkeyFactor, passkeySetUp } from '../passkeys/passkeys.page.js';
import { codeForms, codeWasSent } from '../pages/code-forms.js';
import { html, type Html, type HtmlPart } from '../pages/html.js';
import { choice, field, form, pageOf, paragraph, toLogin } from '../pages/page-parts.js';
import type { PageContext, PageTemplate } from '../pages/page.js';

export const secondFactorPage: PageTemplate = (context) => {
  const { waitsFor, isMailbox } = context.factors;
  if (waitsFor !== 'enroll') {
    const codes = codeForms(context, '/second-factor', 'secondFactor.submit', [], trust(context));
    const body = html`${codeWasSent(context)}${codes}${passkeyFactor(context, '/second-factor', trust(context))}`;
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
  return html`${codeWasSent(context)}${paragraph(context, 'enroll.mail')}${send}${enter}`;
}

function setUp(context: PageContext): Html {
  const totp = context.features['totp'] === true && form(context, '/factors/totp', 'factors.addTotp', []);
  const phone = context.features['sms'] === true && phoneForm(context, false);
  return html`${paragraph(context, 'enroll.text')}${totp}${phone}${passkeySetUp(context)}`;
}
