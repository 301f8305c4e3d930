import type { FeatureApi } from '../openapi/feature-api.js';
import { listOf, object, text } from '../openapi/schema.js';

export const recoveryCodesApi: FeatureApi = {
  tag: 'Recovery codes',
  description: 'Codes in place of a lost second factor.',
  operations: {
    'POST /factors/recovery-codes': {
      id: 'makeRecoveryCodes',
      summary: 'Make recovery codes, in place of all that there were',
      description: 'They are shown this once.',
      for: 'login',
      answers: { 200: object({ codes: listOf(text()) }) },
      refusals: { 401: ['VERIFICATION_REQUIRED'], 409: ['CHANGED_MEANWHILE'] },
    },
  },
};
