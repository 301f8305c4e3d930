import type { FeatureApi } from '../openapi/feature-api.js';
import { about, listOf, named, nullable, object, open, text, time } from '../openapi/schema.js';
import { email, next, password, token } from '../openapi/shared.api.js';

export const invitationsApi: FeatureApi = {
  tag: 'Invitations',
  description: 'Invitations by administrators.',
  operations: {
    'GET /admin/invitations': {
      id: 'listInvitations',
      summary: 'List the open invitations',
      for: 'login',
      answers: { 200: listOf(named('Invitation')) },
      refusals: { 403: ['IMPERSONATING'] },
      hasPage: true,
    },
    'POST /admin/invitations': {
      id: 'invite',
      summary: 'Send an invitation',
      description: 'A former invitation of the same address becomes invalid.',
      for: 'login',
      body: object({
        email,
        'roles?': listOf(text(400)),
        'locale?': about('The language of the email and of the account.', text(64)),
        'fields?': about('Fields that the application declares.', open({})),
      }),
      answers: { 201: named('Invitation') },
      refusals: {
        401: ['VERIFICATION_REQUIRED'],
        403: ['ROLE_NOT_GRANTABLE'],
        409: ['EMAIL_TAKEN', 'TOO_MANY_INVITATIONS', 'INVITATIONS_OFF'],
        429: ['SENT_TOO_OFTEN'],
      },
    },
    'POST /admin/invitations/{id}/resend': {
      id: 'resendInvitation',
      summary: 'Send an invitation again, with a new link',
      for: 'login',
      answers: { 200: named('Invitation') },
      refusals: { 401: ['VERIFICATION_REQUIRED'], 404: ['INVITATION_UNKNOWN'], 429: ['SENT_TOO_OFTEN'] },
    },
    'DELETE /admin/invitations/{id}': {
      id: 'withdrawInvitation',
      summary: 'Withdraw an invitation',
      for: 'login',
      answers: { 204: null },
      refusals: { 401: ['VERIFICATION_REQUIRED'], 404: ['INVITATION_UNKNOWN'] },
      form: 'POST /admin/invitations/{id}/delete',
    },
    'POST /invitation': {
      id: 'acceptInvitation',
      summary: 'Accept an invitation with the link in the email',
      for: 'anybody',
      body: object({
        token,
        'password?': about('Required unless passkeys or login by email are on.', password),
        'username?': text(),
        'next?': next,
      }),
      answers: { 200: named('Pending'), 201: named('LoggedIn') },
      refusals: { 401: ['INVALID_CREDENTIALS'], 409: ['ALREADY_IN'] },
    },
  },
  pages: { 'GET /invitation': 'The page of the link.' },
  schemas: {
    Invitation: object({
      id: text(),
      email: text(),
      roles: about('The roles of the new account.', listOf(text())),
      locale: nullable(text()),
      fields: about('The declared fields of the new account.', open({})),
      by: about('The account id of the administrator.', text()),
      createdAt: time,
      expiresAt: time,
    }),
  },
};
