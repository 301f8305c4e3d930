import type { FeatureApi } from '../openapi/feature-api.js';
import { about, named, object, oneOf, type Schema } from '../openapi/schema.js';
import { factorFields, password, token } from '../openapi/shared.api.js';

/** What may be proved beside the link. */
export const restoringFields: Readonly<Record<string, Schema>> = {
  'password?': about('The password of the time before the change.', password),
  'method?': about(
    'In place of the password. Default: `totp` where there is a `code`.',
    oneOf('totp', 'recovery-code', 'code', 'passkey'),
  ),
  ...factorFields,
};

export const notMeApi: FeatureApi = {
  tag: 'Not me',
  description: 'Reporting a change that was not its owner’s.',
  operations: {
    'POST /not-me': {
      id: 'reportNotMe',
      summary: 'Report a change by the link of the mail, and have the account restored',
      for: 'anybody',
      body: object({ token, ...restoringFields }),
      answers: { 200: named('Restored') },
      refusals: { 401: ['FACTOR_NEEDED', 'FACTOR_WRONG'], 409: ['CHANGED_MEANWHILE'] },
      isLimited: true,
    },
  },
  pages: { 'GET /not-me': 'The page that the link leads to.' },
  schemas: {
    Restored: object({
      status: about(
        '`restored`: the account is as it was before. `frozen`: the link was not enough, and nobody can log in. `locked`: as it was before, and an administrator has to set a password.',
        oneOf('restored', 'frozen', 'locked'),
      ),
    }),
  },
};
