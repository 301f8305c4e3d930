import type { FeatureApi } from '../openapi/feature-api.js';
import { about, either, named, object, text } from '../openapi/schema.js';
import { email, next, remember, sent, token } from '../openapi/shared.api.js';

export const mailLoginApi: FeatureApi = {
  tag: 'Login by email',
  description: 'Login with a link or a code in an email.',
  operations: {
    'POST /login/mail': {
      id: 'askForLoginMail',
      summary: 'Request an email to log in',
      description: 'The response does not depend on whether the address has an account.',
      for: 'anybody',
      body: object({ email, 'remember?': remember, 'next?': next }),
      answers: { 202: sent },
      refusals: { 409: ['ALREADY_IN'] },
      isLimited: true,
    },
    'POST /login/mail/enter': {
      id: 'logInByMail',
      summary: 'Log in with the link or the code in the email',
      description: 'Only in the session that requested the email.',
      for: 'anybody',
      body: either(object({ token }), object({ code: about('Eight letters, with or without a hyphen.', text(64)) })),
      answers: { 200: named('Arrival') },
      refusals: { 401: ['OTHER_BROWSER', 'INVALID_CREDENTIALS'], 409: ['ALREADY_IN'] },
      isLimited: true,
    },
  },
  pages: { 'GET /login/mail': 'The page that asks for the address, and the page of the link.' },
};
