import type { FeatureApi } from '../openapi/feature-api.js';
import { about, flag, named, object, only } from '../openapi/schema.js';
import { email, sent, token } from '../openapi/shared.api.js';
import { restoringFields } from '../not-me/not-me.api.js';

export const emailChangeApi: FeatureApi = {
  tag: 'Address',
  description: 'A change of the address.',
  operations: {
    'POST /email': {
      id: 'changeEmail',
      summary: 'Ask for another address',
      description: 'The answer is the same whether that address has an account or not.',
      for: 'login',
      body: object({
        email,
        'oldAddressLost?': about('Whether the present address cannot undo it. Needs a second factor.', flag),
      }),
      answers: { 202: sent },
      refusals: { 401: ['VERIFICATION_REQUIRED'] },
      isLimited: true,
    },
    'POST /email/confirm': {
      id: 'confirmEmail',
      summary: 'Confirm the new address by the link of the mail',
      for: 'anybody',
      body: object({ token }),
      answers: { 200: object({ status: only('changed') }) },
    },
    'POST /email/undo': {
      id: 'undoEmailChange',
      summary: 'Restore the former address by the link of the mail',
      for: 'anybody',
      body: object({ token, ...restoringFields }),
      answers: { 200: named('Restored') },
      refusals: { 401: ['FACTOR_NEEDED', 'FACTOR_WRONG'], 409: ['CHANGED_MEANWHILE'] },
      isLimited: true,
    },
  },
  pages: {
    'GET /account/email': 'The page to change the address.',
    'GET /email/confirm': 'The page that the link to the new address leads to.',
    'GET /email/undo': 'The page that the link to the former address leads to.',
  },
};
