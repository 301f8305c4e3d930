import type { FeatureApi } from '../openapi/feature-api.js';
import { about, object, only } from '../openapi/schema.js';
import { email, password, sent, token } from '../openapi/shared.api.js';

export const confirmationApi: FeatureApi = {
  tag: 'Confirmation',
  description: 'Confirmation of addresses.',
  operations: {
    'POST /confirm': {
      id: 'confirm',
      summary: 'Confirm an address by the link of the mail',
      for: 'anybody',
      body: object({
        token,
        'password?': about('That of the registration, in any other browser than the one that registered.', password),
      }),
      answers: { 200: object({ status: only('confirmed') }) },
      refusals: { 401: ['PASSWORD_NEEDED'] },
    },
    'POST /confirm/resend': {
      id: 'resendConfirmation',
      summary: 'Have the mail sent again',
      description: 'The answer is the same whether the address is waiting for a confirmation or not.',
      for: 'anybody',
      body: object({ email }),
      answers: { 202: sent },
      isLimited: true,
    },
  },
  pages: { 'GET /confirm': 'The page that the link leads to.' },
};
