import { html } from '../pages/html.js';
import { choice, emailField, field, form, pageOf, paragraph, toAccount, toLogin } from '../pages/page-parts.js';
import type { PageTemplate } from '../pages/page.js';

export const emailPage: PageTemplate = (context) => {
  const { texts, user } = context;
  const fields = [
    field(context, { ...emailField, label: 'field.newEmail' }),
    choice(context, 'oldAddressLost', 'field.oldAddressLost', false),
  ];
  const body = html`<p>${texts.text('email.current', { email: user?.email ?? '' })}</p>
    ${paragraph(context, 'email.text')}${form(context, '/email', 'email.submit', fields)}`;
  return pageOf(context, 'email.title', body, [toAccount(context)]);
};

export const emailConfirmPage: PageTemplate = (context) => {
  const shown = form(context, '/email/confirm', 'emailConfirm.submit', [], ['token']);
  return pageOf(context, 'emailConfirm.title', html`${paragraph(context, 'emailConfirm.text')}${shown}`, [
    toLogin(context),
  ]);
};
