import { html } from '../pages/html.js';
import { choice, emailField, field, form, pageOf, paragraph, toLogin, type Field } from '../pages/page-parts.js';
import type { PageTemplate } from '../pages/page.js';

const code: Field = { name: 'code', label: 'field.code', autocomplete: 'one-time-code' };

/** Asks for the address. */
export const mailLoginPage: PageTemplate = (context) => {
  const fields = [
    field(context, { ...emailField, autocomplete: 'username' }),
    choice(context, 'remember', 'field.remember', context.remember),
  ];
  const body = html`${paragraph(context, 'mailLogin.text')}${form(context, '/login/mail', 'mailLogin.submit', fields, [
    'next',
  ])}`;
  return pageOf(context, 'mailLogin.title', body, [toLogin(context)]);
};

/** Asks for the code. */
export const mailLoginCodePage: PageTemplate = (context) => {
  const fields = [field(context, code)];
  const body = html`${paragraph(context, 'mailLogin.sent')}${form(context, '/login/mail/enter', 'login.submit', fields)}`;
  return pageOf(context, 'mailLogin.title', body, [
    html`<a href="${context.url('/login/mail')}">${context.texts.text('mailLogin.again')}</a>`,
    toLogin(context),
  ]);
};

/** What the link leads to: in the browser that has asked, a button; in another one, the code to type there, as long as that is valid. */
export const mailLoginLinkPage: PageTemplate = (context) => {
  const { texts, details } = context;
  const [shownCode, place] = [details['code'], details['place']];
  const typed = html`${paragraph(context, 'mailLogin.elsewhere')}
    <p class="code"><code>${shownCode}</code></p>
    <p>${place}</p>
    <p>${texts.text('mailLogin.warning')}</p>`;
  const elsewhere = html`${paragraph(context, 'mailLogin.openThere')}
    <p>${place}</p>`;
  const button = html`${paragraph(context, 'mailLogin.link')}${form(
    context,
    '/login/mail/enter',
    'login.submit',
    [],
    ['token'],
  )}`;
  const inOther = shownCode === undefined ? elsewhere : typed;
  const body = place === undefined ? button : inOther;
  return pageOf(context, 'mailLogin.title', body, [toLogin(context)]);
};
