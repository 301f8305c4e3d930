import { html } from '../pages/html.js';
import {
  currentPasswordField,
  field,
  form,
  newPasswordField,
  ownerOfPassword,
  pageOf,
  paragraph,
  toAccount,
  type Field,
} from '../pages/page-parts.js';
import type { PageTemplate } from '../pages/page.js';

const current: Field = { ...currentPasswordField, name: 'current', label: 'field.current' };

export const passwordPage: PageTemplate = (context) => {
  const fields = [
    ownerOfPassword(context),
    context.needsPassword && field(context, current),
    field(context, newPasswordField(context)),
  ];
  const body = html`${paragraph(context, 'password.text')}${form(context, '/password', 'password.submit', fields)}`;
  return pageOf(context, 'password.title', body, [toAccount(context)]);
};
