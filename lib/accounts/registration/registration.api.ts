import type { FeatureApi } from '../openapi/feature-api.js';
import { about, named, object, only, open, text } from '../openapi/schema.js';
import { email, next, password } from '../openapi/shared.api.js';

export const registrationApi: FeatureApi = {
  tag: 'Registration',
  description: 'New accounts.',
  operations: {
    'POST /register': {
      id: 'register',
      summary: 'Register',
      description:
        'With confirmation, the response does not depend on whether the address has an account, and `POST /confirm` creates the account.',
      for: 'anybody',
      body: about(
        'In addition, the fields that the application declares.',
        open({ email, password, 'username?': text(), 'next?': next }),
      ),
      answers: {
        200: named('Pending'),
        201: named('LoggedIn'),
        202: object({ status: only('confirm') }),
      },
      refusals: { 403: ['REGISTRATION_REFUSED'], 409: ['EMAIL_TAKEN', 'ALREADY_IN'] },
      isLimited: true,
    },
  },
  pages: { 'GET /register': 'The page to register.' },
};
