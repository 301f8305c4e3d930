import type { FeatureApi } from '../openapi/feature-api.js';
import { about, count, either, listOf, named, nullable, object, oneOf, only, text, time } from '../openapi/schema.js';

export const factorsApi: FeatureApi = {
  tag: 'Factors',
  description: 'The second factors of an account, except passkeys.',
  operations: {
    'GET /factors': {
      id: 'listFactors',
      summary: 'List the second factors',
      for: 'login',
      answers: { 200: listOf(named('Factor')) },
      hasPage: true,
    },
    'DELETE /factors/{id}': {
      id: 'removeFactor',
      summary: 'Remove an authenticator app or a phone',
      description: 'Ends the other sessions of the account.',
      for: 'login',
      answers: { 204: null },
      refusals: {
        401: ['VERIFICATION_REQUIRED'],
        404: ['FACTOR_UNKNOWN'],
        409: ['LAST_FACTOR', 'CHANGED_MEANWHILE'],
      },
      form: 'POST /factors/{id}/delete',
    },
  },
  schemas: {
    Factor: either(
      object({
        id: text(),
        method: oneOf('totp', 'code'),
        name: nullable(text()),
        'phone?': about('For a phone: the end of its number.', text()),
        createdAt: time,
        lastUsedAt: nullable(time),
      }),
      object({ method: only('recovery-code'), left: about('How many codes are left.', count) }),
    ),
  },
};
