import type { FeatureApi } from '../openapi/feature-api.js';
import { object, only } from '../openapi/schema.js';
import { email, password, sent, token } from '../openapi/shared.api.js';

export const recoveryApi: FeatureApi = {
  tag: 'Recovery',
  description: 'A new password by mail.',
  operations: {
    'POST /recover': {
      id: 'recover',
      summary: 'Ask for a mail to set a new password with',
      description: 'The answer is the same whether the address has an account or not.',
      for: 'anybody',
      body: object({ email }),
      answers: { 202: sent },
      isLimited: true,
    },
    'POST /reset': {
      id: 'resetPassword',
      summary: 'Set a new password by the link of the mail',
      description: 'Logs nobody in, and ends all sessions of the account.',
      for: 'anybody',
      body: object({ token, password }),
      answers: { 200: object({ status: only('reset') }) },
    },
  },
  pages: { 'GET /recover': 'The page that asks for the address.', 'GET /reset': 'The page that the link leads to.' },
};
