import type { FeatureApi } from '../openapi/feature-api.js';
import { about, either, named, object, text } from '../openapi/schema.js';
import { email, next, remember, sent, token } from '../openapi/shared.api.js';

export const mailLoginApi: FeatureApi = {
  tag: 'Login by mail',
  description: 'Login by a mail with a link and a code.',
  operations: {
    'POST /login/mail': {
      id: 'askForLoginMail',
      summary: 'Ask for a mail to log in with',
      description: 'The answer is the same whether the address has an account or not.',
      for: 'anybody',
      body: object({ email, 'remember?': remember, 'next?': next }),
      answers: { 202: sent },
      refusals: { 409: ['ALREADY_IN'] },
      isLimited: true,
    },
    'POST /login/mail/enter': {
      id: 'logInByMail',
      summary: 'Log in by the link or the code of the mail',
      description: 'In the session that asked for the mail.',
      for: 'anybody',
      body: either(object({ token }), object({ code: about('Eight letters, with or without the hyphen.', text(64)) })),
      answers: { 200: named('Arrival') },
      refusals: { 401: ['OTHER_BROWSER', 'INVALID_CREDENTIALS'], 409: ['ALREADY_IN'] },
      isLimited: true,
    },
  },
  pages: { 'GET /login/mail': 'The page that asks for the address, and the one that the link leads to.' },
};
