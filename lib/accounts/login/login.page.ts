import { providerButtons } from '../oauth/oauth.page.js';
import { passkeyLogin } from '../passkeys/passkeys.page.js';
import { html } from '../pages/html.js';
import {
  choice,
  csrf,
  currentPasswordField,
  field,
  form,
  link,
  pageOf,
  paragraph,
  type Field,
} from '../pages/page-parts.js';
import type { PageTemplate } from '../pages/page.js';

export const loginPage: PageTemplate = (context) => {
  const { features, error } = context;
  const identity: Field = {
    name: 'identity',
    label: features['usernames'] === true ? 'field.identityOrUsername' : 'field.identity',
    // Where the browser proposes passkeys, too.
    autocomplete: features['passkeyLogin'] === true ? 'username webauthn' : 'username',
    ...(features['usernames'] === true ? {} : { inputMode: 'email' }),
  };
  const fields = [
    field(context, identity),
    field(context, currentPasswordField),
    choice(context, 'remember', 'field.remember', context.remember),
  ];
  const hint = features['confirmation'] === true && error !== null && paragraph(context, 'login.hint');
  return pageOf(
    context,
    'login.title',
    html`${hint}${form(context, '/login', 'login.submit', fields, ['next'])}${passkeyLogin(context)}${providerButtons(context, 'login')}`,
    [
      link(context, 'mailLogin', '/login/mail', 'mailLogin.title'),
      link(context, 'recovery', '/recover', 'recover.title'),
      link(context, 'registration', '/register', 'register.title'),
    ],
  );
};

export const accountPage: PageTemplate = (context) => {
  const { texts, user, url } = context;
  const logout = html`<form method="post" action="${url('/logout')}">
    ${csrf(context)}<button class="quiet">${texts.text('logout.submit')}</button>
  </form>`;
  const body = html`<p>${texts.text('account.in', { email: user?.email ?? '' })}</p>
    ${logout}`;
  return pageOf(context, 'account.title', body, [
    link(context, 'passwordChange', '/account/password', 'password.title'),
    link(context, 'passkeys', '/passkeys', 'passkeys.title'),
    html`<a href="${url('/sessions')}">${texts.text('sessions.title')}</a>`,
    html`<a href="${url('/account/export')}">${texts.text('account.export')}</a>`,
    link(context, 'deletion', '/account/delete', 'deletion.title'),
    link(context, 'emailChange', '/account/email', 'email.title'),
    link(context, 'usernameChange', '/account/username', 'username.title'),
    link(context, 'factors', '/factors', 'factors.title'),
    link(context, 'apiKeys', '/api-keys', 'apiKeys.title'),
    link(context, 'oauth', '/oauth', 'oauth.title'),
  ]);
};
