import type { FeatureApi } from '../openapi/feature-api.js';
import { about, either, named, object, text } from '../openapi/schema.js';

export const phonesApi: FeatureApi = {
  tag: 'Telephones',
  description: 'The set-up of telephones that get codes by SMS.',
  operations: {
    'POST /factors/code': {
      id: 'beginPhone',
      summary: 'Begin the set-up of a telephone, to which a code is sent',
      for: 'owner',
      body: object({ phone: text(100), 'name?': about('As its owner calls it.', text(200)) }),
      answers: { 202: object({ id: text() }) },
      refusals: {
        401: ['VERIFICATION_REQUIRED', 'MAIL_CODE_NEEDED'],
        409: ['TOO_MANY_FACTORS', 'CHANGED_MEANWHILE'],
      },
      isLimited: true,
    },
    'POST /factors/code/{id}/enable': {
      id: 'enablePhone',
      summary: 'End the set-up by the code that was sent',
      description: 'Ends the other sessions of the account. A login that had to set up a factor is in.',
      for: 'owner',
      body: object({ code: text(64) }),
      answers: { 200: either(named('EnabledFactor'), named('Arrival')) },
      refusals: {
        401: ['VERIFICATION_REQUIRED', 'MAIL_CODE_NEEDED', 'NOTHING_PENDING', 'INVALID_CREDENTIALS'],
        404: ['FACTOR_UNKNOWN'],
        409: ['CHANGED_MEANWHILE'],
      },
      isLimited: true,
    },
  },
};
