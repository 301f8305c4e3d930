import type { FeatureApi } from '../openapi/feature-api.js';
import { about, named, object } from '../openapi/schema.js';
import { password } from '../openapi/shared.api.js';

export const passwordChangeApi: FeatureApi = {
  tag: 'Password',
  description: 'Change of password.',
  operations: {
    'POST /password': {
      id: 'changePassword',
      summary: 'Change the password',
      description: 'Ends the other sessions of the account. An account without a password needs a fresh login.',
      for: 'login',
      body: object({ 'current?': about('Required if the account has a password.', password), password }),
      answers: { 200: named('AccountChanged') },
      refusals: { 401: ['VERIFICATION_REQUIRED'], 409: ['CHANGED_MEANWHILE'] },
      isLimited: true,
    },
  },
  pages: { 'GET /account/password': 'The page to change the password.' },
};
