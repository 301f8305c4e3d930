import type { FeatureApi } from '../openapi/feature-api.js';
import { named, object, text } from '../openapi/schema.js';

export const usernameApi: FeatureApi = {
  tag: 'Username',
  description: 'Change of username.',
  operations: {
    'POST /username': {
      id: 'changeUsername',
      summary: 'Change the username',
      for: 'login',
      body: object({ username: text() }),
      answers: { 200: named('AccountChanged') },
      refusals: { 401: ['VERIFICATION_REQUIRED'], 409: ['CHANGED_MEANWHILE'] },
    },
  },
  pages: { 'GET /account/username': 'The page to change the username.' },
};
