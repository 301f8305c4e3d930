import { emailField, field, form, newPasswordField, pageOf, toLogin, type Field } from '../pages/page-parts.js';
import type { PageTemplate } from '../pages/page.js';

export const registerPage: PageTemplate = (context) => {
  const { features } = context;
  const hasUsernames = features['usernames'] === true;
  const username: Field = {
    name: 'username',
    label: 'field.username',
    autocomplete: 'username',
    optional: features['usernameRequired'] !== true,
  };
  const fields = [
    // What one logs in with later, for password managers.
    field(context, hasUsernames ? emailField : { ...emailField, autocomplete: 'username' }),
    hasUsernames && field(context, username),
    field(context, newPasswordField(context, 'field.password')),
  ];
  return pageOf(context, 'register.title', form(context, '/register', 'register.submit', fields, ['next']), [
    toLogin(context),
  ]);
};
