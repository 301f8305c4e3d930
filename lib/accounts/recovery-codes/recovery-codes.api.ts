import type { FeatureApi } from '../openapi/feature-api.js';
import { listOf, object, text } from '../openapi/schema.js';

export const recoveryCodesApi: FeatureApi = {
  tag: 'Recovery codes',
  description: 'Codes for users who have lost their second factor.',
  operations: {
    'POST /factors/recovery-codes': {
      id: 'makeRecoveryCodes',
      summary: 'Create recovery codes, which replace all previous ones',
      description: 'They are only shown now.',
      for: 'login',
      answers: { 200: object({ codes: listOf(text()) }) },
      refusals: { 401: ['VERIFICATION_REQUIRED'], 409: ['CHANGED_MEANWHILE'] },
    },
  },
};
