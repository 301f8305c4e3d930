import { providerButtons } from '../oauth/oauth.page.js';
import { passkeyFactor } from '../passkeys/passkeys.page.js';
import { html } from '../pages/html.js';
import { codeForms, codeWasSent } from '../pages/code-forms.js';
import { currentPasswordField, field, form, ownerOfPassword, pageOf, paragraph } from '../pages/page-parts.js';
import type { PageTemplate } from '../pages/page.js';

const kept = ['next', 'action'];

export const verifyPage: PageTemplate = (context) => {
  const fields = [ownerOfPassword(context), field(context, currentPasswordField)];
  const byPassword =
    context.factors.methods.includes('password') &&
    html`${paragraph(context, 'verify.text')}${form(context, '/verify', 'verify.submit', fields, kept)}`;
  const body = html`${codeWasSent(context)}${byPassword}${codeForms(context, '/verify', 'verify.submit', kept)}${passkeyFactor(context, '/verify')}${providerButtons(context, 'verify')}`;
  return pageOf(context, 'verify.title', body, []);
};
