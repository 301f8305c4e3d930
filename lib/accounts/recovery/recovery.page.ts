import { html } from '../pages/html.js';
import { emailField, field, form, newPasswordField, pageOf, paragraph, toLogin } from '../pages/page-parts.js';
import type { PageTemplate } from '../pages/page.js';

export const recoverPage: PageTemplate = (context) => {
  const fields = [field(context, emailField)];
  const body = html`${paragraph(context, 'recover.text')}${form(context, '/recover', 'recover.submit', fields)}`;
  return pageOf(context, 'recover.title', body, [toLogin(context)]);
};

export const resetPage: PageTemplate = (context) => {
  const fields = [field(context, newPasswordField(context))];
  const body = html`${paragraph(context, 'reset.text')}${form(context, '/reset', 'reset.submit', fields, ['token'])}`;
  return pageOf(context, 'reset.title', body, [toLogin(context)]);
};
