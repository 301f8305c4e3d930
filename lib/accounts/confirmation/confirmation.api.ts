import type { FeatureApi } from '../openapi/feature-api.js';
import { about, object, only } from '../openapi/schema.js';
import { email, password, sent, token } from '../openapi/shared.api.js';

export const confirmationApi: FeatureApi = {
  tag: 'Confirmation',
  description: 'Confirmation of email addresses.',
  operations: {
    'POST /confirm': {
      id: 'confirm',
      summary: 'Confirm an address with the link in the email',
      for: 'anybody',
      body: object({
        token,
        'password?': about(
          'The password of the registration. Required in any other browser than the one that registered.',
          password,
        ),
      }),
      answers: { 200: object({ status: only('confirmed') }) },
      refusals: { 401: ['PASSWORD_NEEDED'] },
    },
    'POST /confirm/resend': {
      id: 'resendConfirmation',
      summary: 'Send the email again',
      description: 'The response does not depend on whether the address is waiting for a confirmation.',
      for: 'anybody',
      body: object({ email }),
      answers: { 202: sent },
      isLimited: true,
    },
  },
  pages: { 'GET /confirm': 'The page of the link.' },
};
