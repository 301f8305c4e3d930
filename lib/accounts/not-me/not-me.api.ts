import type { FeatureApi } from '../openapi/feature-api.js';
import { about, named, object, oneOf, type Schema } from '../openapi/schema.js';
import { factorFields, password, token } from '../openapi/shared.api.js';

/** What may be proved beside the link. */
export const restoringFields: Readonly<Record<string, Schema>> = {
  'password?': about('The password from before the change.', password),
  'method?': about(
    'Instead of the password. Default: `totp` if there is a `code`.',
    oneOf('totp', 'recovery-code', 'code', 'passkey'),
  ),
  ...factorFields,
};

export const notMeApi: FeatureApi = {
  tag: 'Not me',
  description: 'Reporting a change that the owner did not make.',
  operations: {
    'POST /not-me': {
      id: 'reportNotMe',
      summary: 'Report a change with the link in the email, and restore the account',
      for: 'anybody',
      body: object({ token, ...restoringFields }),
      answers: { 200: named('Restored') },
      refusals: { 401: ['FACTOR_NEEDED', 'FACTOR_WRONG'], 409: ['CHANGED_MEANWHILE'] },
      isLimited: true,
    },
  },
  pages: { 'GET /not-me': 'The page of the link.' },
  schemas: {
    Restored: object({
      status: about(
        '`restored`: the account is as it was before. `frozen`: the link was not enough, and nobody can log in. `locked`: the account is as it was before, but an administrator has to set a password.',
        oneOf('restored', 'frozen', 'locked'),
      ),
    }),
  },
};
