import type { FeatureApi } from '../openapi/feature-api.js';
import { about, named, nullable, object, oneOf, only, text, time } from '../openapi/schema.js';
import { next } from '../openapi/shared.api.js';

export const impersonationApi: FeatureApi = {
  tag: 'Impersonation',
  description: 'Impersonation of users by administrators.',
  operations: {
    'POST /impersonate': {
      id: 'impersonate',
      summary: 'Start to impersonate a user',
      for: 'login',
      body: object({
        account: about('The id of the account.', text()),
        'reason?': about('Required if `impersonation.reason` is on.', text()),
        'next?': next,
      }),
      answers: {
        200: object({
          status: only('impersonating'),
          user: named('User'),
          impersonator: about('The administrator.', named('User')),
          until: time,
        }),
      },
      refusals: {
        401: ['VERIFICATION_REQUIRED'],
        403: ['ROLE_REQUIRED', 'ACCOUNT_PROTECTED'],
        404: ['ACCOUNT_UNKNOWN'],
        409: ['ACCOUNT_CLOSED', 'ACCOUNT_OWN', 'CHANGED_MEANWHILE'],
      },
    },
    'DELETE /impersonate': {
      id: 'endImpersonation',
      summary: 'End the impersonation',
      for: 'pending',
      body: object({ 'next?': next }),
      answers: {
        200: object({
          status: about('`out`: the administrator’s own login has ended in the meantime.', oneOf('in', 'out')),
          user: about('The administrator.', nullable(named('User'))),
        }),
      },
      refusals: { 409: ['NOT_IMPERSONATING', 'CHANGED_MEANWHILE'] },
      form: 'POST /impersonate/end',
    },
  },
};
