import type { FeatureApi } from '../openapi/feature-api.js';
import { about, either, flag, listOf, named, object, oneOf, text } from '../openapi/schema.js';
import { factorFields, sent } from '../openapi/shared.api.js';

export const secondFactorApi: FeatureApi = {
  tag: 'Second factor',
  description: 'The second step of a login.',
  operations: {
    'POST /second-factor/options': {
      id: 'getSecondFactorOptions',
      summary: 'Get what the browser needs for a method',
      for: 'pending',
      body: object({ 'method?': about('Default: `passkey`.', oneOf('passkey', 'code')) }),
      answers: { 200: named('FactorOptions') },
      refusals: { 401: ['NOTHING_PENDING'] },
    },
    'POST /second-factor/send': {
      id: 'sendSecondFactorCode',
      summary: 'Send a code',
      description:
        'To a phone, or by email if the login is pending until a factor is set up. The response does not say whether one was sent.',
      for: 'pending',
      body: object({
        'method?': about('Default: `code`.', oneOf('code')),
        'id?': about('One of the phones of `POST /second-factor/options`. Default: the last one used.', text(64)),
      }),
      answers: { 202: sent },
      refusals: { 401: ['NOTHING_PENDING'] },
      isLimited: true,
    },
    'POST /second-factor': {
      id: 'proveSecondFactor',
      summary: 'Prove the second factor, and log in',
      description:
        'If the login is pending until a factor is set up, the code from the email (`mail`) permits the set-up.',
      for: 'pending',
      body: object({
        'method?': about(
          'Required unless the login is pending until a factor is set up.',
          oneOf('totp', 'recovery-code', 'code', 'passkey', 'mail'),
        ),
        ...factorFields,
        'trustDevice?': about(
          'Whether to trust this device, so that it is not asked for a second factor for a while. Default: no.',
          flag,
        ),
      }),
      answers: { 200: named('Arrival') },
      refusals: { 401: ['NOTHING_PENDING', 'CODE_WRONG', 'INVALID_CREDENTIALS'] },
      isLimited: true,
    },
  },
  pages: { 'GET /second-factor': 'The page that asks for the second factor.' },
  schemas: {
    FactorOptions: either(
      named('PasskeyRequest'),
      about(
        'The phones to which a code can be sent.',
        object({ phones: listOf(object({ id: text(), phone: about('The end of the number.', text()) })) }),
      ),
    ),
  },
};
