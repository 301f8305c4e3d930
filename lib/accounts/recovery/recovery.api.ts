import type { FeatureApi } from '../openapi/feature-api.js';
import { object, only } from '../openapi/schema.js';
import { email, password, sent, token } from '../openapi/shared.api.js';

export const recoveryApi: FeatureApi = {
  tag: 'Recovery',
  description: 'Reset of forgotten passwords by email.',
  operations: {
    'POST /recover': {
      id: 'recover',
      summary: 'Request an email to reset the password',
      description: 'The response does not depend on whether the address has an account.',
      for: 'anybody',
      body: object({ email }),
      answers: { 202: sent },
      isLimited: true,
    },
    'POST /reset': {
      id: 'resetPassword',
      summary: 'Set a new password with the link in the email',
      description: 'Ends all sessions of the account, and does not log the user in.',
      for: 'anybody',
      body: object({ token, password }),
      answers: { 200: object({ status: only('reset') }) },
    },
  },
  pages: { 'GET /recover': 'The page that asks for the address.', 'GET /reset': 'The page of the link.' },
};
