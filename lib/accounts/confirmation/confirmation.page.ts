import { html } from '../pages/html.js';
import { currentPasswordField, emailField, field, form, pageOf, paragraph, toLogin } from '../pages/page-parts.js';
import type { PageTemplate } from '../pages/page.js';

export const confirmPage: PageTemplate = (context) => {
  const { values, needsPassword } = context;
  const body =
    values['token'] === undefined
      ? form(context, '/confirm/resend', 'confirm.resend', [field(context, emailField)])
      : html`${paragraph(context, needsPassword ? 'confirm.password' : 'confirm.text')}${form(
          context,
          '/confirm',
          'confirm.submit',
          [needsPassword && field(context, currentPasswordField)],
          ['token'],
        )}`;
  return pageOf(context, 'confirm.title', body, [toLogin(context)]);
};
