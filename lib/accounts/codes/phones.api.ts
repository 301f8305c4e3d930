import type { FeatureApi } from '../openapi/feature-api.js';
import { about, either, named, object, text } from '../openapi/schema.js';

export const phonesApi: FeatureApi = {
  tag: 'Telephones',
  description: 'Setting up phones for codes by SMS.',
  operations: {
    'POST /factors/code': {
      id: 'beginPhone',
      summary: 'Start to set up a phone, and send a code to it',
      for: 'owner',
      body: object({ phone: text(100), 'name?': about('A name for it, chosen by its owner.', text(200)) }),
      answers: { 202: object({ id: text() }) },
      refusals: {
        401: ['VERIFICATION_REQUIRED', 'MAIL_CODE_NEEDED'],
        409: ['TOO_MANY_FACTORS', 'CHANGED_MEANWHILE'],
      },
      isLimited: true,
    },
    'POST /factors/code/{id}/enable': {
      id: 'enablePhone',
      summary: 'Finish the set-up with the code that was sent',
      description:
        'Ends the other sessions of the account. If the login was pending until a factor is set up, the user is now logged in.',
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
