import type { FeatureApi } from '../openapi/feature-api.js';
import { about, either, named, object, text } from '../openapi/schema.js';

export const totpApi: FeatureApi = {
  tag: 'Authenticator apps',
  description: 'Setting up authenticator apps.',
  operations: {
    'POST /factors/totp': {
      id: 'beginTotp',
      summary: 'Start to set up an authenticator app',
      for: 'owner',
      body: object({ 'name?': about('A name for it, chosen by its owner.', text(200)) }),
      answers: { 200: named('TotpSetUp') },
      refusals: {
        401: ['VERIFICATION_REQUIRED', 'MAIL_CODE_NEEDED'],
        409: ['TOO_MANY_FACTORS', 'CHANGED_MEANWHILE'],
      },
    },
    'POST /factors/totp/{id}/enable': {
      id: 'enableTotp',
      summary: 'Finish the set-up with the first code of the app',
      description:
        'Ends the other sessions of the account. If the login was pending until a factor is set up, the user is now logged in.',
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
      uri: about('The content of the QR code.', text()),
      qr: about('The QR code, as a data URI of an SVG image.', text()),
    }),
  },
};
