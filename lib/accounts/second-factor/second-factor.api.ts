import type { FeatureApi } from '../openapi/feature-api.js';
import { about, either, flag, listOf, named, object, oneOf, text } from '../openapi/schema.js';
import { factorFields, sent } from '../openapi/shared.api.js';

export const secondFactorApi: FeatureApi = {
  tag: 'Second factor',
  description: 'The second step of a login.',
  operations: {
    'POST /second-factor/options': {
      id: 'getSecondFactorOptions',
      summary: 'What the browser needs for a method',
      for: 'pending',
      body: object({ 'method?': about('Default: `passkey`.', oneOf('passkey', 'code')) }),
      answers: { 200: named('FactorOptions') },
      refusals: { 401: ['NOTHING_PENDING'] },
    },
    'POST /second-factor/send': {
      id: 'sendSecondFactorCode',
      summary: 'Have a code sent',
      description:
        'To a telephone; by mail where the login waits until a factor is set up. Whether one is sent is not told.',
      for: 'pending',
      body: object({
        'method?': about('Default: `code`.', oneOf('code')),
        'id?': about('One of the telephones of `POST /second-factor/options`. Default: the one used last.', text(64)),
      }),
      answers: { 202: sent },
      refusals: { 401: ['NOTHING_PENDING'] },
      isLimited: true,
    },
    'POST /second-factor': {
      id: 'proveSecondFactor',
      summary: 'Prove the second factor, and log in',
      description: 'Where the login waits until a factor is set up, a code of the mail (`mail`) permits that.',
      for: 'pending',
      body: object({
        'method?': about(
          'Needed unless the login waits until a factor is set up.',
          oneOf('totp', 'recovery-code', 'code', 'passkey', 'mail'),
        ),
        ...factorFields,
        'trustDevice?': about('Whether no second factor is asked for on this device for a while. Default: no.', flag),
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
        'The telephones to which a code can be sent.',
        object({ phones: listOf(object({ id: text(), phone: about('The end of the number.', text()) })) }),
      ),
    ),
  },
};
