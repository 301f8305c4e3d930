import type { FeatureApi } from '../openapi/feature-api.js';
import { about, named, nullable, object, oneOf, only, text } from '../openapi/schema.js';
import { factorFields, next, password, sent } from '../openapi/shared.api.js';

const action = about('The action to confirm, as in `@Fresh({ action })`.', text(200));

export const verifyApi: FeatureApi = {
  tag: 'Verification',
  description: 'Re-authentication.',
  operations: {
    'POST /verify/options': {
      id: 'getVerificationOptions',
      summary: 'Get what the browser needs for a method',
      for: 'login',
      body: object({ 'method?': about('Default: `passkey`.', oneOf('passkey', 'code')) }),
      answers: { 200: named('FactorOptions') },
    },
    'POST /verify/send': {
      id: 'sendVerificationCode',
      summary: 'Send a code',
      for: 'login',
      body: object({
        'method?': about('Default: `code`.', oneOf('code')),
        'id?': about('One of the phones of `POST /verify/options`. Default: the last one used.', text(64)),
        'action?': action,
        'next?': next,
      }),
      answers: { 202: sent },
      isLimited: true,
    },
    'POST /verify': {
      id: 'verify',
      summary: 'Re-authenticate the user',
      for: 'login',
      body: object({
        'method?': about('Default: `password`.', oneOf('password', 'totp', 'recovery-code', 'code', 'passkey')),
        'password?': password,
        ...factorFields,
        'action?': action,
        'next?': next,
      }),
      answers: { 200: object({ status: only('verified'), next: nullable(text()) }) },
      refusals: { 401: ['WRONG_PASSWORD', 'CODE_WRONG'] },
      isLimited: true,
    },
  },
  pages: { 'GET /verify': 'The page for re-authentication.' },
};
