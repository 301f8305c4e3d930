import type { FeatureApi } from '../openapi/feature-api.js';
import { about, either, named, object, text } from '../openapi/schema.js';

export const totpApi: FeatureApi = {
  tag: 'Authenticator apps',
  description: 'The set-up of authenticator apps.',
  operations: {
    'POST /factors/totp': {
      id: 'beginTotp',
      summary: 'Begin the set-up of an authenticator app',
      for: 'owner',
      body: object({ 'name?': about('As its owner calls it.', text(200)) }),
      answers: { 200: named('TotpSetUp') },
      refusals: {
        401: ['VERIFICATION_REQUIRED', 'MAIL_CODE_NEEDED'],
        409: ['TOO_MANY_FACTORS', 'CHANGED_MEANWHILE'],
      },
    },
    'POST /factors/totp/{id}/enable': {
      id: 'enableTotp',
      summary: 'End the set-up by the first code of the app',
      description: 'Ends the other sessions of the account. A login that had to set up a factor is in.',
      for: 'owner',
      body: object({ code: about('Six digits.', text(64)) }),
      answers: { 200: either(named('EnabledFactor'), named('Arrival')) },
      refusals: {
        401: ['VERIFICATION_REQUIRED', 'MAIL_CODE_NEEDED', 'NOTHING_PENDING', 'INVALID_CREDENTIALS'],
        404: ['FACTOR_UNKNOWN'],
        409: ['CHANGED_MEANWHILE'],
      },
      isLimited: true,
    },
  },
  schemas: {
    TotpSetUp: object({
      id: text(),
      secret: about('In base32.', text()),
      uri: about('What the QR code says.', text()),
      qr: about('The QR code, as a data URI of an SVG picture.', text()),
    }),
  },
};
