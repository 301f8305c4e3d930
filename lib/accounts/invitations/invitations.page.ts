import { html, type Html } from '../pages/html.js';
import {
  csrf,
  emailField,
  field,
  form,
  newPasswordField,
  pageOf,
  paragraph,
  toAccount,
  toLogin,
} from '../pages/page-parts.js';
import type { PageContext, PageTemplate } from '../pages/page.js';
import type { Invitation } from './invitation.js';

/** The page that the link of an invitation leads to. */
export const invitationPage: PageTemplate = (context) => {
  const { features, needsPassword } = context;
  const username = {
    name: 'username',
    label: 'field.username',
    autocomplete: 'username',
    optional: features['usernameRequired'] !== true,
  } as const;
  const password = { ...newPasswordField(context, 'field.password'), optional: !needsPassword };
  const fields = [
    features['usernames'] === true && field(context, username),
    field(context, password),
    !needsPassword && html`<p class="hint">${context.texts.text('invitation.noPassword')}</p>`,
  ];
  const body = html`${paragraph(context, 'invitation.text')}
  ${form(context, '/invitation', 'invitation.submit', fields, ['token', 'next'])}`;
  return pageOf(context, 'invitation.title', body, [toLogin(context)]);
};

/** The page of administrators: who was invited, and a form to invite somebody. */
export const adminInvitationsPage: PageTemplate = (context) => {
  const { administration, texts, url } = context;
  const { invitations, roles } = administration;
  const list =
    invitations.length === 0
      ? paragraph(context, 'admin.invitations.none')
      : html`<ul class="devices">
          ${invitations.map((one) => entry(context, one))}
        </ul>`;
  const boxes =
    roles.length > 0 &&
    html`<fieldset>
      <legend>${texts.text('admin.roles')}</legend>
      ${roles.map(
        ({ name }) =>
          html`<label class="choice"><input type="checkbox" name="roles" value="${name}" /> ${name}</label>`,
      )}
    </fieldset>`;
  const fields = [field(context, { ...emailField, autocomplete: 'off' }), boxes];
  const body = html`${list}
    <h2>${texts.text('admin.invitations.new')}</h2>
    ${form(context, '/admin/invitations', 'admin.invitations.submit', fields)}`;
  const all = html`<a href="${url('/admin/accounts')}">${texts.text('admin.all')}</a>`;
  return pageOf(context, 'admin.invitations.title', body, [all, toAccount(context)]);
};

function entry(context: PageContext, { id, email, roles, expiresAt }: Invitation): Html {
  const { texts, url } = context;
  const until = texts.text('apiKeys.until', { time: texts.time(expiresAt.getTime()) });
  const facts = [...(roles.length === 0 ? [] : [roles.join(', ')]), until];
  const button = (action: 'resend' | 'delete', text: string): Html =>
    html`<form method="post" action="${url(`/admin/invitations/${encodeURIComponent(id)}/${action}`)}">
      ${csrf(context)}<button class="quiet" aria-label="${text}: ${email}">${text}</button>
    </form>`;
  return html`<li>
    <p><strong>${email}</strong><br /><span class="hint">${facts.join(' · ')}</span></p>
    ${button('resend', texts.text('admin.invitations.resend'))}
    ${button('delete', texts.text('admin.invitations.withdraw'))}
  </li> `;
}
