import type { FeatureApi } from '../openapi/feature-api.js';
import { about, flag, named, object, only } from '../openapi/schema.js';
import { email, sent, token } from '../openapi/shared.api.js';
import { restoringFields } from '../not-me/not-me.api.js';

export const emailChangeApi: FeatureApi = {
  tag: 'Address',
  description: 'Change of email address.',
  operations: {
    'POST /email': {
      id: 'changeEmail',
      summary: 'Request a change of address',
      description: 'The response does not depend on whether that address has an account.',
      for: 'login',
      body: object({
        email,
        'oldAddressLost?': about('Whether the current address cannot undo the change. Requires a second factor.', flag),
      }),
      answers: { 202: sent },
      refusals: { 401: ['VERIFICATION_REQUIRED'] },
      isLimited: true,
    },
    'POST /email/confirm': {
      id: 'confirmEmail',
      summary: 'Confirm the new address with the link in the email',
      for: 'anybody',
      body: object({ token }),
      answers: { 200: object({ status: only('changed') }) },
    },
    'POST /email/undo': {
      id: 'undoEmailChange',
      summary: 'Restore the former address with the link in the email',
      for: 'anybody',
      body: object({ token, ...restoringFields }),
      answers: { 200: named('Restored') },
      refusals: { 401: ['FACTOR_NEEDED', 'FACTOR_WRONG'], 409: ['CHANGED_MEANWHILE'] },
      isLimited: true,
    },
  },
  pages: {
    'GET /account/email': 'The page to change the address.',
    'GET /email/confirm': 'The page of the link that is sent to the new address.',
    'GET /email/undo': 'The page of the link that is sent to the former address.',
  },
};
